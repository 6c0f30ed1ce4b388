"""The page on which a statement is typed: it adds up, names what does not, and keeps what was typed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.engine.statements import LINES, Line, sums, sums_as_json
from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may_required
from xinheng.server.assessment.forms.statements import (
    BALANCES,
    CURRENT,
    HEAD,
    PRIOR,
    Column,
    Entry,
    Placed,
    StatementForm,
    filled_in,
    known_fields,
    settled,
    texts_of,
    typed,
)
from xinheng.server.assessment.models import Statement, StatementDraft
from xinheng.server.assessment.selectors import statement_draft, statements_of, statements_visible
from xinheng.server.assessment.services.statements import (
    KeptMeanwhile,
    draft_discard,
    draft_keep,
    statement_enter,
)
from xinheng.server.assessment.statement_table import PARTS, SECTIONS, badge_of, states_told
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible


@dataclass(frozen=True)
class Field:
    """One amount on the page. `kind`: input, text (a figure that is kept already) or none."""

    name: str
    kind: str
    value: str = ""
    computed: str = ""
    amount: Decimal | None = None
    problem: str = ""
    off: bool = False


@dataclass(frozen=True)
class EntryRow:
    line: Line
    label: str
    find: str
    current: Field
    prior: Field
    found: tuple[Placed, ...]

    @property
    def is_spare(self) -> bool:
        """Whether the line may wait behind "more items": rare or an old or detailed one, and nothing stands in it."""
        empty = not (self.current.value or self.prior.value or self.prior.amount or self.found or self.current.problem)
        return empty and (self.line.rare or self.line.consolidated or (bool(self.line.of) and self.line.code in SPARE))


#: "Of which" lines that few papers print.
SPARE = ("npc", "npd", "invi_assoc", "invi_derec")


@may_required("statement.edit")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a period that is not kept yet."""
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    if request.method == "POST":
        return _sent(request, customer, None)
    draft = statement_draft(request.user, customer, None)
    data = dict(draft.data) if draft else _blank(request, customer)
    entry = Entry(data, customer)
    if not draft and entry.newest:
        return redirect("assessment:statement_restate", pk=entry.newest.pk)
    return _page(request, entry, draft=draft)


@may_required("statement.edit")
def restate(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct or restate a period: a new version beside the kept ones."""
    basis = get_object_or_404(statements_visible(request.user), pk=pk)
    if request.method == "POST":
        return _sent(request, basis.customer, basis)
    draft = statement_draft(request.user, basis.customer, basis)
    data = dict(draft.data) if draft else _of_version(basis)
    return _page(request, Entry(data, basis.customer, basis), draft=draft)


@require_POST
@may_required("statement.edit")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed so far, and answer how it stands."""
    customer, basis = _whose(request, pk)
    data = known_fields(request.POST.dict())
    kept = draft_keep(user=request.user, customer=customer, basis=basis, data=data)
    entry = Entry(data, customer, basis)
    return render(request, "assessment/_entry_state.html", _state(entry) | {"draft": kept, "live": True})


@require_POST
@may_required("statement.edit")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    customer, basis = _whose(request, pk)
    draft_discard(user=request.user, customer=customer, basis=basis)
    messages.success(request, _("The draft is thrown away."))
    return redirect("assessment:statements", pk=customer.pk)


def _whose(request: HttpRequest, pk: int) -> tuple[Customer, Statement | None]:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    basis = request.GET.get("basis", "")
    return customer, get_object_or_404(statements_of(customer), pk=basis) if basis.isdigit() else None


def _sent(request: HttpRequest, customer: Customer, basis: Statement | None) -> HttpResponse:
    keeps = request.POST.get("act") == "keep"
    entry = Entry(
        settled(known_fields(request.POST.dict()), customer, basis, may_fill=not keeps), customer, basis
    )  # fmt: skip
    if not keeps:
        return _page(request, entry)
    if entry.problems:
        return _page(request, entry, status=400)
    if entry.consent and request.POST.get("consent") != entry.consent:
        return _page(request, entry, status=400, asks_consent=True)
    try:
        kept = statement_enter(actor=request.user, **entry.as_fields())
    except KeptMeanwhile as error:
        entry.data["seen"] = ""
        return _page(request, entry, status=400, refused={"": " ".join(error.messages)})
    except ValidationError as error:
        refused = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        return _page(request, entry, status=400, refused=refused)
    if kept.version > 1:
        messages.success(request, _("Kept as version %(version)s.") % {"version": kept.version})
    else:
        messages.success(request, _("The statement is kept."))
    return redirect("assessment:statement", pk=kept.pk)


def _page(
    request: HttpRequest, entry: Entry, *, draft: StatementDraft | None = None, status: int = 200,
    asks_consent: bool = False, refused: Mapping[str, str] | None = None,
) -> HttpResponse:  # fmt: skip
    problems = (entry.problems if status == 400 else _unreadable(entry)) | dict(refused or {})
    customer, basis = entry.customer, entry.basis
    context = page_context(customer, "statements") | _state(entry) | {
        "form": entry.form,
        "basis": basis,
        "draft": draft,
        "parts": _parts(entry, problems),
        "problems": [_problem(name, text) for name, text in problems.items()],
        "problem_of": problems,
        "refused_as_a_whole": [text for name, text in problems.items() if name in ("", "lines", "__all__")],
        "seen": entry.seen,
        "asks_consent": asks_consent,
        "c_from": entry.data.get("c-from", ""),
        "p_from": entry.data.get("p-from", ""),
        "sums": sums_as_json() | {"tolerance": str(max(Decimal(1), _unit_of(entry) / 100) / _unit_of(entry))},
        "draft_url": _draft_url("assessment:statement_draft", customer, basis),
        "discard_url": _draft_url("assessment:statement_discard", customer, basis),
        "prior_label": _prior_label(entry),
    }  # fmt: skip
    return render(request, "assessment/statement_entry.html", context, status=status)


def _draft_url(name: str, customer: Customer, basis: Statement | None) -> str:
    return reverse(name, args=[customer.pk]) + (f"?basis={basis.pk}" if basis else "")


def _unreadable(entry: Entry) -> dict[str, str]:
    """What is wrong with amounts, told while somebody is typing; what is still blank in the head is not."""
    return {name: text for name, text in entry.problems.items() if name not in HEAD or entry.data.get(name)}


def _problem(name: str, text: str) -> dict[str, str]:
    """A problem for the summary on top, with the field that it is about."""
    code = name[2:]
    label = ""
    if name[:2] in (CURRENT, PRIOR) and code in LINES:
        label = getattr(LINES[code], reader_language())
    elif name in HEAD:
        label = str(StatementForm.base_fields[name].label)
    return {"target": f"id_{name}" if label else "", "label": label, "text": text}


def _state(entry: Entry) -> dict[str, Any]:
    """How the entry stands: identities, findings, what cannot be read, and whether the period is kept already."""
    return {
        "entry": entry,
        "unit": _unit_of(entry),
        "states": states_told(entry.states, [placed.finding for placed in entry.findings if placed.column == CURRENT]),
        "found": [_found(placed) for placed in entry.findings],
        "unread": [_problem(name, text) | {"name": name} for name, text in _unreadable(entry).items()],
        "newest": entry.newest,
        "total_assets": entry.current.lines.get("ta"),
        "customer": entry.customer,
    }


def _found(placed: Placed) -> dict[str, Any]:
    finding = placed.finding
    return {
        "finding": finding, "text": getattr(finding, reader_language()), "badge": badge_of(finding),
        "target": f"id_{placed.column}{finding.line}", "is_prior": placed.column == PRIOR,
    }  # fmt: skip


def _unit_of(entry: Entry) -> Decimal:
    unit = entry.form.cleaned_data.get("entry_unit")
    return Decimal(unit) if unit else Decimal(1)


def _prior_label(entry: Entry) -> str:
    if entry.before is not None:
        return _("Opening, kept %(period_end)s") % {"period_end": entry.before.period_end}
    return _("Prior year") if entry.prior_becomes_statement else _("Opening")


def _parts(entry: Entry, problems: Mapping[str, str]) -> list[dict[str, Any]]:
    language, unit = reader_language(), _unit_of(entry)
    found: dict[str, dict[str, list[EntryRow]]] = {}
    for line in LINES.values():
        own = tuple(placed for placed in entry.findings if placed.finding.line == line.code)
        names = (line.zh, line.en, line.code, *line.aliases)
        row = EntryRow(
            line,
            getattr(line, language),
            " ".join(names).lower(),
            _field(entry.current, line.code, unit, problems, own),
            _prior_field(entry, line.code, unit, problems, own),
            own,
        )
        found.setdefault(line.statement, {}).setdefault(line.section, []).append(row)
    return [
        {
            "key": key,
            "title": title,
            "sections": [
                {"title": SECTIONS.get((key, section), ""), "rows": rows, "spare": sum(row.is_spare for row in rows)}
                for section, rows in found[key].items()
            ],
        }
        for key, title in PARTS.items()
    ]


def _field(
    column: Column, code: str, unit: Decimal, problems: Mapping[str, str], found: tuple[Placed, ...]
) -> Field:  # fmt: skip
    computed = column.lines.get(code) if code in sums() and code not in column.texts else None
    return Field(
        column.prefix + code,
        "input",
        column.texts.get(code, ""),
        typed(computed, unit) if computed is not None else "",
        problem=problems.get(column.prefix + code, ""),
        off=any(placed.column == column.prefix for placed in found),
    )


def _prior_field(
    entry: Entry, code: str, unit: Decimal, problems: Mapping[str, str], found: tuple[Placed, ...]
) -> Field:  # fmt: skip
    open_to_input = code in BALANCES or entry.prior_becomes_statement
    if open_to_input or entry.statement is None or code in entry.prior.texts:
        return _field(entry.prior, code, unit, problems, found)
    if entry.before is not None and entry.before.months == entry.statement.months:
        text = entry.before.lines.get(code)
        return Field(PRIOR + code, "text", amount=None if text is None else Decimal(text))
    return Field(PRIOR + code, "none")


def _blank(request: HttpRequest, customer: Customer) -> dict[str, str]:
    """An empty page for the period that comes next, described like the newest statement."""
    newest = statements_of(customer).first()
    asked = request.GET
    scope = asked.get("scope") or (newest.scope if newest else Statement.Scope.CONSOLIDATED)
    period_end, months = _next_period(customer, scope)
    period_end, months = _date(asked.get("period_end", "")) or period_end, asked.get("months", str(months))
    data = {
        "period_end": period_end.isoformat(), "months": months, "scope": scope,
        "audit_opinion": Statement.Opinion.UNAUDITED, "currency": newest.currency if newest else "CNY",
        "entry_unit": str(newest.entry_unit) if newest else "1",
    }  # fmt: skip
    return settled(data, customer, None, may_fill=True)


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _next_period(customer: Customer, scope: str) -> tuple[dt.date, int]:
    """The last year that has ended or, where that is kept, the quarters of this one that have; and its months."""
    today = timezone.localdate()
    last_year = dt.date(today.year - 1, 12, 31)
    if not statements_of(customer).filter(scope=scope, period_end=last_year).exists():
        return last_year, 12
    quarters = [dt.date(today.year, month, day) for month, day in ((9, 30), (6, 30), (3, 31))]
    return next(((day, day.month) for day in quarters if day <= today), (last_year, 12))


def _of_version(basis: Statement) -> dict[str, str]:
    unit = basis.entry_unit
    data = {
        "months": str(basis.months), "audit_opinion": basis.audit_opinion, "currency": basis.currency,
        "entry_unit": str(unit), "source": basis.source,
    }  # fmt: skip
    data |= filled_in(basis, unit, CURRENT)
    if basis.opening:
        return data | texts_of(basis.opening_amounts, unit, PRIOR)
    return settled(data, basis.customer, basis, may_fill=True)
