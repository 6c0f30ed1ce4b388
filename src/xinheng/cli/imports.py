"""`xinheng import`: a file into the book without a page; the same checks, writers and report."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from xinheng.cli.product import product, refuse
from xinheng.database.errors import user_language

SHOWN = 20


@click.command("import")
@click.argument("kind", type=click.Choice(["customers", "statements", "invoices", "payments"]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "username", required=True, help="The account in whose name and scope it is done.")
@click.option("--sheet", default="", help="Sheet of a workbook; the one with the columns by default.")
@click.option("--good-rows", is_flag=True, help="Import the correct rows; without it one wrong row stops all.")
@click.option("--update", is_flag=True, help="Update records that are there with other values.")
@click.option("--check-only", is_flag=True, help="Check every row and write nothing.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused rows here (csv).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_file(
    kind: str, file: Path, username: str, sheet: str, good_rows: bool, update: bool, check_only: bool,
    report: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Import FILE of KIND; columns are recognised by their headers, as confirmed before or as proposed.

    Exit codes: 0 everything is in, 1 rows were refused, 2 the file cannot be used.
    """
    if report and report.exists():
        raise click.BadParameter(f"{report} exists; a report never replaces a file.", param_hint="--report")
    with product():
        from django.core.files.uploadedfile import UploadedFile

        from xinheng import intake
        from xinheng.intake import reports
        from xinheng.server.accounts.models import User
        from xinheng.server.exchange import jobs, services
        from xinheng.server.exchange.choices import Duplicates, Policy, State
        from xinheng.server.exchange.refusals import refusals_of

        actor = User.objects.filter(username=username, is_active=True).first()
        if actor is None:
            refuse(zh=f"没有可用的账号 {username}", en=f"There is no open account {username}")
        with file.open("rb") as stream:
            upload = UploadedFile(stream, file.name)  # type: ignore[arg-type]
            run = services.import_upload(kind=kind, upload=upload, actor=actor, sheet=sheet)
        run = services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
        jobs.import_check(run.pk)
        run.refresh_from_db()
        wanted = run.rows_good and (good_rows or not run.errors)
        if run.state == State.PREVIEW and wanted and not check_only:
            policy = Policy.GOOD_ROWS if good_rows else Policy.ALL_OR_NOTHING
            duplicates = Duplicates.UPDATE if update else Duplicates.ERROR
            services.import_start(run=run, policy=policy, duplicates=duplicates, actor=actor)
            jobs.import_write(run.pk)
            run.refresh_from_db()
        language = user_language()
        if report and run.errors:
            with report.open("x", encoding="utf-8", newline="") as out:
                out.writelines(reports.csv_lines(refusals_of(run), run.definition, language))
        answer: dict[str, Any] = {
            "run": run.pk, "state": run.state, "rows": run.rows_read, "good": run.rows_good, "errors": run.errors,
            "inserted": run.inserted, "updated": run.updated, "skipped": run.skipped,
            "failure": run.failure_text(language),
        }  # fmt: skip
        if as_json:
            click.echo(json.dumps(answer, ensure_ascii=False))
        else:
            click.echo("  ".join(f"{key} {value}" for key, value in answer.items() if value != ""))
            for number, error in enumerate(refusals_of(run)):
                if number == SHOWN:
                    break
                click.echo("  ".join(reports.report_line(error, run.definition, language)[:-1]), err=True)
        failed = run.state in (State.FAILED, State.CANCELLED)
    sys.exit(2 if failed else 1 if answer["errors"] else 0)
