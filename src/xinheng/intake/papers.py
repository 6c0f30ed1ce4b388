"""All tables of some files, put together by company: what `xinheng assess` reads without a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from xinheng.engine.errors import EngineError
from xinheng.engine.identity import AUTO, check, name_key
from xinheng.engine.statements import LINES, AuditOpinion, Scope, Statement
from xinheng.intake.errors import ColumnMissing, FileError, TableUnknown
from xinheng.intake.files import Source, Table, find_table, open_source
from xinheng.intake.forms import find_form
from xinheng.intake.kinds import KIND_KEYS, Kind, kind
from xinheng.intake.mapping import Mapping, check_mapping, mapping_of, propose
from xinheng.intake.rows import RowError, read_rows

CURRENCY = "CNY"
_SAMPLE = 20


@dataclass
class Papers:
    """Everything the files say of one company; amounts in 元.

    `invoices` are rows (number, issued on, due on, amount, disputed, void), `allocations` rows (invoice, amount, paid
    on); `unapplied` counts payments that name no invoice and therefore say nothing of punctuality.
    """

    reference: str
    file: dict[str, Any] = field(default_factory=dict)
    statements: dict[tuple[date, Scope], Statement] = field(default_factory=dict)
    invoices: list[tuple[Any, ...]] = field(default_factory=list)
    allocations: list[tuple[str, Decimal, date]] = field(default_factory=list)
    unapplied: int = 0

    @property
    def name(self) -> str:
        """The name of the file, else what the tables call the company."""
        return str(self.file.get("name") or self.reference)


@dataclass(frozen=True)
class Refused:
    """A row that was not used, with its place; `column` is the label of the error's column."""

    file: str
    sheet: str
    kind: Kind
    error: RowError

    @property
    def place(self) -> str:
        return f"{self.file}!{self.sheet}" if self.sheet else self.file

    def column(self, language: str) -> str:
        return self.kind.column(self.error.column).label(language) if self.error.column else ""


@dataclass(frozen=True)
class Unread:
    """A sheet that is none of the kinds, with the reason."""

    file: str
    sheet: str
    error: EngineError


@dataclass
class Reading:
    """What some files hold: companies in the order in which they appear, and what was not used.

    `repeated` counts rows that stand twice with the same values and are used once.
    """

    companies: list[Papers] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    """One good row and where it stands."""

    table: Table
    kind: Kind
    row: int
    values: Any


def read_papers(paths: Sequence[Path]) -> Reading:
    """Read every sheet of the files as what its headers say it is, and put the rows together by company.

    A company is known by its number, its unified social credit code or its name, whichever a table uses.

    Raises: FileError when a file cannot be read at all, TableUnknown when no sheet of any file is recognised.
    """
    reading = Reading()
    customers: list[_Row] = []
    piles: dict[str, list[_Row]] = {}
    known = False
    for path in paths:
        source = open_source(path, path.name)
        for chosen in _tables(source, reading):
            known = True
            table, what, mapping = chosen
            for result in read_rows(table, what, mapping):
                if isinstance(result, list):
                    reading.refused += [Refused(source.name, table.sheet, what, error) for error in result]
                elif what.key == "customers":
                    customers.append(_Row(table, what, result.row, result.values))
                elif (result.values.get("currency") or CURRENCY) != CURRENCY:
                    _refuse(reading, _Row(table, what, result.row, None), _foreign(result))
                else:
                    row = _Row(table, what, result.row, _item(what, result.values))
                    piles.setdefault(str(result.values["customer"]), []).append(row)
    if not known:
        raise reading.unread[0].error
    _gather(reading, customers, piles)
    return reading


def _tables(source: Source, reading: Reading) -> Iterator[tuple[Table, Kind, Mapping]]:
    """The tables of a file that are of a kind: the official statement forms taken together, then sheet by sheet."""
    form = find_form(source)
    statements = kind("statements")
    if form is not None:
        matches = propose(statements, form.headers, form.unit)
        yield form, statements, mapping_of(matches)
    for sheet in source.sheet_names():
        chosen = _kind_of(source, sheet)
        if not isinstance(chosen, EngineError):
            yield chosen
        elif form is None:
            reading.unread.append(Unread(source.name, sheet, chosen))


def _kind_of(source: Source, sheet: str) -> tuple[Table, Kind, Mapping] | EngineError:
    """The kind whose required columns are all there and most of whose columns the sheet has, else why none fits."""
    best: tuple[float, tuple[Table, Kind, Mapping]] | None = None
    closest: tuple[float, EngineError] | None = None
    for key in KIND_KEYS:
        what = kind(key)
        share = 0.0
        try:
            table = find_table(source, what, sheet)
            matches = propose(what, table.headers, table.unit, [cells for _row, cells in table.sample(_SAMPLE)])
            mapping = mapping_of(matches)
            share = sum(match.confidence for match in matches if match.column) / max(len(table.headers), 1)
            check_mapping(what, mapping, len(table.headers))
        except EngineError as error:
            if not isinstance(error, FileError):
                raise
            if closest is None or share > closest[0]:
                closest = share, _unknown(source, sheet, what, error)
            continue
        if best is None or share > best[0]:
            best = share, (table, what, mapping)
    if best is not None:
        return best[1]
    assert closest is not None
    return closest[1]


def _unknown(source: Source, sheet: str, what: Kind, error: EngineError) -> EngineError:
    """The error of the closest kind, with its place where only columns are lacking."""
    if not isinstance(error, ColumnMissing):
        return error
    place = f"{source.name}!{sheet}" if sheet else source.name
    columns = {f"columns_{language}": error.data.get(f"columns_{language}", "") for language in ("zh", "en")}
    return TableUnknown(name=place, kind_zh=what.zh, kind_en=what.en, **columns)


def _item(what: Kind, values: dict[str, Any]) -> Any:
    """The part of a row that is kept, small because there may be millions."""
    if what.key == "statements":
        return Statement(
            period_end=values["period_end"],
            lines={code: amount for code, amount in values.items() if code in LINES and amount is not None},
            months=values["months"],
            scope=Scope(values["scope"]),
            audit_opinion=AuditOpinion(values.get("audit_opinion") or AuditOpinion.UNAUDITED),
        )
    if what.key == "invoices":
        row = (values["number"], values["issued_on"], values["due_on"], values["amount"])
        return (*row, bool(values["disputed"]), bool(values["void"]))
    return (values["reference"], values.get("invoice_number"), values["amount"], values["received_on"])


@dataclass
class _Desk:
    """A company's papers while they come in, with what tells a repeated row."""

    papers: Papers
    invoices: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    payments: dict[tuple[str, str | None], tuple[Any, ...]] = field(default_factory=dict)


def _gather(reading: Reading, customers: Sequence[_Row], piles: dict[str, list[_Row]]) -> None:
    found: dict[str, _Desk] = {}
    known_as: dict[str, str] = {}
    for row in customers:
        _open(reading, found, known_as, row)
    places: list[tuple[_Desk, list[_Row]]] = []
    for reference, rows in piles.items():
        spellings = _spellings(reference)
        key = next((known_as[alias] for alias in spellings if alias in known_as), reference)
        for alias in spellings:
            known_as.setdefault(alias, key)
        places.append((found.setdefault(key, _Desk(Papers(key))), rows))
    # Payments last: the invoices that they settle may stand in a later table.
    for last in (False, True):
        for desk, rows in places:
            for row in rows:
                if (row.kind.key == "payments") is last:
                    _add(reading, desk, row)
    reading.companies = [desk.papers for desk in found.values()]


def _open(reading: Reading, found: dict[str, _Desk], known_as: dict[str, str], row: _Row) -> None:
    """A file of a customer, under every way in which other tables may name it."""
    file = row.values
    names = [str(file[key]) for key in ("number", "uscc", "identifier", "name") if file.get(key)]
    aliases = {alias for name in names for alias in _spellings(name)}
    own = {alias for name in names[:-1] or names for alias in _spellings(name)}
    if taken := {known_as[alias] for alias in own if alias in known_as}:
        if any(found[key].papers.file == file for key in taken):
            reading.repeated += 1
        else:
            _refuse(reading, row, _twice(row.row, "", names[0]))
        return
    key = names[0]
    found[key] = _Desk(Papers(key, file))
    for alias in aliases:
        known_as.setdefault(alias, key)


def _spellings(reference: str) -> tuple[str, ...]:
    """The forms under which a reference is compared: a code as its check writes it, a name without case and blanks."""
    answer = check(AUTO, reference)
    return (answer.value, name_key(reference)) if answer.ok else (name_key(reference),)


def _add(reading: Reading, desk: _Desk, row: _Row) -> None:
    papers = desk.papers
    if row.kind.key == "statements":
        statement: Statement = row.values
        _keep(reading, papers.statements, (statement.period_end, statement.scope), statement, row, "period_end")
    elif row.kind.key == "invoices":
        if _keep(reading, desk.invoices, row.values[0], row.values, row, "number"):
            papers.invoices.append(row.values)
    else:
        _settle(reading, desk, row)


def _settle(reading: Reading, desk: _Desk, row: _Row) -> None:
    reference, invoice, amount, received_on = row.values
    if invoice is not None and invoice not in desk.invoices:
        error = RowError(
            row.row, "invoice_number", str(invoice), "invoice_unknown",
            "这家客户没有这张发票", "this customer has no such invoice",
            "所读文件中该客户的发票号码，或留空", "the number of an invoice of this customer in these files, or blank",
        )  # fmt: skip
        _refuse(reading, row, error)
    elif _keep(reading, desk.payments, (reference, invoice), row.values, row, "reference"):
        if invoice is None:
            desk.papers.unapplied += 1
        else:
            desk.papers.allocations.append((invoice, amount, received_on))


def _keep(reading: Reading, known: dict[Any, Any], key: Any, value: Any, row: _Row, column: str) -> bool:
    """Whether the row is new; the same again is passed over, the same key with other values is refused."""
    if key not in known:
        known[key] = value
        return True
    if known[key] == value:
        reading.repeated += 1
    else:
        _refuse(reading, row, _twice(row.row, column, str(key[0] if isinstance(key, tuple) else key)))
    return False


def _refuse(reading: Reading, row: _Row, error: RowError) -> None:
    reading.refused.append(Refused(row.table.source.name, row.table.sheet, row.kind, error))


def _twice(row: int, column: str, value: str) -> RowError:
    return RowError(
        row, column, value, "duplicate",
        "前面已有同一条记录，而数值不同", "the same record stands above with other values",
        "只保留正确的一行", "keep the row that is right",
    )  # fmt: skip


def _foreign(result: Any) -> RowError:
    return RowError(
        result.row, "currency", str(result.values["currency"]), "currency_foreign",
        "评估以人民币计算，不能与其他币种相加", "assessments reckon in CNY and cannot add another currency",
        "折算为人民币的金额", "the amounts converted to CNY",
    )  # fmt: skip


def newest_first(papers: Papers) -> Iterator[Statement]:
    """The statements of the newest one's scope, newest first; consolidated before parent where both are as new."""
    ordered = sorted(
        papers.statements.values(), key=lambda s: (s.period_end, s.scope is Scope.CONSOLIDATED), reverse=True
    )
    return (statement for statement in ordered if statement.scope is ordered[0].scope)
