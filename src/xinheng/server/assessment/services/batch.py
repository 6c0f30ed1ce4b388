"""Assessing many customers at once: the facts, the rules and the kept rows of one by one, in few statements.

Invoices and payments go from PostgreSQL to DuckDB as files, one compiled query answers for all customers of a call, and
what is kept is what `assessment_run` keeps.
"""

import csv
import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction
from django.utils import timezone

from xinheng.engine.assessment import SCALE, SCORE
from xinheng.engine.receivables import BEHAVIOUR_FACTS, behaviour_sql, without_payments
from xinheng.engine.rules.catalogue import SQL_TYPES
from xinheng.engine.rules.compiler import SUBJECT
from xinheng.server.assessment.models import Assessment, Statement
from xinheng.server.assessment.services.assessments import (
    STATEMENT_ORDER,
    assessor,
    facts_from,
    of_one_scope,
    rules_kept,
)
from xinheng.server.customers.models import Customer
from xinheng.server.events.services import record_many
from xinheng.server.receivables.selectors import payments_kept

_INVOICES = (
    "SELECT customer_id, number, issued_on, due_on, amount, disputed, void FROM receivables_invoice"
    " WHERE customer_id = ANY(%s)",
    {"subject": "BIGINT", "invoice": "VARCHAR", "issued_on": "DATE", "due_on": "DATE", "amount": "DECIMAL(18,2)",
     "disputed": "BOOLEAN", "void": "BOOLEAN"},
)  # fmt: skip
_ALLOCATIONS = (
    "SELECT i.customer_id, i.number, a.amount, p.received_on FROM receivables_allocation a"
    " JOIN receivables_invoice i ON i.id = a.invoice_id JOIN receivables_payment p ON p.id = a.payment_id"
    " WHERE i.customer_id = ANY(%s)",
    {"subject": "BIGINT", "invoice": "VARCHAR", "amount": "DECIMAL(18,2)", "paid_on": "DATE"},
)  # fmt: skip


@transaction.atomic
def assessments_run(
    *, customers: Sequence[Customer], actor: Any = None, as_of: dt.date | None = None
) -> list[Assessment]:
    """Assess customers by the shipped rules and keep each assessment with its event, as `assessment_run` does.

    Memory grows with the number of customers given: some thousands a call are enough for full speed.
    """
    as_of = as_of or timezone.localdate()
    if not customers:
        return []
    with tempfile.TemporaryDirectory(prefix="xinheng-batch-") as folder, assessor().connect() as duck:
        facts = _facts(customers, as_of, duck, Path(folder))
        results = _results(facts, duck, Path(folder))
    rules = rules_kept()
    kept = Assessment.objects.bulk_create(
        (
            Assessment(
                customer=customer,
                rules=rules,
                as_of=as_of,
                assessed_by=actor,
                facts=_plain(facts[customer.pk]),
                results=_plain(results[customer.pk]),
                score=results[customer.pk][SCORE],
                grade=results[customer.pk][SCALE] or "",
                pd=results[customer.pk]["pd_12m"],
                limit_proposed=results[customer.pk]["limit_proposed"],
            )
            for customer in customers
        ),
        batch_size=500,
    )
    told = [
        (customer, {"assessment": one.pk, "grade": one.grade, "score": one.score})
        for customer, one in zip(customers, kept, strict=True)
    ]
    record_many(type="assessment.made", subjects=told, actor=actor)
    return kept


def _facts(
    customers: Sequence[Customer], as_of: dt.date, duck: duckdb.DuckDBPyConnection, folder: Path
) -> dict[int, dict[str, Any]]:
    """Facts by customer, as `facts_of` gives them."""
    ids = [customer.pk for customer in customers]
    statements: dict[int, list[Statement]] = defaultdict(list)
    kept = Statement.objects.filter(customer__in=ids, period_end__lte=as_of, created_at__isnull=False)
    for statement in kept.order_by(*STATEMENT_ORDER):
        statements[statement.customer_id].append(statement)
    invoices, allocations = (_copied(name, query, ids, folder) for name, query in _BEHAVIOUR.items())
    rows = duck.execute(behaviour_sql(invoices, allocations, as_of)).fetchall()
    behaviour = {row[0]: dict(zip(BEHAVIOUR_FACTS, row[1:], strict=True)) for row in rows}
    if not payments_kept(as_of):
        behaviour = {pk: without_payments(facts) for pk, facts in behaviour.items()}
    return {
        customer.pk: facts_from(customer, of_one_scope(statements[customer.pk]), behaviour.get(customer.pk, {}), as_of)
        for customer in customers
    }


_BEHAVIOUR: Mapping[str, tuple[str, dict[str, str]]] = {"invoices": _INVOICES, "allocations": _ALLOCATIONS}


def _copied(name: str, query: tuple[str, dict[str, str]], ids: list[int], folder: Path) -> str:
    """A relation for DuckDB over the rows that PostgreSQL gives."""
    sql, columns = query
    path = folder / f"{name}.csv"
    with (
        path.open("wb") as stream,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)", [ids]) as copy,
    ):
        for block in copy:
            stream.write(block)
    return _read(path, columns)


def _read(path: Path, columns: Mapping[str, str]) -> str:
    listed = ", ".join(f"'{name}': '{type}'" for name, type in columns.items())
    return f"read_csv('{path}', header=false, auto_detect=false, columns={{{listed}}})"


def _results(
    facts: Mapping[int, Mapping[str, Any]], duck: duckdb.DuckDBPyConnection, folder: Path
) -> dict[int, dict[str, Any]]:
    """Results by customer, from one query over all of them."""
    runner = assessor()
    names = runner.program.inputs
    path = folder / "facts.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows((pk, *(known.get(name) for name in names)) for pk, known in facts.items())
    columns = {SUBJECT: "BIGINT"} | {name: SQL_TYPES[runner.catalogue[name].type] for name in names}
    duck.execute(f"CREATE TEMP TABLE facts AS SELECT * FROM {_read(path, columns)}")  # noqa: S608  names of our own
    # For some thousand rows, looking for a better plan costs more than the better plan saves.
    duck.execute("PRAGMA disable_optimizer")
    cursor = duck.execute(_rules_sql())
    headings = [column[0] for column in cursor.description or ()]
    return {row[0]: dict(zip(headings[1:], row[1:], strict=True)) for row in _rows(cursor)}


@cache
def _rules_sql() -> str:
    return assessor().many_sql("facts", assessor().program.inputs)


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(500):
        yield from rows


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON holds them: amounts and dates are text, so that no digit is lost."""
    return {name: str(value) if isinstance(value, Decimal | dt.date) else value for name, value in values.items()}
