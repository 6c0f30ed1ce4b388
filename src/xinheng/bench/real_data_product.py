"""Real data through the product: the importer as the pages use it, and what then stands in the database."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from typing import Any

import duckdb

from xinheng.engine import statements

#: refused rows shown of each reason
_EXAMPLES = 3


def make_actor() -> Any:
    """Somebody who may import and assess."""
    from xinheng.server.accounts.choices import Role
    from xinheng.server.accounts.services import user_create

    roles = [Role.INTEGRATOR, Role.CREDIT_MANAGER]
    return user_create(username="real-data", password=secrets.token_hex(16), roles=roles)


def import_file(kind: str, source: Path, actor: Any) -> dict[str, Any]:
    """One file by the way of the pages: upload, the proposed columns, check, write the good rows."""
    from django.core.files.uploadedfile import UploadedFile

    from xinheng import intake
    from xinheng.server.exchange import jobs, services
    from xinheng.server.exchange.refusals import refusals_of

    began = time.perf_counter()
    with source.open("rb") as stream:
        run = services.import_upload(kind=kind, upload=UploadedFile(stream, source.name), actor=actor)
    services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
    jobs.import_check(run.pk)
    run.refresh_from_db()
    if run.rows_good:
        services.import_start(run=run, policy="good_rows", duplicates="error", actor=actor)
        jobs.import_write(run.pk)
        run.refresh_from_db()
    if run.state not in ("done", "preview"):
        raise RuntimeError(f"{source.name} ended {run.state}: {run.failure}")
    seconds = time.perf_counter() - began
    refused: dict[str, list[intake.RowError]] = {}
    for error in refusals_of(run):
        refused.setdefault(f"{error.column} {error.code}".strip(), []).append(error)
    return {
        "file": source.name,
        "kind": kind,
        "columns": {key: run.headers[place] for key, place in run.mapping["columns"].items()},
        "rows": run.rows_read,
        "accepted": run.inserted + run.updated,
        "skipped": run.skipped,
        "refused": {reason: len({error.row for error in errors}) for reason, errors in sorted(refused.items())},
        "refused_rows": sorted({error.row for errors in refused.values() for error in errors}),
        "examples": [
            {
                "row": error.row,
                "column": error.column,
                "value": error.value,
                "why": error.en,
                "accepted": error.accepted_en,
            }
            for _, errors in sorted(refused.items())
            for error in errors[:_EXAMPLES]
        ],
        "seconds": round(seconds, 2),
    }


def kept_statements() -> dict[str, list[statements.Statement]]:
    """The statements that were written, by customer, newest first."""
    from xinheng.server.assessment.models import Statement

    found: dict[str, list[statements.Statement]] = {}
    for row in Statement.objects.select_related("customer").order_by("customer__number", "-period_end"):
        found.setdefault(row.customer.number, []).append(row.as_engine())
    return found


def query(text: str) -> list[tuple[Any, ...]]:
    """The rows of a question to the schema of the run."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text)
        return list(cursor.fetchall())


def copy_relation(database: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], text: str) -> None:
    """The rows of a question as a table of DuckDB with these columns and types."""
    from django.conf import settings
    from django.db import connection

    path = Path(settings.MEDIA_ROOT) / f"{name}-{secrets.token_hex(4)}.csv"
    statement = f"copy ({text}) to stdout (format csv)"
    with connection.cursor() as cursor, path.open("wb") as target, cursor.copy(statement) as blocks:
        for block in blocks:
            target.write(block)
    types = ", ".join(f"'{column}': '{type}'" for column, type in columns.items())
    database.execute(
        f"create or replace table {name} as select * from read_csv('{path}', header = false, auto_detect = false,"
        f" delim = ',', columns = {{{types}}})"
    )
    path.unlink()


def behaviour_relations(database: duckdb.DuckDBPyConnection, where: str = "true") -> None:
    """The invoices and allocations of the schema as tables `i` and `a`, as `engine.receivables` reads them."""
    columns = {
        "subject": "bigint", "invoice": "varchar", "issued_on": "date", "due_on": "date", "amount": "decimal(18,2)",
        "disputed": "boolean", "void": "boolean",
    }  # fmt: skip
    copy_relation(
        database, "i", columns,
        "select customer_id, number, issued_on, due_on, amount, disputed, void from receivables_invoice"
        f" where {where}",
    )  # fmt: skip
    database.execute("create or replace table a (subject bigint, invoice varchar, amount decimal(18,2), paid_on date)")


def empty(*tables: str) -> None:
    """Take all rows out of these tables, default the customers, and of those that hang on them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"truncate {', '.join(tables or ('customers_customer',))} cascade")
