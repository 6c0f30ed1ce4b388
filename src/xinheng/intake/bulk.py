"""Checking a table of any length chunk by chunk: plain rows by SQL, the others one by one, never more than a chunk.

The splitting into cells is that of the source (`Source.rows`); what is handed to DuckDB is our own writing of it, one
line a row, cells parted by a character that no cell of it holds, so that no quoting rule of a second reader comes
into play.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from pathlib import Path
from types import TracebackType

import duckdb

from xinheng.engine.notation import AmountUnit
from xinheng.intake.cells import CellReader
from xinheng.intake.fast import fast_column
from xinheng.intake.files import Table
from xinheng.intake.kinds import Column, Kind
from xinheng.intake.mapping import Mapping
from xinheng.intake.rows import ParsedRow, RowError, RowReader

CHUNK_ROWS = 50_000
# Printable and rare: a cell that holds it makes its row one for the readers of cells; so does what is not printable.
_SEPARATOR = "`"
_LONGEST_LINE = 4_000
_SQL_TYPES = {"amount": "decimal(18,2)", "date": "date", "int": "bigint", "bool": "boolean", "percent": "decimal(18,9)"}

#: columns that follow from others, kind → column → SQL; the same as `rows.complete`, held equal by the parity test
_COMPLETED: dict[str, dict[str, str]] = {
    "invoices": {
        "due_on": "coalesce(due_on, issued_on + cast(coalesce(terms_days, 0) as integer))",
        "kind": "coalesce(kind, case when amount < 0 then 'credit_note' else 'invoice' end)",
        "currency": "coalesce(currency, 'CNY')",
        "disputed": "coalesce(disputed, false)",
        "void": "coalesce(void, false)",
    },
    "payments": {"currency": "coalesce(currency, 'CNY')"},
    "statements": {
        "months": "coalesce(months, 12)",
        "scope": "coalesce(scope, 'parent')",
        "currency": "coalesce(currency, 'CNY')",
    },
}
_HOLDS: dict[str, str] = {
    "invoices": "due_on >= issued_on and (amount = 0 or (kind = 'credit_note') = (amount < 0))",
}


@dataclass
class Chunk:
    """One stretch of the table after checking.

    The good rows lie in the table `good` of `database`: `row` (number in the file) and one typed column per column of
    the kind, valid until the next chunk is asked for.
    """

    index: int
    rows: int
    good: int
    last_row: int
    database: duckdb.DuckDBPyConnection
    errors: list[RowError] = field(default_factory=list)
    plain: int = 0


@dataclass
class _Batch:
    """Rows split into cells: numbers and lines in our own format, and the rows that it cannot hold."""

    rows: int = 0
    last_row: int = 0
    numbers: list[int] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    others: list[tuple[int, list[str]]] = field(default_factory=list)


class BulkReader:
    """Checks the rows of a table in chunks; use as a context manager, then iterate once.

    Args:
        workdir: an existing folder of the caller's own for files of one chunk; nothing is left in it.
        memory_mb: what DuckDB may use; the rest of the process needs memory for one chunk of text.
    Raises: ColumnMissing; FileError while iterating, when the file breaks off.
    """

    def __init__(
        self,
        table: Table,
        kind: Kind,
        mapping: Mapping,
        workdir: Path,
        *,
        chunk_rows: int = CHUNK_ROWS,
        memory_mb: int = 256,
    ) -> None:
        from_workbook = table.source.is_workbook
        width = len(table.headers)
        self._rows = RowReader(kind, mapping, width, from_workbook=from_workbook)
        self._table, self._kind, self._mapping, self._width = table, kind, mapping, width
        self._plain_file = workdir / "plain.txt"
        self._other_file = workdir / "other.txt"
        self._chunk_rows = chunk_rows
        self._columns = [column for column in kind.columns if column.key in mapping.columns]
        self._places = [mapping.columns[column.key] for column in self._columns]
        self._fast = {
            column.key: fast_column(
                f't."{column.key}"',
                CellReader(column, mapping.units.get(column.key, AmountUnit.YUAN), from_workbook),
            )
            for column in self._columns
        }
        self._database = duckdb.connect(
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": "2",
                "temp_directory": str(workdir / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "preserve_insertion_order": "false",
            }
        )

    def __enter__(self) -> BulkReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
        for path in (self._plain_file, self._other_file):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            (self._plain_file.parent / "spill").rmdir()

    def __iter__(self) -> Iterator[Chunk]:
        rows = iter(self._table.rows())
        index = 0
        # Splitting the next chunk into cells is Python's work and checking one is DuckDB's, so they run side by side.
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self._split, rows)
            while (batch := ahead.result()).rows:
                ahead = pool.submit(self._split, rows)
                yield self._check(index, batch)
                index += 1

    def _split(self, rows: Iterator[tuple[int, list[str]]]) -> _Batch:
        batch = _Batch()
        width, last = self._width, 0
        parts = len(self._places) - 1
        pick = itemgetter(*self._places) if parts else None
        for last, cells in islice(rows, self._chunk_rows):
            batch.rows += 1
            if len(cells) == width:
                picked = _SEPARATOR.join(pick(cells)) if pick else cells[self._places[0]]
                if picked.isprintable() and picked.count(_SEPARATOR) == parts and len(picked) < _LONGEST_LINE:
                    batch.numbers.append(last)
                    batch.lines.append(picked)
                    continue
            batch.others.append((last, cells))
        batch.last_row = last
        return batch

    def _check(self, index: int, batch: _Batch) -> Chunk:
        chunk = Chunk(index, batch.rows, 0, batch.last_row, self._database)
        # UTF-8 has no form for half a surrogate pair; isprintable has refused those.
        with self._plain_file.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(map(f"{{}}{_SEPARATOR}{{}}\n".format, batch.numbers, batch.lines))
        self._read_plain()
        others = [*batch.others, *self._not_plain(batch)]
        parsed: list[ParsedRow] = []
        for row, cells in sorted(others):
            result = self._rows.read(row, cells)
            if isinstance(result, ParsedRow):
                parsed.append(result)
            else:
                chunk.errors.extend(result)
        self._add(parsed)
        chunk.good = self._count("good")
        chunk.plain = chunk.good - len(parsed)
        return chunk

    def _read_plain(self) -> None:
        """The table `good` from the file of lines, with the rows that SQL takes."""
        raw = ", ".join(f"'{column.key}': 'varchar'" for column in self._columns)
        values = ", ".join(
            f'{self._fast[column.key].value} as "{column.key}"'
            if column.key in self._fast
            else f'cast(null as {_sql_type(column)}) as "{column.key}"'
            for column in self._kind.columns
        )
        plain = [fast.plain for fast in self._fast.values()]
        plain += [f't."{column.key}" is not null' for column in self._columns if column.required]
        completed = _COMPLETED.get(self._kind.key, {})
        columns = ", ".join(
            f"cast({completed.get(column.key, _quoted(column))} as {_sql_type(column)}) as {_quoted(column)}"
            for column in self._kind.columns
        )
        self._database.execute(
            f"create or replace table good as select * from (select row, {columns} from (select t.row, {values} "  # noqa: S608  our own column names
            f"from read_csv($file, delim='{_SEPARATOR}', quote='', escape='', header=false, auto_detect=false, "
            f"nullstr='', columns={{'row': 'bigint', {raw}}}) t where {' and '.join(plain)})) where {self._holds()}",
            {"file": str(self._plain_file)},
        )

    def _holds(self) -> str:
        if self._kind.key != "statements":
            return _HOLDS.get(self._kind.key, "true")
        lines = [_quoted(column) for column in self._kind.columns if column.type == "amount"]
        return f"coalesce({', '.join(lines)}) is not null"

    def _not_plain(self, batch: _Batch) -> Iterator[tuple[int, list[str]]]:
        if self._count("good") == len(batch.lines):
            return
        taken = {row for (row,) in self._database.execute("select row from good").fetchall()}
        for number, line in zip(batch.numbers, batch.lines, strict=True):
            if number not in taken:
                cells = [""] * self._width
                for place, text in zip(self._places, line.split(_SEPARATOR), strict=True):
                    cells[place] = text
                yield number, cells

    def _add(self, parsed: list[ParsedRow]) -> None:
        """Add rows that the readers of cells took to `good`."""
        if not parsed:
            return
        keys = [column.key for column in self._kind.columns]
        with self._other_file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerows((row.row, *(row.values[key] for key in keys)) for row in parsed)
        types = ", ".join(f"'{column.key}': '{_sql_type(column)}'" for column in self._kind.columns)
        self._database.execute(
            "insert into good by name select * from read_csv($file, delim=',', quote='\"', escape='\"', header=false, "  # noqa: S608
            f"auto_detect=false, nullstr='', columns={{'row': 'bigint', {types}}})",
            {"file": str(self._other_file)},
        )

    def _count(self, table: str) -> int:
        found = self._database.execute(f"select count(*) from {table}").fetchone()  # noqa: S608  our own table names
        return int(found[0]) if found else 0


def _sql_type(column: Column) -> str:
    return _SQL_TYPES.get(column.type, "varchar")


def _quoted(column: Column) -> str:
    return f'"{column.key}"'
