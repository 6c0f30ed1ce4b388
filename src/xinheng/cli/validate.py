"""`xinheng validate`: check identifiers in a file, without a server."""

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinheng.engine.identity import AUTO, KIND_NAMES, CodeCheck, Kind, check

#: digits that a spreadsheet keeps when it stores a code as a number
_EXACT_AS_NUMBER = 2**53

#: what one cell may hold; a column of codes has no use for more, and the csv module's own limit is a bare traceback
_MOST_CHARACTERS_PER_CELL = 1_000_000


class _BadInput(click.ClickException):
    exit_code = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """One code that is not valid."""

    row: int  # as a spreadsheet counts: the header is row 1
    value: str
    kind: str | None
    level: str
    reason: str
    reason_zh: str
    suggestion: str | None
    problems: list[str]


@click.group()
def validate() -> None:
    """Check identifiers in a file."""


@validate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--column", required=True, help="Header of the column that holds the codes.")
@click.option(
    "--kind",
    type=click.Choice([AUTO, *(kind.value for kind in Kind)]),
    default=AUTO,
    show_default=True,
    help="What the codes are; auto recognises each by its form.",
)
@click.option(
    "--accept-legacy", is_flag=True, help="Count 13-digit registration numbers, which have no check, as valid."
)
@click.option("--sheet", default=None, help="Sheet of a workbook; the first one by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def codes(
    context: click.Context, file: Path, column: str, kind: str, accept_legacy: bool, sheet: str | None, as_json: bool
) -> None:
    """Check the codes in one column of FILE (csv, csv.gz, xlsx).

    Exit codes: 0 all valid, 1 some are not, 2 the file or the column cannot be read.
    """
    empty = 0
    kinds: dict[str, Counter[str]] = {}
    invalid: list[_Row] = []
    for number, text in _cells(file, column, sheet):
        if not text.strip() and "\x00" not in text:
            empty += 1
            continue
        found = check(kind, text)
        right = found.ok and (found.verifiable or accept_legacy)
        kinds.setdefault(found.kind.value if found.kind else "unknown", Counter())["valid" if right else "invalid"] += 1
        if not right:
            invalid.append(_row(number, text, found))
    valid = sum(counts["valid"] for counts in kinds.values())
    if as_json:
        answer = {
            "valid": valid,
            "invalid": len(invalid),
            "empty": empty,
            "kinds": {k: {"valid": c["valid"], "invalid": c["invalid"]} for k, c in sorted(kinds.items())},
            "rows": [asdict(row) for row in invalid],
        }
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print(valid, empty, kinds, invalid)
    context.exit(1 if invalid else 0)


def _row(number: int, text: str, found: CodeCheck) -> _Row:
    # Every code that is counted here has a problem: an error, or the warning of a legacy number.
    first = found.errors[0] if found.errors else next(p for p in found.problems if p.code == "legacy_unverifiable")
    return _Row(
        row=number,
        # Where a control character or the length was refused, `found.value` is the text that can be shown.
        value=found.value if first.code in ("control_character", "too_long") else text.strip(),
        kind=found.kind.value if found.kind else None,
        level=first.level,
        reason=first.en,
        reason_zh=first.zh,
        suggestion=found.suggestion,
        problems=[p.level for p in found.problems],
    )


def _print(valid: int, empty: int, kinds: dict[str, Counter[str]], invalid: list[_Row]) -> None:
    console = Console()
    summary = Table(title=f"{valid} valid, {len(invalid)} invalid" + (f", {empty} empty" if empty else ""))
    summary.add_column("Kind")
    summary.add_column("Valid", justify="right")
    summary.add_column("Invalid", justify="right")
    for kind, counts in sorted(kinds.items()):
        name = KIND_NAMES[Kind(kind)][1] if kind != "unknown" else "not recognised"
        summary.add_row(name, str(counts["valid"]), str(counts["invalid"]))
    console.print(summary)
    if invalid:
        table = Table()
        for heading in ("Row", "Value", "Level", "Reason", "Suggested"):
            table.add_column(heading, overflow="fold")
        for row in invalid:
            # Values come from a stranger's file: escape them, or brackets would be read as markup.
            table.add_row(str(row.row), escape(row.value), row.level, escape(row.reason), row.suggestion or "")
        console.print(table)


def _cells(file: Path, column: str, sheet: str | None) -> Iterator[tuple[int, str]]:
    """Row number and text of each cell of the column."""
    name = file.name.lower()
    if name.endswith((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")):
        rows = _workbook_rows(file, sheet)
    elif name.endswith((".csv", ".csv.gz", ".txt")):
        rows = _csv_rows(file)
    else:
        raise _BadInput(f"{file.name}: accepted are csv, csv.gz and xlsx files")
    header = next(rows, None)
    if header is None:
        raise _BadInput(f"{file.name} is empty: a header row is needed")
    names = [cell.strip() for cell in header]
    if names.count(column.strip()) != 1:
        state = "stands more than once" if column.strip() in names else "is not"
        raise _BadInput(f"column {column!r} {state} in {file.name}; its columns are {', '.join(n for n in names if n)}")
    place = names.index(column.strip())
    for number, row in enumerate(rows, start=2):
        yield number, row[place] if place < len(row) else ""


def _csv_rows(file: Path) -> Iterator[list[str]]:
    encoding = _encoding(file)
    csv.field_size_limit(_MOST_CHARACTERS_PER_CELL)
    try:
        with _open(file) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
            yield from csv.reader(text)
    except UnicodeDecodeError as error:
        raise _BadInput(f"{file.name} is neither UTF-8 nor GB 18030 text: {error}") from error
    except (csv.Error, gzip.BadGzipFile, EOFError, OSError) as error:
        raise _BadInput(f"{file.name} cannot be read: {error}") from error


def _encoding(file: Path) -> str:
    """UTF-8 where the entire file is UTF-8, else GB 18030, in which spreadsheets of Chinese systems export."""
    try:
        with _open(file) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    except (gzip.BadGzipFile, EOFError, OSError) as error:
        raise _BadInput(f"{file.name} cannot be read: {error}") from error
    return "utf-8-sig"


def _open(file: Path) -> IO[bytes]:
    # Both are streams: a file that unpacks to more than memory holds is read in passing.
    return gzip.open(file, "rb") if file.name.lower().endswith(".gz") else file.open("rb")


def _workbook_rows(file: Path, sheet: str | None) -> Iterator[list[str]]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(file))
        if sheet is not None and sheet not in book.sheet_names:
            raise _BadInput(f"{file.name} has no sheet {sheet!r}; its sheets are {', '.join(book.sheet_names)}")
        page = book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)
        rows = page.to_python(skip_empty_area=False)
    except _BadInput:
        raise
    except Exception as error:  # the reader has an exception of its own for every format
        raise _BadInput(f"{file.name} cannot be read as a workbook: {error}") from error
    for row in rows:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without the `.0` of spreadsheets; one too long for them keeps the mark of it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < _EXACT_AS_NUMBER else f"{cell:.5E}"
    return str(cell)
