"""`xinheng bench`: measure the product; each command prints one JSON object with `--json`."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import click


@click.group()
def bench() -> None:
    """Measure the product beside its yardsticks."""


def _say(line: str) -> None:
    click.echo(line, err=True)


def _report(module: str, as_json: bool, **options: Any) -> None:
    measure: Callable[..., dict[str, Any]] = import_module(f"xinheng.bench.{module}").measure
    found = measure(say=_say, **options)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for key, value in found.items():
        click.echo(f"{key:24} {value}")


@bench.command("import")
@click.option("--rows", default=500_000, show_default=True, type=click.IntRange(1_000), help="Invoices to import.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(3), help="Turns of either side.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(rows: int, rounds: int, as_json: bool) -> None:
    """The worker's import of invoices beside a plain COPY of the same rows into the same table."""
    _report("imports", as_json, rows=rows, rounds=rounds)


@bench.command("rules")
@click.option("--customers", default=1_000_000, show_default=True, type=click.IntRange(1_000), help="Size of the book.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(3), help="Turns of either side.")
@click.option("--memory", default="1GB", show_default=True, help="What the evaluator may use.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rules(customers: int, rounds: int, memory: str, as_json: bool) -> None:
    """The full default assessment of one customer and of a book, beside the same arithmetic written by hand."""
    _report("rules", as_json, customers=customers, rounds=rounds, memory=memory)


@bench.command("pages")
@click.option("--customers", default=100_000, show_default=True, type=click.IntRange(100), help="Size of the book.")
@click.option(
    "--rounds", default=7, show_default=True, type=click.IntRange(3), help="Times that each page is asked for."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def pages(customers: int, rounds: int, as_json: bool) -> None:
    """Server time and queries of the lists and the first page over a generated book, in process."""
    _report("pages", as_json, customers=customers, rounds=rounds)


@bench.command("real-data")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write the page of the figures here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def real_data(directory: Path, write: Path | None, as_json: bool) -> None:
    """Real public files of DIRECTORY through the importers and the engine: what was taken, what refused and why."""
    from dataclasses import asdict

    from xinheng.bench.real_data import measure
    from xinheng.bench.real_data_page import as_page

    parts = measure(data=directory, say=_say)
    if not parts:
        raise click.UsageError(f"{directory} holds none of the known sets")
    if write:
        write.write_text(as_page(parts), encoding="utf-8")
    if as_json:
        click.echo(json.dumps({part.name: asdict(part) for part in parts}, ensure_ascii=False, default=str))
    elif not write:
        click.echo(as_page(parts))


@bench.command("screening")
@click.option(
    "--pairs",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled pairs: csv with name1, name2, is_match, schema, case_group.",
)
@click.option("--lists", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Watch lists.")
@click.option("--customers", type=click.IntRange(1), help="Book to screen against the lists.")
@click.option("--fitted", is_flag=True, help="Add the weights and the threshold that these pairs teach.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def screening(pairs: Path, lists: Path | None, customers: int | None, fitted: bool, as_json: bool) -> None:
    """The name matcher on labelled pairs: as it ships, and cross-validated."""
    from xinheng.bench.screening import NoPairs

    try:
        _report("screening", as_json, pairs=pairs, lists=lists, customers=customers, fitted=fitted)
    except NoPairs as refusal:
        raise click.UsageError(str(refusal)) from refusal


@bench.command("duplicates")
@click.option("--customers", default=1_000_000, show_default=True, type=click.IntRange(1_000), help="Size of the book.")
@click.option("--memory", default="1GB", show_default=True, help="What DuckDB may use.")
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1), help="Scoring processes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def duplicates(customers: int, memory: str, processes: int, as_json: bool) -> None:
    """The same companies found twice in a generated book with known duplicates."""
    _report("duplicates", as_json, customers=customers, memory=memory, processes=processes)
