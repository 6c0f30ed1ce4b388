"""`xinheng bench`: measure the product; each command prints one JSON object with `--json`."""

import json
from collections.abc import Callable
from importlib import import_module
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
