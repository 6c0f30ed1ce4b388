"""Sheets of an .xlsx workbook as rows of text, read with calamine after the guards have looked at the file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from xinheng.intake.errors import FormulaWithoutValue, WorkbookDamaged
from xinheng.intake.guards import SheetScan

#: A workbook keeps numbers as binary fractions of 15 to 16 digits; 15 are what Excel shows and guarantees.
_DIGITS = 15
_EXACT = 10**_DIGITS


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a point, dates as 2016-12-23, never an exponent below 10¹⁵.

    A number from 10¹⁵ on has lost digits in the workbook; it keeps its exponent (9.13501E+17), so that columns of
    codes can tell and refuse it.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            return value
        case int():
            return str(value) if abs(value) < _EXACT else f"{float(value):.14E}"
        case float():
            if value != value or value in (float("inf"), float("-inf")):
                return "#NUM!"
            if abs(value) >= _EXACT:
                return f"{value:.14E}"
            if value.is_integer():
                return str(int(value))
            return format(Decimal(format(value, f".{_DIGITS}g")), "f")
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return str(value)


def sheet_rows(path: Path, name: str, scan: SheetScan) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank: its number in the sheet (from 1) and its cells as text, from column A on.

    Raises: WorkbookDamaged; FormulaWithoutValue when a formula of the sheet has no stored result.
    """
    if scan.formulas_without_value:
        raise FormulaWithoutValue(
            name=name, sheet=scan.name, cell=scan.first_formula or "?", count=scan.formulas_without_value
        )
    sheet = _open_sheet(path, name, scan.name)
    if sheet is None or sheet.start is None:
        return
    # calamine counts rows from the first of the sheet, columns from the first used one; it drops error values, which
    # are put back so that #DIV/0! is refused rather than read as "unknown".
    padding = [""] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = padding + [cell_text(value) for value in row]
        for column, text in scan.error_values.get(number, {}).items():
            if column < len(cells) and not cells[column]:
                cells[column] = text
        if any(cells):
            yield number, cells


def _open_sheet(path: Path, name: str, sheet: str) -> CalamineSheet | None:
    try:
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet)
    except (CalamineError, ValueError, OSError) as error:
        raise WorkbookDamaged(name=name, why=str(error)[:120]) from error
    except BaseException as error:
        # A panic of the Rust reader arrives as an exception outside Exception's tree.
        if type(error).__name__ != "PanicException":
            raise
        raise WorkbookDamaged(name=name, why="the reader gave up") from error
