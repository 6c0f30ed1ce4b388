"""A list handed out as a file: the columns, the rows and the order that the page shows, and nothing else.

A column tells its plain value by `value_<column>` of its table (a Decimal, a date, a text); one without such a function
gives what the page shows, freed of markup. Rows are read in batches, so that a long list costs no memory.
"""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django_tables2 import Table
from django_tables2.rows import BoundRow

BATCH = 1_000
FORMATS = ("csv", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 40


def harmless(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is led by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def export_response(
    request: HttpRequest,
    table: Table,
    name: str,
    *,
    prepare: Callable[[Sequence[Any]], None] | None = None,
) -> HttpResponseBase | None:
    """The whole list as a file where the address asks for one (`?export=csv` or `xlsx`), else None.

    Args:
        name: of the file, without its ending.
        prepare: called with each batch of records before they are read, to fill what the query does not bring.
    """
    wanted = request.GET.get("export")
    if wanted not in FORMATS:
        return None
    rows = table_rows(table, prepare)
    return _csv(rows, f"{name}.csv") if wanted == "csv" else _xlsx(rows, f"{name}.xlsx")


def table_rows(table: Table, prepare: Callable[[Sequence[Any]], None] | None = None) -> Iterator[list[Any]]:
    """The heads of the visible columns, then the plain values of each row."""
    columns = [column for column in table.columns if column.visible]
    yield [str(column.header) for column in columns]
    for batch in _batches(table.data.data):
        if prepare:
            prepare(batch)
        for record in batch:
            row = BoundRow(record, table)
            yield [_plain(row.get_cell_value(column.name)) for column in columns]


def _batches(records: Any) -> Iterator[list[Any]]:
    found = iter(records.iterator(BATCH) if hasattr(records, "iterator") else records)
    while batch := list(islice(found, BATCH)):
        yield batch


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    text = str(value)
    return "" if text == "—" else text


class _Echo:
    def write(self, value: str) -> str:
        return value


def _csv(rows: Iterable[list[Any]], name: str) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    # The mark at the head tells spreadsheets that the text is UTF-8.
    lines = (writer.writerow([harmless(value) for value in row]) for row in rows)
    response = StreamingHttpResponse(chain(["\ufeff"], lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _xlsx(rows: Iterable[list[Any]], name: str) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it, and with that it is gone
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"})}
    formats |= {
        digits: book.add_format({"num_format": "#,##0" + "." * bool(digits) + "0" * digits}) for digits in range(7)
    }
    for number, row in enumerate(rows):
        if number == 0:
            for place, label in enumerate(row):
                sheet.set_column(place, place, min(_WIDEST, max(10, 2 * len(label))))
            sheet.freeze_panes(1, 1)
        for place, value in enumerate(row):
            _cell(sheet, number, place, value, formats, head if number == 0 else None)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)


def _cell(sheet: Any, row: int, place: int, value: Any, formats: dict[Any, Any], head: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        # Spreadsheets know no time zones.
        sheet.write_string(row, place, timezone.localtime(value).strftime("%Y-%m-%d %H:%M"))
    elif isinstance(value, date):
        sheet.write_datetime(row, place, datetime(value.year, value.month, value.day), formats["date"])  # noqa: DTZ001
    elif isinstance(value, bool):
        sheet.write_boolean(row, place, value)
    elif isinstance(value, Decimal):
        digits = min(6, max(0, -int(value.as_tuple().exponent)))
        sheet.write_number(row, place, value, formats[digits])
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value)
    else:
        sheet.write_string(row, place, str(value), head)


def export_addresses(request: HttpRequest) -> dict[str, str]:
    """The addresses of a list as a file, by kind; the page does not matter, everything that is filtered goes in."""
    left = request.GET.copy()
    left.pop("page", None)
    found = {}
    for kind in ("csv", "xlsx"):
        left["export"] = kind
        found[kind] = f"?{left.urlencode()}"
    return found
