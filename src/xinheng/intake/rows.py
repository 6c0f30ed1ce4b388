"""Rows of a table checked one by one: typed values, or every error of the row with its place and its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Pairs
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xinheng.engine.errors import BadInput
from xinheng.engine.notation import AmountUnit
from xinheng.intake.cells import CellReader, Value
from xinheng.intake.files import Table
from xinheng.intake.kinds import Kind
from xinheng.intake.mapping import Mapping, check_mapping


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong in one row. `column` is a key of the kind, or "" for the row as a whole."""

    row: int
    column: str
    value: str
    code: str
    zh: str
    en: str
    accepted_zh: str = ""
    accepted_en: str = ""

    def message(self, language: str) -> str:
        """What is wrong."""
        return self.zh if language.startswith("zh") else self.en

    def accepted(self, language: str) -> str:
        """What would be accepted."""
        return self.accepted_zh if language.startswith("zh") else self.accepted_en


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row without errors: its number in the file and a value (or None) for every column of the kind."""

    row: int
    values: dict[str, Value]


class RowReader:
    """Reads rows of one kind under one mapping.

    Args:
        from_workbook: cells come from a workbook, see `CellReader`.
    Raises: ColumnMissing, ValueError: see `check_mapping`.
    """

    def __init__(self, kind: Kind, mapping: Mapping, width: int, *, from_workbook: bool = False) -> None:
        check_mapping(kind, mapping, width)
        self.kind = kind
        self._width = width
        self._cells = [
            (column, mapping.columns[column.key], CellReader(column, _unit(mapping, column.key), from_workbook))
            for column in kind.columns
            if column.key in mapping.columns
        ]
        self._absent: dict[str, Value] = {
            column.key: None for column in kind.columns if column.key not in mapping.columns
        }

    def read(self, row: int, cells: Sequence[str]) -> ParsedRow | list[RowError]:
        """The row's values, or all that is wrong with it."""
        errors: list[RowError] = []
        values: dict[str, Value] = dict(self._absent)
        if len(cells) > self._width and any(cell.strip() for cell in cells[self._width :]):
            errors.append(_too_wide(row, len(cells), self._width))
        for column, position, reader in self._cells:
            text = cells[position] if position < len(cells) else ""
            try:
                value = reader(text)
            except BadInput as error:
                errors.append(row_error(row, column.key, text, error))
                continue
            if value is None and column.required:
                errors.append(_required(row, column.key, text))
            values[column.key] = value
        if errors:
            return errors
        return complete(self.kind, ParsedRow(row, values))


def complete(kind: Kind, parsed: ParsedRow) -> ParsedRow | list[RowError]:
    """What follows from other cells of the row: due dates, kinds of invoices; and what cannot be together."""
    values = parsed.values
    if kind.key == "invoices":
        return _complete_invoice(parsed)
    if kind.key == "payments":
        values["currency"] = values["currency"] or "CNY"
    if kind.key == "statements":
        values["months"] = values["months"] or 12
        values["scope"] = values["scope"] or "parent"
        values["currency"] = values["currency"] or "CNY"
        if not any(isinstance(value, Decimal) for value in values.values()):
            return [
                RowError(
                    parsed.row, "", "", "no_lines",
                    "这一行没有任何报表金额", "the row has no amount of any statement line",
                    "至少一个报表项目的金额", "the amount of at least one line",
                )
            ]  # fmt: skip
    return parsed


def _complete_invoice(parsed: ParsedRow) -> ParsedRow | list[RowError]:
    values, row = parsed.values, parsed.row
    issued, due, terms, amount = values["issued_on"], values["due_on"], values["terms_days"], values["amount"]
    assert isinstance(issued, date)
    assert isinstance(amount, Decimal)
    if due is None:
        due = issued + timedelta(days=int(terms) if isinstance(terms, int) else 0)
        values["due_on"] = due
    assert isinstance(due, date)
    if due < issued:
        return [
            RowError(
                row, "due_on", due.isoformat(), "due_before_issue",
                f"到期日早于开票日期 {issued}", f"the due date lies before the day of issue {issued}",
                "到期日应不早于开票日期", "a due date on or after the day of issue",
            )
        ]  # fmt: skip
    kind = values["kind"] or ("credit_note" if amount < 0 else "invoice")
    if amount and (kind == "credit_note") != (amount < 0):
        return [
            RowError(
                row, "amount", str(amount), "sign_against_kind",
                "金额的正负与发票类型不符", "the sign of the amount does not fit the kind of invoice",
                "发票为正数，红字发票为负数", "positive for an invoice, negative for a credit note",
            )
        ]  # fmt: skip
    values["kind"] = kind
    values["currency"] = values["currency"] or "CNY"
    values["disputed"] = bool(values["disputed"])
    values["void"] = bool(values["void"])
    return parsed


def read_rows(table: Table, kind: Kind, mapping: Mapping) -> Iterator[ParsedRow | list[RowError]]:
    """Every row of a table, in order, without holding more than one.

    Raises: ColumnMissing before the first row; FileError when the file breaks off.
    """
    reader = RowReader(kind, mapping, len(table.headers), from_workbook=table.source.is_workbook)
    return (reader.read(number, cells) for number, cells in table.rows())


def split(results: Iterable[ParsedRow | list[RowError]]) -> tuple[list[ParsedRow], list[RowError]]:
    """Good rows and errors apart; for tables that fit in memory."""
    good: list[ParsedRow] = []
    bad: list[RowError] = []
    for result in results:
        if isinstance(result, ParsedRow):
            good.append(result)
        else:
            bad.extend(result)
    return good, bad


def row_error(row: int, column: str, text: str, error: BadInput) -> RowError:
    """An error of a cell with its place; the error's detail says what would be accepted."""
    data: Pairs[str, object] = error.data
    zh, en = str(data.get("detail_zh") or ""), str(data.get("detail_en") or "")
    return RowError(
        row, column, _shown(text), error.code,
        error.message("zh").removesuffix(f"：{zh}"), error.message("en").removesuffix(f": {en}"),
        zh, en,
    )  # fmt: skip


def _shown(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text[:200])


def _unit(mapping: Mapping, key: str) -> AmountUnit:
    return mapping.units.get(key, AmountUnit.YUAN)


def _required(row: int, column: str, text: str) -> RowError:
    return RowError(
        row, column, _shown(text), "required", "必填的单元格为空", "a required cell is blank", "请填写", "a value"
    )


def _too_wide(row: int, found: int, width: int) -> RowError:
    return RowError(
        row, "", str(found), "too_many_cells",
        f"这一行有 {found} 格，表头只有 {width} 列", f"the row has {found} cells, the header {width}",
        "含分隔符的文字应放在引号内", "text that holds the delimiter belongs in quotes",
    )  # fmt: skip
