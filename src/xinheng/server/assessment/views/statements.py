"""Pages that show a customer's statements: periods side by side, and one statement with its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from xinheng.engine.statements import LINES, Severity
from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may
from xinheng.server.assessment.models import Statement
from xinheng.server.assessment.selectors import statement_events, statements_of, statements_visible
from xinheng.server.assessment.services.statements import differences
from xinheng.server.assessment.statement_table import (
    MOST_COLUMNS,
    Column,
    Told,
    before_among,
    column_of,
    compared,
    parts,
)
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.models import Event
from xinheng.server.events.selectors import timeline

#: Periods listed at once; a customer with more is asked for by period.
MOST_PERIODS = 40


@dataclass(frozen=True)
class Period:
    """One period of a customer in one scope: the newest version, the older ones, and how it stands."""

    newest: Statement
    older: tuple[Statement, ...]
    errors: int
    warnings: int
    chosen: bool


def statements(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    kept = list(statements_of(customer))
    scopes = [scope for scope in Statement.Scope if any(statement.scope == scope for statement in kept)]
    scope = request.GET.get("scope") if request.GET.get("scope") in scopes else (kept[0].scope if kept else "")
    own = [statement for statement in kept if statement.scope == scope]
    versions = by_period(own)
    wanted = {int(text) for text in request.GET.getlist("p") if text.isdigit()}
    chosen = [group[0] for group in versions if group[0].pk in wanted] or [group[0] for group in versions]
    with_old = request.GET.get("versions") == "all"
    columns = _columns(chosen, own, with_old=with_old)
    shown = {column.statement.pk for column in columns}
    base, other = compared(columns)
    found = [told for column in columns for told in column.found]
    context = page_context(customer, "statements") | {
        "scope": scope,
        "scopes": scopes,
        "periods": [_period(group, own, shown) for group in versions[:MOST_PERIODS]],
        "more_periods": max(0, len(versions) - MOST_PERIODS),
        "too_many": len(wanted) > MOST_COLUMNS,
        "most": MOST_COLUMNS,
        "restated": any(len(group) > 1 for group in versions),
        "with_old": with_old,
        "columns": columns,
        "base": base,
        "other": other,
        "parts": parts(columns),
        "found": _by_severity(found),
        "may_edit": may(request.user, "statement.edit"),
        "may_import": may(request.user, "import.run"),
        "width": len(columns) + (3 if other else 1),
    }
    return render(request, "assessment/statements.html", context)


def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of one period."""
    found = get_object_or_404(statements_visible(request.user), pk=pk)
    own = list(statements_of(found.customer).filter(scope=found.scope))
    versions = [one for one in own if one.period_end == found.period_end]
    before = before_among(found, own)
    columns = [column_of(found, own), *([column_of(before, own)] if before else [])]
    base, other = compared(columns)
    after = next((one for one in reversed(own) if one.period_end > found.period_end), None)
    kept_by = statement_events(versions)
    context = page_context(found.customer, "statements") | {
        "statement": found,
        "column": columns[0],
        "columns": columns,
        "base": base,
        "other": other,
        # The findings of the period before have their own page.
        "parts": parts([columns[0], *(_without_findings(column) for column in columns[1:])]),
        "found": _by_severity(columns[0].found),
        "width": len(columns) + (3 if other else 1),
        "versions": [_version(one, older, kept_by) for one, older in zip(versions, [*versions[1:], None], strict=True)],
        "kept_by": kept_by.get(found.pk),
        "newest": versions[0],
        "after": after,
        "opening_given": bool(found.opening),
        "timeline": timeline(found.customer, 20),
        "may_edit": may(request.user, "statement.edit"),
        "may_assess": may(request.user, "assessment.run"),
    }
    return render(request, "assessment/statement.html", context)


def by_period(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Versions of each period together, newest period and version first."""
    found: dict[Any, list[Statement]] = {}
    for one in statements:
        found.setdefault(one.period_end, []).append(one)
    return list(found.values())


def _columns(chosen: Sequence[Statement], own: Sequence[Statement], *, with_old: bool) -> list[Column]:
    columns: list[Column] = []
    for one in chosen:
        columns.append(column_of(one, own))
        if with_old and (older := next((v for v in own if _replaced(v, one)), None)):
            columns.append(column_of(older, own, newer=one))
    return columns[:MOST_COLUMNS]


def _replaced(older: Statement, newer: Statement) -> bool:
    return older.period_end == newer.period_end and older.version == newer.version - 1


def _period(group: Sequence[Statement], own: Sequence[Statement], shown: set[int]) -> Period:
    found = [told.finding.severity for told in column_of(group[0], own).found]
    return Period(
        group[0], tuple(group[1:]), found.count(Severity.ERROR), found.count(Severity.WARNING), group[0].pk in shown
    )


def _by_severity(found: Sequence[Told]) -> list[Told]:
    rank = {severity: place for place, severity in enumerate(Severity)}
    return sorted(found, key=lambda told: rank[told.finding.severity])


def _without_findings(column: Column) -> Column:
    return Column(column.statement, column.before, None, column.amounts)


def _version(one: Statement, older: Statement | None, kept_by: dict[int, Event]) -> dict[str, Any]:
    return {"statement": one, "event": kept_by.get(one.pk), "changed": _changed(older, one) if older else []}


def _changed(older: Statement, newer: Statement) -> list[dict[str, Any]]:
    """What the newer version says otherwise, line by line."""
    rows = []
    for name, pair in differences(older, newer).items():
        opening, _dot, code = name.rpartition(".")
        line = LINES.get(code)
        label = getattr(line, reader_language()) if line else Statement._meta.get_field(code).verbose_name
        rows.append({"label": label, "is_opening": bool(opening), "is_amount": line is not None, **_read(pair, line)})
    return rows


def _read(pair: dict[str, str | None], line: Any) -> dict[str, Any]:
    if line is None:
        return dict(pair)
    old, new = (None if text is None else Decimal(text) for text in (pair["old"], pair["new"]))
    return {"old": old, "new": new, "difference": None if old is None or new is None else new - old}
