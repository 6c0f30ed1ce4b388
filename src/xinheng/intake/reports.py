"""The report of what was refused: one line an error, with row, column, value and what would be accepted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import xlsxwriter

from xinheng.intake.kinds import Kind
from xinheng.intake.rows import RowError

#: more rows do not fit in a sheet; the CSV report has no such limit
MOST_SHEET_ROWS = 1_048_575

_HEADER = {
    "zh": ("行", "列", "原值", "问题", "可接受的写法", "代码"),
    "en": ("Row", "Column", "Value", "Problem", "What is accepted", "Code"),
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Text that a spreadsheet will not run as a formula: an apostrophe goes before =, +, -, @ and tabs."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def report_line(error: RowError, kind: Kind, language: str) -> tuple[str, ...]:
    """One error as cells in the order of the header."""
    column = kind.column(error.column).label(language) if error.column else ""
    return (str(error.row), column, error.value, error.message(language), error.accepted(language), error.code)


def csv_lines(errors: Iterable[RowError], kind: Kind, language: str) -> Iterator[str]:
    """The report as lines of CSV, with the mark that spreadsheets need to see UTF-8."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)
    line.write("\ufeff")
    writer.writerow(_HEADER["zh" if language.startswith("zh") else "en"])
    yield line.getvalue()
    for error in errors:
        line.seek(0)
        line.truncate()
        writer.writerow([harmless(cell) for cell in report_line(error, kind, language)])
        yield line.getvalue()


def write_xlsx(path: Path, errors: Iterable[RowError], kind: Kind, language: str) -> int:
    """Write a workbook row by row in constant memory; returns the number of errors written."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for place, title in enumerate(_HEADER["zh" if language.startswith("zh") else "en"]):
        sheet.write_string(0, place, title, bold)
        sheet.set_column(place, place, (8, 18, 28, 40, 48, 20)[place])
    count = 0
    for error in errors:
        if count >= MOST_SHEET_ROWS:
            break
        count += 1
        row, *cells = report_line(error, kind, language)
        sheet.write_number(count, 0, int(row))
        for place, cell in enumerate(cells, start=1):
            sheet.write_string(count, place, cell)
    book.close()
    return count
