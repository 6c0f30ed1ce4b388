"""Acts of assessment: run the rules, read what was kept, replay."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from xinheng.engine.assessment import LIMIT, Assessor
from xinheng.engine.assessment import Assessment as Answer
from xinheng.engine.errors import EngineError
from xinheng.engine.profile import Profile, profile_facts
from xinheng.engine.rules.catalogue import FactType
from xinheng.engine.rules.ruleset import RuleSet
from xinheng.engine.statements import statement_facts
from xinheng.server.assessment.models import Assessment, RuleSetVersion, Statement
from xinheng.server.customers.models import Customer
from xinheng.server.events.services import record
from xinheng.server.receivables.selectors import customer_behaviour


@cache
def assessor() -> Assessor:
    """The shipped rules, made ready once a process."""
    return Assessor()


def facts_of(customer: Customer, as_of: dt.date) -> dict[str, Any]:
    """Everything known of a customer at a date, as the rules read it; what is unknown is left out."""
    return facts_from(customer, statements_in_use(customer, as_of), customer_behaviour(customer, as_of), as_of)


def facts_from(
    customer: Customer, statements: Sequence[Statement], behaviour: Mapping[str, Any], as_of: dt.date
) -> dict[str, Any]:
    """The same from what was read before: the statements in use, newest first, and the facts of payment behaviour."""
    in_use = [statement.as_engine() for statement in statements]
    facts: dict[str, Any] = dict(statement_facts(in_use, as_of))
    facts |= behaviour
    profile = Profile(
        industry_code=customer.industry_code,
        founded_on=customer.founded_on,
        customer_since=customer.customer_since,
        registered_capital=customer.registered_capital,
        employees=customer.employees,
        size_class=customer.size_class,
    )
    facts |= profile_facts(profile, in_use, as_of)
    return {name: value for name, value in facts.items() if value is not None}


#: Newest first, the newest version before older ones, consolidated before parent figures.
STATEMENT_ORDER = ("-period_end", "scope", "-version")


def statements_in_use(customer: Customer, as_of: dt.date) -> list[Statement]:
    """The newest version of each period that ended by `as_of`, newest first, all of the newest period's scope.

    Consolidated and parent figures are never compared with each other; of a period with both, consolidated is read.
    """
    kept = Statement.objects.filter(customer=customer, period_end__lte=as_of, created_at__isnull=False)
    return of_one_scope(kept.order_by(*STATEMENT_ORDER))


def of_one_scope(statements: Iterable[Statement]) -> list[Statement]:
    """Of one customer's statements in `STATEMENT_ORDER` those in use, see `statements_in_use`."""
    newest: dict[tuple[dt.date, str], Statement] = {}
    for statement in statements:
        newest.setdefault((statement.period_end, statement.scope), statement)
    found = list(newest.values())
    return [s for s in found if s.scope == found[0].scope]


@transaction.atomic
def assessment_run(*, customer: Customer, actor: Any = None, as_of: dt.date | None = None) -> Assessment:
    """Assess a customer by the shipped rules and keep inputs, results and the rules themselves."""
    as_of = as_of or timezone.localdate()
    answer = assessor().one(facts_of(customer, as_of))
    assessment = Assessment.objects.create(
        customer=customer,
        rules=rules_kept(),
        as_of=as_of,
        assessed_by=actor,
        facts=_json(answer.facts),
        results=_json(answer.results),
        score=answer.score,
        grade=answer.grade or "",
        pd=answer.pd,
        limit_proposed=answer.limit,
    )
    record(
        type="assessment.made",
        subject=customer,
        actor=actor,
        data={"assessment": assessment.pk, "grade": assessment.grade, "score": assessment.score},
    )
    return assessment


def rules_kept() -> RuleSetVersion:
    """The shipped rules as an assessment refers to them, kept on first use."""
    rules = assessor().rules
    kept, _created = RuleSetVersion.objects.get_or_create(
        hash=rules.hash, defaults={"documents": dict(rules.documents)}
    )
    return kept


@dataclass(frozen=True)
class Difference:
    """A result that came out otherwise than it was kept; `kept` and `again` as JSON holds them."""

    name: str
    kept: Any
    again: Any


class RulesUnreadable(Exception):
    """The kept rules of an assessment are missing, altered, or no longer understood: it can be read, not replayed."""


def assessment_replay(assessment: Assessment) -> tuple[Answer, list[Difference]]:
    """Run the kept rules over the kept facts again.

    Returns: the answer, and the results that differ from the kept ones (none, unless something is broken).
    Raises: RulesUnreadable.
    """
    runner = runner_of(assessment.rules)
    answer = runner.one(stored_facts(assessment, runner))
    again = _json(answer.results)
    names = sorted(name for name, value in assessment.results.items() if again.get(name) != value)
    return answer, [Difference(name, assessment.results[name], again.get(name)) for name in names]


def runner_of(version: RuleSetVersion) -> Assessor:
    """The rules of a version, made ready.

    Raises: RulesUnreadable when the documents are not those that the version's hash was taken of, or cannot be used.
    """
    rules = RuleSet(version.documents) if isinstance(version.documents, dict) else None
    if rules is None or rules.hash != version.hash:
        raise RulesUnreadable(version.hash)
    if rules.hash == assessor().rules.hash:
        return assessor()
    return _older(rules.hash, tuple(rules.documents.items()))


@lru_cache(maxsize=8)
def _older(hash: str, documents: tuple[tuple[str, str], ...]) -> Assessor:
    try:
        runner = Assessor(RuleSet(dict(documents)))
        runner.card, runner.scale, runner.rules.forms[LIMIT]
    except (EngineError, KeyError, AssertionError) as error:
        raise RulesUnreadable(hash) from error
    return runner


def stored_facts(assessment: Assessment, runner: Assessor) -> dict[str, Any]:
    """The kept facts in their types again.

    Raises: RulesUnreadable when the catalogue no longer has one of them.
    """
    read = {FactType.MONEY: Decimal, FactType.DATE: dt.date.fromisoformat}
    if unknown := set(assessment.facts) - set(runner.catalogue):
        raise RulesUnreadable(", ".join(sorted(unknown)))
    return {
        name: read.get(runner.catalogue[name].type, lambda value: value)(value)
        for name, value in assessment.facts.items()
    }


def stored_answer(assessment: Assessment) -> tuple[Assessor, Answer]:
    """The kept assessment as the engine's views read it, with the rules it was made by; nothing is computed again.

    Raises: RulesUnreadable.
    """
    runner = runner_of(assessment.rules)
    results = dict(assessment.results)
    for name, value in results.items():
        node = runner.program.nodes.get(name)
        if node is not None and node.type is FactType.MONEY and value is not None:
            results[name] = Decimal(value)
    return runner, Answer(stored_facts(assessment, runner), results, assessment.rules.hash)


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return read
