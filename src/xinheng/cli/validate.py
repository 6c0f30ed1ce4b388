"""`xinheng validate`: check identifiers in a file, without a server."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xinheng.engine.errors import BadInput
from xinheng.engine.identity import AUTO, KIND_NAMES, CodeCheck, Kind, check
from xinheng.intake.files import open_source
from xinheng.intake.guards import LIMITS
from xinheng.intake.header import SEARCHED_ROWS


class _BadInput(click.ClickException):
    exit_code = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """One code that is not valid."""

    row: int  # line of the text or row of the sheet, counted from 1
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
@click.option("--sheet", default="", help="Sheet of a workbook; the first one by default.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def codes(
    context: click.Context, file: Path, column: str, kind: str, accept_legacy: bool, sheet: str, as_json: bool
) -> None:
    """Check the codes in one column of FILE (csv, csv.gz, xlsx).

    Exit codes: 0 all valid, 1 some are not, 2 the file or the column cannot be read.
    """
    empty = 0
    kinds: dict[str, Counter[str]] = {}
    invalid: list[_Row] = []
    try:
        for number, text in _cells(file, column, sheet):
            if not text.strip():
                empty += 1
                continue
            found = check(kind, text)
            right = found.ok and (found.verifiable or accept_legacy)
            counts = kinds.setdefault(found.kind.value if found.kind else "unknown", Counter())
            counts["valid" if right else "invalid"] += 1
            if not right:
                invalid.append(_row(number, text, found))
    except BadInput as error:
        raise _BadInput(error.message("en")) from error
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


def _cells(file: Path, column: str, sheet: str) -> Iterator[tuple[int, str]]:
    """Row number and text of each cell below the header that names the column."""
    source = open_source(file, limits=replace(LIMITS, gzip=True))
    if sheet and sheet not in source.sheet_names():
        raise _BadInput(f"{source.name} has no sheet {sheet!r}; its sheets are {', '.join(source.sheet_names())}")
    rows = source.rows(sheet)
    wanted = column.strip()
    first: list[str] = []
    for _, cells in islice(rows, SEARCHED_ROWS):
        names = [cell.strip() for cell in cells]
        first = first or [name for name in names if name]
        if wanted in names:
            break
    else:
        raise _BadInput(f"column {wanted!r} is not in {source.name}; its columns are {', '.join(first)}")
    if names.count(wanted) > 1:
        raise _BadInput(f"column {wanted!r} stands more than once in {source.name}")
    place = names.index(wanted)
    for number, cells in rows:
        yield number, cells[place] if place < len(cells) else ""
