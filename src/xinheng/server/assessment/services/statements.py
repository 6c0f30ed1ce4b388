"""Acts on statements: keep one as given, restate it, keep a draft."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.engine.notation import LARGEST
from xinheng.engine.statements import LINES, Finding, check
from xinheng.server.assessment.models import Statement, StatementDraft
from xinheng.server.customers.models import Customer
from xinheng.server.customers.services import customer_size_refresh
from xinheng.server.events.services import record

#: What a statement is described by beside its lines; two versions that agree in these and in the lines are the same.
DESCRIBED_BY = ("months", "audit_opinion", "currency")
#: Findings kept with the event; a statement cannot have many more.
MOST_FINDINGS = 60
#: Longest text of one field of a draft.
DRAFT_TEXT = 1_000


class KeptMeanwhile(ValidationError):
    """Somebody else kept a version of this period since it was opened; nothing was written."""


@transaction.atomic
def statement_save(
    *, customer: Customer, period_end: dt.date, lines: Mapping[str, Decimal], actor: Any = None, reason: str = "",
    seen_version: int | None = None, opening: Mapping[str, Decimal] | None = None, **fields: Any,
) -> Statement:  # fmt: skip
    """Keep a statement as given; what does not add up is named in the event, never repaired.

    The same period and scope again is a restatement: a new version with a reason, the old one stays.

    Args:
        lines: code → amount in 元.
        opening: the same for the opening balances that the statement prints.
        reason: why it is restated; needed from the second version on.
        seen_version: the newest version that the actor knew of, 0 for none; None where nobody looked.
        fields: months, scope, audit_opinion, currency, entry_unit, source.
    Raises: UnknownLine; KeptMeanwhile; ValidationError naming the field. Nothing is written then.
    """
    Customer.objects.select_for_update().get(pk=customer.pk)
    scope = fields.get("scope", Statement.Scope.CONSOLIDATED)
    before = (
        Statement.objects.filter(customer=customer, period_end=period_end, scope=scope).order_by("-version").first()
    )
    version = before.version + 1 if before else 1
    statement = Statement(
        customer=customer,
        period_end=period_end,
        version=version,
        lines=_texts(lines),
        opening=_texts(opening or {}),
        **fields,
    )
    _refuse_unfit(statement, before, reason.strip(), seen_version)
    statement.save()
    found = check(statement.as_engine(), _engine(statement_before(statement)), statement.opening_amounts)
    data: dict[str, Any] = {
        "statement": statement.pk, "period_end": period_end, "months": statement.months, "scope": scope,
        "version": version, "lines": len(lines), "source": statement.source,
        "findings": [_finding_told(finding) for finding in found[:MOST_FINDINGS]],
    }  # fmt: skip
    if before:
        data["changed"] = differences(before, statement)
    record(
        type="statement.restated" if before else "statement.kept",
        subject=customer, actor=actor, data=data, reason=reason.strip(),
    )  # fmt: skip
    _size_refresh(statement, actor)
    return statement


@transaction.atomic
def statement_enter(
    *, customer: Customer, actor: Any, lines: Mapping[str, Decimal], prior: Mapping[str, Decimal] | None = None,
    basis: Statement | None = None, **fields: Any,
) -> Statement:  # fmt: skip
    """Keep a statement and, from its comparative column, that of the year before; the actor's draft of it ends.

    Args:
        prior: lines of the year before, where none is kept yet.
        basis: the version that is corrected, None for a new period.
        fields: as for `statement_save`.
    """
    if prior:
        kept = {key: fields[key] for key in ("scope", "currency", "entry_unit") if key in fields}
        statement_save(
            customer=customer, period_end=year_before(fields["period_end"]), lines=prior, actor=actor, seen_version=0,
            source=_("comparative column of %(period_end)s") % {"period_end": fields["period_end"]}, **kept,
        )  # fmt: skip
    statement = statement_save(customer=customer, lines=lines, actor=actor, **fields)
    draft_discard(user=actor, customer=customer, basis=basis)
    return statement


def draft_keep(*, user: Any, customer: Customer, basis: Statement | None, data: Mapping[str, str]) -> StatementDraft:
    """Keep what somebody has typed so far. A draft is nobody's act yet: it writes no event."""
    kept = {name: text[:DRAFT_TEXT] for name, text in data.items() if text.strip()}
    draft, _created = StatementDraft.objects.update_or_create(
        user=user, customer=customer, basis=basis, defaults={"data": kept}
    )
    return draft


def draft_discard(*, user: Any, customer: Customer, basis: Statement | None) -> None:
    StatementDraft.objects.filter(user=user, customer=customer, basis=basis).delete()


def statement_before(statement: Statement) -> Statement | None:
    """The newest version of the period that ends where this one's begins, in the same scope."""
    months = statement.period_end.year * 12 + statement.period_end.month - 1 - statement.months
    year, month = divmod(months, 12)
    return (
        Statement.objects.filter(
            customer=statement.customer_id, scope=statement.scope, period_end__year=year, period_end__month=month + 1
        )
        .order_by("-period_end", "-version")
        .first()
    )


def year_before(period_end: dt.date) -> dt.date:
    """The same day a year earlier; the end of February stays its end."""
    next_day = period_end + dt.timedelta(days=1)
    if next_day.day == 1:
        return next_day.replace(year=next_day.year - 1) - dt.timedelta(days=1)
    return period_end.replace(year=period_end.year - 1)


def differences(old: Statement, new: Statement) -> dict[str, dict[str, str | None]]:
    """What one version says otherwise than another: line or field → old and new; opening balances as `opening.…`."""
    found: dict[str, dict[str, str | None]] = {}
    for prefix, before, after in (("", old.lines, new.lines), ("opening.", old.opening, new.opening)):
        for code in LINES:
            was, now = before.get(code), after.get(code)
            if (was is None) != (now is None) or (was is not None and Decimal(was) != Decimal(now)):
                found[prefix + code] = {"old": was, "new": now}
    for name in DESCRIBED_BY:
        if getattr(old, name) != getattr(new, name):
            found[name] = {"old": str(getattr(old, name)), "new": str(getattr(new, name))}
    return found


def _refuse_unfit(statement: Statement, before: Statement | None, reason: str, seen_version: int | None) -> None:
    statement.full_clean(exclude=["lines", "opening"], validate_constraints=False)
    problems: dict[str, Any] = {}
    if not 1 <= statement.months <= 12:
        raise ValidationError({"months": _("A period has 1 to 12 months.")})
    if not re.fullmatch("[A-Z]{3}", statement.currency):
        problems["currency"] = _("Three capital letters, such as CNY or USD.")
    statement.as_engine()  # refuses unknown lines before anything is written
    if not statement.lines:
        problems["lines"] = _("A statement has at least one amount.")
    for code, text in (*statement.lines.items(), *statement.opening.items()):
        amount = Decimal(text)
        if not amount.is_finite() or abs(amount) >= LARGEST:
            problems.setdefault("lines", _("%(line)s: not an amount that can be kept.") % {"line": code})
    if statement.period_end > timezone.localdate():
        problems["period_end"] = _("The period has not ended yet.")
    if before is not None:
        if seen_version is not None and before.version != seen_version:
            raise KeptMeanwhile(
                _("Version %(version)s of this period is kept by now. Compare it before you restate it.")
                % {"version": before.version}
            )
        if not reason:
            problems["reason"] = _(
                "This period is kept already as version %(version)s. Say why it is restated."
            ) % {"version": before.version}  # fmt: skip
        if not differences(before, statement):
            problems["lines"] = _("Nothing differs from version %(version)s.") % {"version": before.version}
    if problems:
        raise ValidationError(problems)


def _size_refresh(statement: Statement, actor: Any) -> None:
    """Tell the customer's size anew where this is its newest year.

    The class is one of the legal person: its own accounts are read before those of its group.
    """
    if statement.months != 12 or statement.currency != "CNY":
        return
    annual = Statement.objects.filter(customer=statement.customer_id, months=12, currency="CNY")
    newest = annual.order_by("-period_end").values_list("period_end", flat=True).first()
    if newest != statement.period_end:
        return
    deciding = annual.filter(period_end=newest).order_by("-scope", "-version").first()  # parent before consolidated
    lines = deciding.as_engine().lines if deciding else {}
    customer_size_refresh(
        customer=statement.customer, revenue=lines.get("rev"), total_assets=lines.get("ta"), period_end=newest,
        actor=actor,
    )  # fmt: skip


def _engine(statement: Statement | None) -> Any:
    return statement.as_engine() if statement else None


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {code: str(amount) for code, amount in amounts.items()}


def _finding_told(finding: Finding) -> dict[str, Any]:
    told = {key: value for key, value in asdict(finding).items() if key in ("identity", "line", "expected", "actual")}
    return told | {"severity": finding.severity.value, "difference": finding.difference}
