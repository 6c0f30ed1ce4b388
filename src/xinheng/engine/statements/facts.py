"""From up to three statements to the flat facts that the rules read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from xinheng.engine.errors import BadInput
from xinheng.engine.statements.checks import Severity, check
from xinheng.engine.statements.lines import is_flow
from xinheng.engine.statements.statement import Statement

SUFFIXES = ("", "_prior", "_prior2")


def statement_facts(
    statements: Sequence[Statement], as_of: dt.date | None = None
) -> dict[str, Decimal | int | str | float | bool]:
    """Facts of the newest statement and up to two before it.

    Args:
        statements: newest first, all of one scope and currency; no two of the same period end.
        as_of: day of the assessment, for the age of the newest statement; unknown when not given.
    Returns: `ta`, `ta_prior`, `ta_prior2` … in 元, flows of a shorter period annualised (never balances), with
        `statements_years`, `statement_months`, `audit_opinion`, `statement_scope`, `unbalanced_findings`.
    Raises: BadInput when the order is wrong.
    """
    periods = [statement.period_end for statement in statements]
    if periods != sorted(set(periods), reverse=True):
        raise BadInput(detail_zh="报表须由新到旧且期间不重复", detail_en="Statements go from new to old, once each")
    facts: dict[str, Decimal | int | str | float | bool] = {"statements_years": len(statements)}
    if not statements:
        return facts
    for suffix, statement in zip(SUFFIXES, statements, strict=False):
        for code, amount in _lines(statement).items():
            facts[code + suffix] = amount
    newest = statements[0]
    prior = statements[1] if len(statements) > 1 else None
    errors = [finding for finding in check(newest, prior) if finding.severity is Severity.ERROR]
    facts |= {
        "statement_months": newest.months,
        "audit_opinion": newest.audit_opinion.value,
        "statement_scope": newest.scope.value,
        "unbalanced_findings": len(errors),
    }
    if as_of is not None:
        facts["statement_age_days"] = (as_of - newest.period_end).days
    return facts


def _lines(statement: Statement) -> dict[str, Decimal]:
    found = dict(statement.lines)
    if "capex" not in found and "c17" in found:
        found["capex"] = found["c17"]
    if statement.months == 12:
        return found
    cents = Decimal("0.01")
    return {
        code: (amount * 12 / statement.months).quantize(cents) if is_flow(code) else amount
        for code, amount in found.items()
    }
