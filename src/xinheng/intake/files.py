"""Opening a file that somebody handed in: guarded, sniffed, its tables found.

A `Source` describes a file and holds nothing open; its rows are read on demand, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from pathlib import Path

from xinheng.engine.notation import AmountUnit
from xinheng.intake import text, workbook
from xinheng.intake.errors import FileEmpty, HeaderMissing
from xinheng.intake.guards import LIMITS, Limits, SheetScan, file_kind, open_bounded, safe_name, scan_workbook
from xinheng.intake.header import SEARCHED_ROWS, Header, find_header
from xinheng.intake.kinds import Kind
from xinheng.intake.mapping import header_unit, propose

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Source:
    """A file that passed the guards. `dialect` for text, `sheets` for a workbook (those with cells, in order)."""

    path: Path
    name: str
    dialect: text.Dialect | None = None
    gzipped: bool = False
    sheets: tuple[SheetScan, ...] = ()

    @property
    def is_workbook(self) -> bool:
        """Whether cells come from a workbook, where an unformatted date is a serial number."""
        return self.dialect is None

    @property
    def encoding(self) -> str:
        """The encoding of a text, `xlsx` for a workbook."""
        return self.dialect.encoding if self.dialect else "xlsx"

    def expected_rows(self, sheet: str = "") -> int:
        """About how many rows there are, for a progress bar: lines of a text, rows that a sheet spans."""
        if self.dialect:
            return self.dialect.lines
        return next(scan.rows for scan in self.sheets if scan.name == sheet or not sheet)

    def sheet_names(self) -> tuple[str, ...]:
        """The sheets that hold cells; one nameless one for a text."""
        return tuple(scan.name for scan in self.sheets) or ("",)

    def rows(self, sheet: str = "") -> Iterator[Row]:
        """Every row that is not blank: its number in the file or sheet, and its cells as text."""
        if self.dialect:
            return text.rows(self.path, self.name, self.dialect, self.gzipped)
        scan = next(scan for scan in self.sheets if scan.name == sheet or not sheet)
        return workbook.sheet_rows(self.path, self.name, scan)


@dataclass(frozen=True)
class Table:
    """One table of a source: its header, and its data rows on demand."""

    source: Source
    sheet: str
    header: Header
    unit: AmountUnit | None = None
    headers: tuple[str, ...] = field(default=())

    def rows(self) -> Iterator[Row]:
        """The data rows below the header that are not blank."""
        return dropwhile(lambda row: row[0] <= self.header.last_row, self.source.rows(self.sheet))

    def sample(self, count: int) -> list[Row]:
        """The first data rows."""
        return list(islice(self.rows(), count))


def open_source(path: Path, name: str = "", limits: Limits = LIMITS) -> Source:
    """Look at a file from outside and say what it is.

    Args:
        path: where it lies; never derived from what an uploader called it.
        name: what the uploader called it; the path's own name where not given.
    Raises: a subclass of FileError for everything that is wrong with the file.
    """
    shown = safe_name(name or path.name)
    kind = file_kind(path, shown, limits)
    if kind == "xlsx":
        scan = scan_workbook(path, shown, limits)
        sheets = tuple(sheet for sheet in scan.sheets if sheet.rows)
        if not sheets:
            raise FileEmpty(name=shown)
        return Source(path, shown, sheets=sheets)
    if kind == "gzip":
        with path.open("rb") as stream:
            open_bounded(stream, shown, limits)
    gzipped = kind == "gzip"
    return Source(path, shown, dialect=text.sniff(path, shown, gzipped), gzipped=gzipped)


def find_table(source: Source, kind: Kind, sheet: str = "") -> Table:
    """The table of a kind in a source: on the named sheet, else on the one whose header fits best.

    Raises: HeaderMissing, FileEmpty when there is a header and nothing below; the errors of reading.
    """
    vocabulary = kind.vocabulary()
    best: tuple[int, Table] | None = None
    wanted = (sheet,) if sheet else source.sheet_names()
    for name in wanted:
        first = list(islice(source.rows(name), SEARCHED_ROWS + 1))
        header = find_header(first, vocabulary)
        if header is None:
            continue
        table = Table(source, name, header, _title_unit(header), header.labels)

        fit = sum(match.column is not None for match in propose(kind, header.labels))
        if best is None or fit > best[0]:
            best = fit, table
    if best is None:
        if source.is_workbook and not any(True for name in wanted for _ in islice(source.rows(name), 1)):
            raise FileEmpty(name=source.name)
        raise HeaderMissing(name=source.name, sheet=wanted[0] or source.name)
    if not best[1].sample(1):
        raise FileEmpty(name=source.name)
    return best[1]


def _title_unit(header: Header) -> AmountUnit | None:
    for _, cells in header.titles:
        for cell in cells:
            if "单位" in cell and (unit := header_unit(cell)):
                return unit
    return None
