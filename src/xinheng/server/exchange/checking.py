"""The first pass of the worker: read and check every row, write nothing but files of the run.

Good rows go to one CSV file a chunk, typed and with their customer found, ready for COPY; errors go to the report. A
run that is interrupted here begins the pass anew.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from duckdb import DuckDBPyConnection

from xinheng import intake
from xinheng.intake.bulk import CHUNK_ROWS, BulkReader, Chunk
from xinheng.server.exchange.choices import State
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.opening import run_table
from xinheng.server.exchange.references import CustomerFinder, Unresolved, unresolved_error
from xinheng.server.exchange.refusals import RefusalLog
from xinheng.server.exchange.staging import STAGED
from xinheng.server.exchange.watch import Watch
from xinheng.server.exchange.writers.customers import customer_row, make_plan

#: rows that are checked, and later written, at a time; customers and statements pass through Python and are fewer
_FEWER_ROWS = {"customers": 2_000, "statements": 1_000}


def check_run(run: ImportRun) -> None:
    """Check the whole file of a run; afterwards it is in state preview.

    Raises: FileError when the file breaks off; Stopped when it was cancelled.
    """
    table = run_table(run)
    mapping = intake.Mapping.from_json(run.mapping)
    _begin(run)
    finder = CustomerFinder(run.started_by)
    reader = BulkReader(table, run.definition, mapping, run.folder, chunk_rows=_FEWER_ROWS.get(run.kind, CHUNK_ROWS))
    log = RefusalLog(run)
    try:
        with Watch(run) as watch, reader:
            for chunk in reader:
                _resolve(run, chunk, finder)
                log.add(sorted(chunk.errors, key=lambda error: error.row))
                run.rows_read += chunk.rows
                run.rows_good += chunk.good
                run.chunks = chunk.index + 1
                watch.fields = {"rows_read": run.rows_read, "rows_good": run.rows_good, "errors": run.errors}
                watch.check()
    finally:
        log.close()
    with transaction.atomic():
        run.state = State.PREVIEW
        run.rows_expected = run.rows_read
        run.save_work()


def _begin(run: ImportRun) -> None:
    with transaction.atomic():
        run.refusals.all().delete()
        run.rows_read = run.rows_good = run.errors = run.errors_bytes = run.chunks = run.position = run.progress = 0
        run.failure = None
        run.save_work()


def _resolve(run: ImportRun, chunk: Chunk, finder: CustomerFinder) -> None:
    """Put customers' ids in the place of references and write the chunk's file; takes rows without customer out."""
    database = chunk.database
    if run.kind == "customers":
        _plan_customers(run, chunk)
        _write(run, chunk, "select * from good order by row")
        return
    references = [reference for (reference,) in database.execute("select distinct customer from good").fetchall()]
    found = finder.find(references)
    known = {reference: customer for reference, customer in found.items() if not isinstance(customer, Unresolved)}
    database.execute(
        "create or replace table customers as "
        "select unnest($1::varchar[]) as customer, unnest($2::bigint[]) as customer_id",
        [list(known), list(known.values())],
    )
    if len(known) < len(found):
        for row, reference in database.execute(
            "select row, customer from good anti join customers using (customer)"
        ).fetchall():
            why = found[reference]
            assert isinstance(why, Unresolved)
            chunk.errors.append(unresolved_error(row, reference, why))
            chunk.good -= 1
    if run.kind == "payments":
        _find_invoices(database, chunk)
    if run.kind == "statements":
        _write(run, chunk, "select customer_id, good.* from good join customers using (customer) order by row")
        return
    # Sorted as the unique index is, which spares PostgreSQL half of its page writes. Row numbers go beside: the file is
    # copied as it is.
    key, *_ = STAGED[run.kind]
    database.execute(
        f"create or replace table sorted as select row, customer_id, {', '.join(STAGED[run.kind])} "  # noqa: S608
        f"from good join customers using (customer) order by customer_id, {key}, row"
    )
    _write(run, chunk, "select * exclude (row) from sorted")
    rows = run.rows_path(chunk.index)
    database.execute(f"copy (select row from sorted) to '{rows}' (format csv, header false)")  # noqa: S608


def _plan_customers(run: ImportRun, chunk: Chunk) -> None:
    found = chunk.database.execute("select * from good order by row")
    names = [column[0] for column in found.description or ()]
    values = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    plan = make_plan([customer_row(row, row["row"]) for row in values], run.started_by)
    if plan.errors:
        chunk.errors.extend(plan.errors)
        chunk.good -= len(plan.errors)
        chunk.database.execute(
            "delete from good where row in (select unnest($1::bigint[]))", [[error.row for error in plan.errors]]
        )


def _write(run: ImportRun, chunk: Chunk, query: str) -> None:
    header = run.kind in ("customers", "statements")
    chunk.database.execute(f"copy ({query}) to '{run.chunk_path(chunk.index)}' (format csv, header {header})")


def _find_invoices(database: DuckDBPyConnection, chunk: Chunk) -> None:
    """Give `good` the column `invoice_id`; a row that names an invoice which is not there is an error."""
    wanted: list[tuple[Any, ...]] = database.execute(
        "select distinct customer_id, invoice_number from good join customers using (customer) "
        "where invoice_number is not null"
    ).fetchall()
    found: list[tuple[Any, ...]] = []
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "select w.customer_id, w.number, i.id from unnest(%s::bigint[], %s::text[]) as w(customer_id, number) "
                "join receivables_invoice i on i.customer_id = w.customer_id and i.number = w.number",
                [[row[0] for row in wanted], [row[1] for row in wanted]],
            )
            found = cursor.fetchall()
    database.execute(
        "create or replace table invoices as select unnest($1::bigint[]) as customer_id, "
        "unnest($2::varchar[]) as invoice_number, unnest($3::bigint[]) as invoice_id",
        [[row[0] for row in found], [row[1] for row in found], [row[2] for row in found]],
    )
    for row, number in database.execute(
        "select row, invoice_number from good join customers using (customer) "
        "anti join invoices using (customer_id, invoice_number) where invoice_number is not null"
    ).fetchall():
        chunk.errors.append(
            intake.RowError(
                row, "invoice_number", number, "invoice_unknown",
                "这家客户没有这张发票", "this customer has no such invoice",
                "已导入的该客户发票号码，或留空", "the number of an invoice of this customer, or blank",
            )
        )  # fmt: skip
        chunk.good -= 1
    database.execute(
        "create or replace table good as select good.*, invoices.invoice_id from good "
        "left join customers using (customer) left join invoices using (customer_id, invoice_number) "
        "where good.invoice_number is null or invoices.invoice_id is not null"
    )
