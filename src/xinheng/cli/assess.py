"""`xinheng assess`: companies, statements, invoices and payments from files to ratings, without a server."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from xinheng.engine.assessment import Assessor
from xinheng.engine.errors import EngineError
from xinheng.engine.receivables import behaviour_facts
from xinheng.engine.statements import statement_facts
from xinheng.intake.papers import Papers, newest_first, read_papers

BAD_INPUT = 2
DAYS_IN_YEAR = 365.25


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of the assessment; default today.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def assess(files: tuple[Path, ...], as_of: dt.datetime | None, as_json: bool) -> None:
    """Assess the companies of workbooks or CSV files; each sheet is recognised by its headers.

    Rows that cannot be read are named and left out; the exit code is then 1, and 2 when nothing could be read.
    """
    day = (as_of or dt.datetime.now(dt.UTC)).date()
    try:
        papers, refused = read_papers(files)
    except EngineError as error:
        raise click.exceptions.Exit(_refuse(error)) from error
    if not papers:
        click.echo("No sheet of these files has the columns of customers, statements, invoices or payments.", err=True)
        raise click.exceptions.Exit(BAD_INPUT)
    runner = Assessor()
    rows = [_assessed(runner, company, day) for company in papers.values()]
    problems = [f"{r.place}: row {r.error.row}, {r.error.column}: {r.error.message('en')}" for r in refused]
    if as_json:
        answer = {"as_of": day.isoformat(), "rules": runner.rules.hash, "companies": rows, "refused": problems}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2, default=str))
    else:
        _print(rows)
        for problem in problems[:20]:
            click.echo(problem, err=True)
    sys.exit(1 if problems else 0)


def _refuse(error: EngineError) -> int:
    click.echo(f"{error.message('zh')}\n{error.message('en')}", err=True)
    return BAD_INPUT


def _assessed(runner: Assessor, papers: Papers, day: dt.date) -> dict[str, Any]:
    statements = [statement for statement in newest_first(papers) if statement.period_end <= day]
    facts: dict[str, Any] = dict(statement_facts(statements[:3], day))
    facts |= behaviour_facts(papers.invoices, papers.allocations, day)
    for name in ("registered_capital", "employees"):
        facts[name] = papers.file.get(name)
    if founded := papers.file.get("founded_on"):
        facts["years_in_business"] = round((day - founded).days / DAYS_IN_YEAR, 4)
    answer = runner.one({name: value for name, value in facts.items() if value is not None})
    ahead, behind = runner.reasons(answer)
    return {
        "company": papers.file.get("name") or papers.reference,
        "score": answer.score,
        "grade": answer.grade,
        "pd_12m": answer.pd,
        "limit_proposed": answer.limit,
        "statements": len(statements),
        "invoices": len(papers.invoices),
        "for": [line.zh for line in ahead],
        "against": [line.zh for line in behind],
        "missing": [line.zh for line in runner.missing(answer)],
        "warnings": [warning.zh for warning in runner.warnings(answer)],
    }


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table("Company", "Grade", "Score", "PD", "Limit (yuan)", "For", "Against")
    for row in rows:
        table.add_row(
            row["company"],
            row["grade"] or "—",
            "—" if row["score"] is None else f"{row['score']:.1f}",
            "—" if row["pd_12m"] is None else f"{row['pd_12m']:.2%}",
            "—" if row["limit_proposed"] is None else f"{row['limit_proposed']:,.0f}",
            "、".join(row["for"][:2]),
            "、".join(row["against"][:2]),
        )
    Console().print(table)
