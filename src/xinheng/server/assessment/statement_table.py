"""Statements side by side in the order of the official forms, with what does not add up at the lines concerned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.engine.statements import IDENTITIES, LINES, Finding, Line, Severity, State, check, identities, is_flow
from xinheng.server.accounts.language import reader_language
from xinheng.server.assessment.models import Statement

#: Columns that fit beside each other and can still be compared.
MOST_COLUMNS = 4

PARTS = {
    "bs": gettext_lazy("Balance sheet"), "is": gettext_lazy("Income statement"),
    "cf": gettext_lazy("Cash flow statement"), "supplement": gettext_lazy("Supplement"),
}  # fmt: skip
#: Headings that the forms print; sections that consist of their total have none.
SECTIONS = {
    ("bs", "current_assets"): gettext_lazy("Current assets"),
    ("bs", "non_current_assets"): gettext_lazy("Non-current assets"),
    ("bs", "current_liabilities"): gettext_lazy("Current liabilities"),
    ("bs", "non_current_liabilities"): gettext_lazy("Non-current liabilities"),
    ("bs", "equity"): gettext_lazy("Equity"),
    ("cf", "operating"): gettext_lazy("Operating activities"),
    ("cf", "investing"): gettext_lazy("Investing activities"),
    ("cf", "financing"): gettext_lazy("Financing activities"),
    ("cf", "cash"): gettext_lazy("Cash and cash equivalents"),
}
WHAT = {
    "V1": gettext_lazy("Assets add up"), "V2": gettext_lazy("Liabilities and equity add up"),
    "V3": gettext_lazy("The balance sheet balances"), "V4": gettext_lazy("Operating profit follows from its lines"),
    "V5": gettext_lazy("Profit before tax, net profit and comprehensive income follow"),
    "V6": gettext_lazy("The cash flow statement adds up"), "V7": gettext_lazy("Opening equals the prior closing"),
    "V8": gettext_lazy("Retained earnings move with profit and dividends"),
    "V9": gettext_lazy("Closing cash is within cash and trading assets"),
    "V10": gettext_lazy("Finance expense fits interest"), "V11": gettext_lazy("Cash and tax are plausible"),
}  # fmt: skip
assert tuple(WHAT) == IDENTITIES


@dataclass(frozen=True)
class Told:
    """A finding in the reader's language, at its place."""

    finding: Finding
    anchor: str
    statement: Statement

    @property
    def text(self) -> str:
        return str(getattr(self.finding, reader_language()))

    @property
    def badge(self) -> str:
        return badge_of(self.finding)


def badge_of(finding: Finding) -> str:
    return {Severity.ERROR: "stop", Severity.WARNING: "watch"}.get(finding.severity, "")


@dataclass(frozen=True)
class IdentityState:
    """One of V1–V11 for one statement."""

    identity: str
    state: State
    badge: str
    what: str
    found: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Column:
    """One statement of the table; `newer` is the version that took its place, where this one is shown behind it."""

    statement: Statement
    before: Statement | None = None
    newer: Statement | None = None
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    found: tuple[Told, ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)

    @property
    def off(self) -> frozenset[str]:
        """Lines at which an identity does not hold."""
        return frozenset(told.finding.line for told in self.found)

    @property
    def concerned(self) -> frozenset[str]:
        """The other lines of those identities."""
        return frozenset(code for told in self.found for code in told.finding.lines) - self.off

    @property
    def identity_states(self) -> list[IdentityState]:
        return states_told(self.states, [told.finding for told in self.found])


def states_told(states: Mapping[str, State], found: Iterable[Finding]) -> list[IdentityState]:
    """V1–V11 with their badges; a state that cannot be told has none."""
    kept = list(found)
    answer = []
    for identity, state in states.items():
        own = tuple(finding for finding in kept if finding.identity == identity)
        badge = "pass" if state is State.OK else badge_of(own[0]) if own and state is State.UNBALANCED else ""
        answer.append(IdentityState(identity, state, badge, str(WHAT[identity]), own))
    return answer


@dataclass(frozen=True)
class Cell:
    amount: Decimal | None
    is_off: bool = False
    is_concerned: bool = False
    differs: bool = False  # an older version that says otherwise than the newer one
    is_old: bool = False


@dataclass(frozen=True)
class Row:
    line: Line
    label: str
    cells: tuple[Cell, ...]
    change: Decimal | None = None
    change_share: float | None = None
    found: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Part:
    key: str
    title: str
    sections: tuple[Section, ...]


def column_of(statement: Statement, among: Sequence[Statement], newer: Statement | None = None) -> Column:
    """A statement with its findings. `among`: all versions of the customer in this scope, newest period first."""
    engine, before = statement.as_engine(), before_among(statement, among)
    prior = before.as_engine() if before else None
    found = tuple(
        Told(finding, f"s{statement.pk}-{finding.identity}-{finding.line}", statement)
        for finding in check(engine, prior, statement.opening_amounts)
    )
    return Column(
        statement, before, newer, engine.lines, found, identities(engine, prior, statement.opening_amounts)
    )  # fmt: skip


def before_among(statement: Statement, among: Sequence[Statement]) -> Statement | None:
    """The newest version of the period that ends where this one's begins."""
    begins = _month(statement) - statement.months
    same = [other for other in among if _month(other) == begins and other.scope == statement.scope]
    return max(same, key=lambda other: (other.period_end, other.version), default=None)


def _month(statement: Statement) -> int:
    return statement.period_end.year * 12 + statement.period_end.month


def parts(columns: Sequence[Column]) -> list[Part]:
    """The four parts with the lines that any column gives, or that a finding is told at."""
    shown = {code for column in columns for code in (*column.amounts, *(told.finding.line for told in column.found))}
    language = reader_language()
    base, other = compared(columns)
    found: dict[str, dict[str, list[Row]]] = {}
    for line in LINES.values():
        if line.code not in shown:
            continue
        change = _change(line.code, base, other)
        row = Row(
            line,
            getattr(line, language),
            tuple(_cell(line.code, column) for column in columns),
            change,
            _share(change, other.amounts.get(line.code) if other else None),
            tuple(told for column in columns for told in column.found if told.finding.line == line.code),
        )
        found.setdefault(line.statement, {}).setdefault(line.section, []).append(row)
    return [
        Part(
            key,
            str(title),
            tuple(
                Section(str(SECTIONS.get((key, section), "")), tuple(rows))
                for section, rows in found.get(key, {}).items()
            ),
        )
        for key, title in PARTS.items()
        if key in found
    ]


def compared(columns: Sequence[Column]) -> tuple[Column | None, Column | None]:
    """The two columns between which the change is told: the first, and the next of another period."""
    base = columns[0] if columns else None
    other = next(
        (
            one
            for one in columns[1:]
            if base and one.statement.period_end != base.statement.period_end and not one.newer
        ),
        None,
    )  # fmt: skip
    if base and other and base.statement.currency != other.statement.currency:
        return base, None
    return base, other


def _cell(code: str, column: Column) -> Cell:
    amount = column.amounts.get(code)
    newer = column.newer.lines.get(code) if column.newer else None
    differs = column.newer is not None and (None if newer is None else Decimal(newer)) != amount
    return Cell(amount, code in column.off, code in column.concerned, differs, column.newer is not None)


def _change(code: str, base: Column | None, other: Column | None) -> Decimal | None:
    """Growth since the other column; unknown between flows of periods of different length."""
    if base is None or other is None or (is_flow(code) and base.statement.months != other.statement.months):
        return None
    now, then = base.amounts.get(code), other.amounts.get(code)
    return None if now is None or then is None else now - then


def _share(change: Decimal | None, then: Decimal | None) -> float | None:
    return float(change / then) if change is not None and then is not None and then > 0 else None


def months_told(months: int) -> str:
    """What a period of so many months is called."""
    named = {12: _("Full year"), 6: _("Half-year"), 3: _("First quarter"), 9: _("Nine months")}
    return named.get(months) or _("%(n)s months") % {"n": months}
