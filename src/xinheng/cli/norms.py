"""`xinheng norms`: industry norms of ratios, built from our own book or loaded from published tables."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from xinheng import database
from xinheng.cli.database import told_plainly
from xinheng.database.errors import user_language

BAD_INPUT = 2
_MOST_SHOWN = 50


@click.group()
def norms() -> None:
    """Industry norms: how ratios are spread among peers."""


@contextmanager
def _installation(as_json: bool) -> Iterator[None]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    with told_plainly(as_json=as_json), database.running():
        import django

        django.setup()
        yield


@norms.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def load(file: Path, as_json: bool) -> None:
    """Load published norms from FILE (csv or xlsx): all rows, or none where one is wrong (exit code 2)."""
    with _installation(as_json):
        from xinheng.intake import FileError
        from xinheng.server.assessment.services.norms import NormsRefused, norms_load, refused_rows

        try:
            made = norms_load(path=file)
        except NormsRefused as error:
            _refused(error.message(user_language()), refused_rows(error), as_json)
            sys.exit(BAD_INPUT)
        except FileError as error:
            _refused(error.message(user_language()), (), as_json)
            sys.exit(BAD_INPUT)
        _say({"loaded": made.norms.count(), "file": made.name}, as_json)


def _refused(sentence: str, rows: Any, as_json: bool) -> None:
    language = user_language()
    if as_json:
        listed = [
            {"row": row.row, "column": row.column, "value": row.value, "code": row.code,
             "problem": row.message(language), "accepted": row.accepted(language)}
            for row in rows
        ]  # fmt: skip
        click.echo(json.dumps({"error": sentence, "rows": listed}, ensure_ascii=False))
        return
    click.echo(click.style(sentence, fg="red"), err=True)
    for row in rows[:_MOST_SHOWN]:
        click.echo(
            f"  row {row.row}, {row.column}: “{row.value}”: {row.message(language)}; {row.accepted(language)}", err=True
        )
    if len(rows) > _MOST_SHOWN:
        click.echo(f"  … {len(rows) - _MOST_SHOWN} more", err=True)


@norms.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def build(as_json: bool) -> None:
    """Build norms from the newest assessment of every customer, in place of those built before."""
    with _installation(as_json):
        from xinheng.server.assessment.services.norms import norms_build

        made = norms_build()
        _say({"companies": made.companies, "norms": made.norms.count(), "rules": made.rules_hash[:12]}, as_json)


@norms.command()
@click.option("--ratio", default="", help="Only this ratio: id or code, such as l1.")
@click.option("--industry", default="", help="Only this section or division, such as C or C35; “all” for all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(ratio: str, industry: str, as_json: bool) -> None:
    """Show the norms that are kept, with source and period."""
    with _installation(as_json):
        from xinheng.server.assessment.norms import comparable_ratios, norms_listed

        ratios = comparable_ratios()
        found = norms_listed({"ratio": ratio.lower(), "section": industry if industry == "all" else industry.upper()})
        rows = [
            {"industry": norm.industry, "size_class": norm.size_class, "ratio": norm.ratio, "n": norm.n,
             **{name: getattr(norm, name) for name in norm.QUANTILES},
             "unit": ratios[norm.ratio].unit if norm.ratio in ratios else "",
             "origin": norm.origin, "source": norm.source, "period": norm.period}
            for norm in found
        ]  # fmt: skip
    if as_json:
        click.echo(json.dumps({"norms": rows}, ensure_ascii=False))
        return
    table = Table("Industry", "Size", "Ratio", "n", "p10", "p25", "p50", "p75", "p90", "Source", "Period")
    for row in rows:
        factor, unit = (100, "%") if row["unit"] == "%" else (1, "")
        values = (row[name] for name in ("p10", "p25", "p50", "p75", "p90"))
        table.add_row(
            row["industry"] or "all", row["size_class"] or "all", row["ratio"], str(row["n"]),
            *("—" if value is None else f"{value * factor:,.2f}{unit}" for value in values),
            row["source"], row["period"],
        )  # fmt: skip
    if rows:
        Console().print(table)
    else:
        click.echo("No norm is kept that fits. Load a table with `xinheng norms load FILE`, or build from the book.")


def _say(answer: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False) if as_json else ", ".join(f"{k} {v}" for k, v in answer.items()))
