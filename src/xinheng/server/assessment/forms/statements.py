"""What is typed into the entry page of statements, read by the engine's own readers and sums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.engine import statements
from xinheng.engine.errors import EngineError
from xinheng.engine.notation import AmountUnit, parse_amount
from xinheng.engine.statements import LINES, Finding, Severity, State, check, completed, identities, sums
from xinheng.server.accounts.language import reader_language, told
from xinheng.server.assessment.models import Statement
from xinheng.server.assessment.services.statements import statement_before, year_before
from xinheng.server.customers.models import Customer

CURRENT, PRIOR = "c-", "p-"
#: Balance-sheet lines: the ones with an opening column.
BALANCES = tuple(line.code for line in LINES.values() if line.statement == "bs")

MONTHS = [
    (12, gettext_lazy("Full year")), (6, gettext_lazy("Half-year")), (3, gettext_lazy("First quarter")),
    (9, gettext_lazy("Nine months")),
    *((n, gettext_lazy("%(n)s months") % {"n": n}) for n in (1, 2, 4, 5, 7, 8, 10, 11)),
]  # fmt: skip
UNITS = [
    (1, gettext_lazy("yuan")), (1_000, gettext_lazy("1,000 yuan")), (10_000, gettext_lazy("10,000 yuan")),
    (1_000_000, gettext_lazy("million yuan")), (100_000_000, gettext_lazy("100 million yuan")),
]  # fmt: skip
_READ_IN = {unit.factor: unit for unit in AmountUnit}


class StatementForm(forms.Form):
    """What describes a statement, beside its amounts."""

    period_end = forms.DateField(label=gettext_lazy("Period end"), widget=forms.DateInput(attrs={"type": "date"}))
    months = forms.TypedChoiceField(label=gettext_lazy("Period"), choices=MONTHS, coerce=int, initial=12)
    scope = forms.ChoiceField(label=gettext_lazy("Scope"), choices=Statement.Scope.choices)
    audit_opinion = forms.ChoiceField(label=gettext_lazy("Audit opinion"), choices=Statement.Opinion.choices,
                                      initial=Statement.Opinion.UNAUDITED)  # fmt: skip
    entry_unit = forms.TypedChoiceField(label=gettext_lazy("Unit of entry"), choices=UNITS, coerce=Decimal)
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=gettext_lazy("Currency"), initial="CNY", max_length=3,
        error_messages={"invalid": gettext_lazy("Three capital letters, such as CNY or USD.")},
    )  # fmt: skip
    source = forms.CharField(label=gettext_lazy("Source"), max_length=100, required=False)
    reason = forms.CharField(label=gettext_lazy("Reason of the restatement"), max_length=1_000, required=False,
                             widget=forms.Textarea(attrs={"rows": 2}))  # fmt: skip


HEAD = tuple(StatementForm.base_fields)
#: `seen`: the version of the period that the page was opened with. `c-from`, `p-from`: the statement, and the unit,
#: that a column was filled in from before anybody typed.
HIDDEN = ("seen", "c-from", "p-from")


@dataclass(frozen=True)
class Column:
    """One column as typed: texts, what they are in 元, and what is wrong with those that cannot be read."""

    prefix: str
    texts: Mapping[str, str] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def lines(self) -> dict[str, Decimal]:
        """The amounts with the subtotals that follow from them."""
        return completed(self.amounts)


@dataclass(frozen=True)
class Placed:
    """A finding of one column."""

    column: str
    finding: Finding

    @property
    def needs_consent(self) -> bool:
        return self.finding.severity is not Severity.INFORMATION

    @property
    def text(self) -> str:
        return str(getattr(self.finding, reader_language()))

    @property
    def badge(self) -> str:
        return {Severity.ERROR: "stop", Severity.WARNING: "watch"}.get(self.finding.severity, "")


def known_fields(data: Mapping[str, str]) -> dict[str, str]:
    """Of what a browser sends, what the entry page asks for."""
    names = {*HEAD, *HIDDEN, *(prefix + code for prefix in (CURRENT, PRIOR) for code in LINES)}
    return {name: text for name, text in data.items() if name in names}


class Entry:
    """One sending of the entry page: read, added up, checked. Nothing is written here."""

    def __init__(self, data: Mapping[str, str], customer: Customer, basis: Statement | None = None) -> None:
        self.customer, self.basis = customer, basis
        # The period of a version that is being corrected is not up for change.
        fixed = {"period_end": basis.period_end.isoformat(), "scope": basis.scope} if basis else {}
        self.data: dict[str, str] = {**data, **fixed}
        self.form = StatementForm(self.data)
        self.form.is_valid()
        head = self.form.cleaned_data
        unit, currency = head.get("entry_unit", Decimal(1)), head.get("currency", "CNY")
        self.current = _read(self.data, CURRENT, unit, currency)
        self.prior = _read(self.data, PRIOR, unit, currency)

    @cached_property
    def statement(self) -> Statement | None:
        """The statement as it would be kept; None while period, months or scope cannot be read."""
        head = self.form.cleaned_data
        if not {"period_end", "months", "scope"} <= set(head):
            return None
        kept = {name: head[name] for name in HEAD if name in head and name != "reason"}
        return Statement(
            customer=self.customer, lines={code: str(amount) for code, amount in self.current.lines.items()}, **kept
        )

    @cached_property
    def before(self) -> Statement | None:
        """The kept statement of the period before."""
        return statement_before(self.statement) if self.statement is not None else None

    @property
    def prior_becomes_statement(self) -> bool:
        """Whether the comparative column is the year before, which nobody has kept yet."""
        return self.statement is not None and self.statement.months == 12 and self.before is None

    @property
    def prior_lines(self) -> dict[str, Decimal]:
        return self.prior.lines if self.prior_becomes_statement else {}

    @property
    def opening(self) -> dict[str, Decimal]:
        return {code: self.prior.lines[code] for code in BALANCES if code in self.prior.lines}

    @cached_property
    def problems(self) -> dict[str, str]:
        """Field name → what is wrong with it, in the order of the page."""
        found = {name: str(errors[0]) for name, errors in self.form.errors.items()}
        for column in (self.current, self.prior):
            found |= {column.prefix + code: text for code, text in column.problems.items()}
        if not self.prior_becomes_statement and self.statement is not None:
            for code in self.prior.texts:
                if code not in BALANCES:
                    found[PRIOR + code] = _("Beside a kept or an interim period only balances have an opening column.")
        return found

    @cached_property
    def _pair(self) -> tuple[statements.Statement, statements.Statement | None] | None:
        if self.statement is None:
            return None
        engine = self.statement.as_engine()
        if self.before is not None:
            return engine, self.before.as_engine()
        if not self.prior_lines:
            return engine, None
        return engine, statements.Statement(
            year_before(engine.period_end), self.prior_lines, 12, engine.scope, currency=engine.currency,
            entry_unit=engine.entry_unit,
        )  # fmt: skip

    @cached_property
    def findings(self) -> list[Placed]:
        """What does not add up, of the statement and of the year before where that is kept with it."""
        if self._pair is None:
            return []
        engine, prior = self._pair
        found = [Placed(CURRENT, finding) for finding in check(engine, prior, self.opening)]
        if prior is not None and self.prior_lines:
            found += [Placed(PRIOR, finding) for finding in check(prior)]
        return found

    @property
    def states(self) -> dict[str, State]:
        return identities(*self._pair, self.opening) if self._pair is not None else {}

    @property
    def consent(self) -> str:
        """What somebody agrees to who keeps the statement with its findings; other when the findings are others."""
        told = [
            [placed.column, placed.finding.identity, placed.finding.line, str(placed.finding.difference)]
            for placed in self.findings
            if placed.needs_consent
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16] if told else ""

    @cached_property
    def newest(self) -> Statement | None:
        """The newest kept version of the same period and scope."""
        head = self.form.cleaned_data
        if not {"period_end", "scope"} <= set(head):
            return None
        same = Statement.objects.filter(customer=self.customer, period_end=head["period_end"], scope=head["scope"])
        return same.order_by("-version").first()

    @property
    def seen(self) -> str:
        """Which version the page is written against; a page that has moved to another period starts anew."""
        sent = self.data.get("seen", "")
        return sent if sent.startswith(self._period) else f"{self._period}{self.newest.version if self.newest else 0}"

    @property
    def seen_version(self) -> int:
        sent = self.data.get("seen", "").removeprefix(self._period)
        return int(sent) if sent.isdigit() else 0

    @property
    def _period(self) -> str:
        return f"{self.data.get('period_end', '')}/{self.data.get('scope', '')}/"

    def as_fields(self) -> dict[str, Any]:
        """What the service is called with. Only for an entry without problems."""
        return dict(self.form.cleaned_data) | {
            "customer": self.customer, "basis": self.basis, "lines": self.current.lines, "prior": self.prior_lines,
            "opening": self.opening, "seen_version": self.seen_version,
        }  # fmt: skip


def _read(data: Mapping[str, str], prefix: str, unit: Decimal, currency: str) -> Column:
    texts: dict[str, str] = {}
    amounts: dict[str, Decimal] = {}
    problems: dict[str, str] = {}
    for code in LINES:
        text = data.get(prefix + code, "")
        if not text.strip():
            continue
        texts[code] = text
        try:
            amount = parse_amount(text, unit=_READ_IN.get(unit, AmountUnit.YUAN), currency=currency)
        except EngineError as error:
            problems[code] = told(error)
            continue
        if amount is not None and amount.currency != currency:
            problems[code] = _("This amount is in %(theirs)s, the statement in %(ours)s.") % {
                "theirs": amount.currency, "ours": currency,
            }  # fmt: skip
        elif amount is not None:
            amounts[code] = amount.value
    return Column(prefix, texts, amounts, problems)


def settled(data: Mapping[str, str], customer: Customer, basis: Statement | None, *, may_fill: bool) -> dict[str, str]:
    """The data with columns that were filled in beforehand brought in line with the period and unit chosen since.

    What nobody touched follows; what was typed stays as it is. `may_fill`: whether an empty opening column may be
    filled from the period before, that is, whether somebody will see it before it is kept.
    """
    found = dict(data)
    unit = _unit(found)
    for prefix in (CURRENT, PRIOR):
        pk, _colon, old_unit = found.pop(f"{prefix}from", "").partition(":")
        source = Statement.objects.filter(customer=customer, pk=pk).first() if pk.isdigit() else None
        if source is None or not old_unit.isdigit():
            continue
        filled = texts_of(_offered(source, prefix), Decimal(old_unit), prefix)
        untouched = {name for name, text in filled.items() if found.get(name) == text}
        for name in untouched:
            del found[name]
        entry = Entry(found, customer, basis)
        same = source == basis if prefix == CURRENT else entry.before == source
        if same:
            new = texts_of(_offered(source, prefix), unit, prefix)
            found |= {name: new[name] for name in untouched}
            found[f"{prefix}from"] = f"{source.pk}:{unit}"
    entry = Entry(found, customer, basis)
    if may_fill and entry.before and not entry.prior.texts and "p-from" not in found:
        found |= filled_in(entry.before, unit, PRIOR)
    return found


def filled_in(source: Statement, unit: Decimal, prefix: str) -> dict[str, str]:
    """A column filled from a kept statement, and the mark of where it is from."""
    return texts_of(_offered(source, prefix), unit, prefix) | {f"{prefix}from": f"{source.pk}:{unit}"}


def _offered(source: Statement, prefix: str) -> dict[str, Decimal]:
    lines = dict(source.as_engine().lines)
    return lines if prefix == CURRENT else {code: lines[code] for code in BALANCES if code in lines}


def _unit(data: Mapping[str, str]) -> Decimal:
    text = data.get("entry_unit", "")
    return Decimal(text) if text.isdigit() and Decimal(text) in _READ_IN else Decimal(1)


def texts_of(amounts: Mapping[str, Decimal], unit: Decimal, prefix: str) -> dict[str, str]:
    """Amounts in 元 as they are typed: in the unit, with separators; subtotals that follow from the rest stay blank."""
    lines = {code: amount for code, amount in amounts.items() if code not in sums()}
    for code in sums():  # bottom-up, so that one that is given rightly hides no wrong one above it
        if code in amounts and completed(lines).get(code) != amounts[code]:
            lines[code] = amounts[code]
    return {prefix + code: typed(amount, unit) for code, amount in lines.items()}


def typed(amount: Decimal, unit: Decimal) -> str:
    """An exact amount in the unit of entry, as somebody would type it."""
    whole = (amount / unit).normalize()
    return f"{whole:,f}" if whole else "0"
