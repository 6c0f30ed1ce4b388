"""`xinheng assess`: companies, statements, invoices and payments from files to ratings, without a server."""

import datetime as dt
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import track

from xinheng.cli.assess.answer import answer
from xinheng.cli.assess.errors import EnvironmentFault, TypesetterBroken
from xinheng.cli.assess.outputs import check_folder, check_inputs, check_workbook, write_files
from xinheng.cli.assess.reports import report_of
from xinheng.cli.assess.terminal import clean, print_reports, print_unused
from xinheng.documents import Language, RefusedRow, Report, assessment_page, assessment_workbook, file_name
from xinheng.documents.words import say
from xinheng.engine.assessment import Assessor
from xinheng.engine.errors import EngineError
from xinheng.engine.notation import parse_date
from xinheng.intake.papers import Reading, Refused, read_papers

DONE, SOME_REFUSED, BAD_INPUT, ENVIRONMENT = 0, 1, 2, 3
_PROGRESS_FROM = 10

Item = TypeVar("Item")


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--as-of", metavar="DATE", help="Day of the assessment, 2026-06-30; default today.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Default: English where LANG says so, else Chinese.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write all results to this workbook.")
@click.option("--pdf", type=click.Path(path_type=Path), help="Write one page a company to this folder.")
@click.option("--overwrite", is_flag=True, help="Replace output files that exist.")
def assess(
    files: tuple[Path, ...],
    as_of: str | None,
    language: Language | None,
    as_json: bool,
    xlsx: Path | None,
    pdf: Path | None,
    overwrite: bool,
) -> None:
    """Assess the companies of workbooks or CSV files; each sheet is recognised by its headers.

    A row that cannot be read is named and left out; the others are assessed.

    Exit codes: 0 done, 1 some rows were left out, 2 bad input, 3 the machine does not let us. On 2 and 3 nothing is
    written.
    """
    to = language or _language(os.environ)
    try:
        reading = _run(files, as_of, to, as_json, xlsx, pdf, overwrite)
    except EngineError as error:
        click.echo(clean(error.message(to)), err=True)
        sys.exit(ENVIRONMENT if isinstance(error, EnvironmentFault) else BAD_INPUT)
    sys.exit(SOME_REFUSED if reading.refused else DONE)


def _run(
    files: Sequence[Path],
    as_of: str | None,
    to: Language,
    as_json: bool,
    xlsx: Path | None,
    pdf: Path | None,
    overwrite: bool,
) -> Reading:
    day = (parse_date(as_of) if as_of else None) or dt.datetime.now().astimezone().date()
    check_inputs(files)
    if xlsx is not None:
        check_workbook(xlsx, files, overwrite)
    if pdf is not None:
        check_folder(pdf)
    reading = read_papers(files)
    runner = _assessor()
    paid = any(payment[2] <= day for papers in reading.companies for payment in papers.allocations)
    shown = _shown(reading.companies, say("assessment", to))
    reports = [report_of(runner, papers, day, payments_kept=paid) for papers in shown]
    written = write_files(_outputs(reports, reading, to, xlsx, pdf), overwrite)
    if as_json:
        click.echo(json.dumps(answer(runner, reports, reading, day), ensure_ascii=False, indent=2))
    else:
        print_reports(reports, to)
        print_unused(reading, to)
    for path in written:
        click.echo(say("written", to, "sentences", path=clean(str(path))), err=True)
    return reading


@cache
def _assessor() -> Assessor:
    """The shipped rules, made ready once a process."""
    return Assessor()


def _outputs(
    reports: Sequence[Report], reading: Reading, to: Language, xlsx: Path | None, pdf: Path | None
) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    if xlsx is not None:
        rows = [_refused_row(row, to) for row in reading.refused]
        yield xlsx, lambda: assessment_workbook(reports, rows, to)
    taken: set[str] = set()
    for one in _shown(reports, "PDF") if pdf is not None else ():
        yield pdf / file_name(one.subject.name, ".pdf", taken), lambda one=one: _page(one, to)  # type: ignore[operator]


def _page(one: Report, to: Language) -> bytes:
    try:
        return assessment_page(one, to)
    except RuntimeError as error:  # the type-setter's own error is one
        raise TypesetterBroken(why=str(error)) from error


def _refused_row(row: Refused, to: Language) -> RefusedRow:
    error = row.error
    return RefusedRow(
        row.file, row.sheet, error.row, row.column(to), error.value, error.message(to), error.accepted(to)
    )  # fmt: skip


def _shown(items: Sequence[Item], what: str) -> Iterator[Item]:
    """The items, with a bar on a terminal where it takes a while."""
    console = Console(stderr=True)
    if len(items) < _PROGRESS_FROM or not console.is_terminal:
        return iter(items)
    return iter(track(items, description=what, console=console, transient=True))


def _language(environment: "os._Environ[str]") -> Language:
    """English where the first of the usual variables that is set begins with `en`, else Chinese."""
    names = (environment.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "en" if next((name for name in names if name), "").lower().startswith("en") else "zh"
