"""Payment behaviour as facts, from invoices and the payments allocated to them; one SQL text for one or for millions.

Days past due count from the due date: an item due today is not overdue. Void invoices are left out everywhere, disputed
ones of everything that judges how the customer pays. Documents after the day of assessment are unseen, so that the same
tables answer for any past day.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

import duckdb

from xinheng.engine.rules import language

Row = Sequence[Any]

PURCHASE_DAYS = 365


@dataclass(frozen=True)
class Bucket:
    """One bucket of an ageing by days past due: those after the bucket before it, up to `to` (None: no end)."""

    id: str
    zh: str
    en: str
    to: int | None = None


@cache
def _settings() -> dict[str, Any]:
    text = files("xinheng.engine.models").joinpath("payment_index.toml").read_text("utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    return read


@cache
def buckets() -> tuple[Bucket, ...]:
    """The buckets of an ageing, the least overdue first."""
    return tuple(Bucket(**row) for row in _settings()["ageing"]["buckets"])


#: The columns of `behaviour_sql` after `subject`; `models/facts_behaviour.toml` describes each.
BEHAVIOUR_FACTS = (
    "payment_index", "payment_index_status", "dbt_weighted", "dbt_recent", "dbt_previous", "dbt_trend",
    "max_delay_days", "late_share", "overdue_amount", "overdue_count", "overdue_max_days", "overdue_share",
    "open_amount", "open_count", "disputed_amount", "credit_amount", *(bucket.id for bucket in buckets()),
    "purchases_12m", "purchase_months_12m", "invoice_count_24m", "history_days", "last_payment_days",
)  # fmt: skip


#: What invoices say by themselves; everything else asks when they were paid.
INVOICE_FACTS = frozenset({"purchases_12m", "purchase_months_12m", "invoice_count_24m", "history_days"})


def without_payments(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Behaviour facts of a book that keeps no payments: whether an invoice was paid is unknown, not unpaid."""
    known = {name: value if name in INVOICE_FACTS else None for name, value in facts.items()}
    return known | ({"payment_index_status": "missing_input"} if facts else {})


def _points(column: str) -> str:
    anchors = ", ".join(f"{days}, {points}" for days, points in _settings()["index"]["anchors"])
    text: str = language.parse(f"interpolate({column}, {anchors})", source="payment_index").sql("duckdb")
    return text


def payment_points(days: float) -> float:
    """The points of one payment that came `days` beyond terms (negative: before)."""
    with _one() as connection:
        answer = connection.execute(
            f"SELECT {_points('days')} FROM (SELECT CAST(? AS DOUBLE) AS days)", [days]
        ).fetchone()
    assert answer is not None
    return float(answer[0])


def behaviour_sql(invoices: str, allocations: str, as_of: dt.date | str) -> str:
    """Behaviour facts, one row a subject that has an invoice.

    Args:
        invoices: relation (subject, invoice, issued_on, due_on, amount, disputed, void), (subject, invoice) unique;
            credit notes are negative.
        allocations: relation (subject, invoice, amount, paid_on); amounts that are not positive are passed over.
        as_of: the day, or the name of a prepared parameter for it (`"$as_of"`).
    Returns: DuckDB SQL with `subject` and `BEHAVIOUR_FACTS`. Unknown is NULL: no index below the least number of
        invoices, no days beyond terms without a payment or an overdue item.
    """
    index = _settings()["index"]
    day = f"DATE '{as_of.isoformat()}'" if isinstance(as_of, dt.date) else f"CAST({as_of} AS DATE)"
    window, recent, previous = (index[key] for key in ("window_days", "recent_days", "previous_days"))
    enough = (
        f"judged_count >= {index['least_invoices']} AND history_days >= {index['least_history_days']}"
        " AND points IS NOT NULL"
    )
    return f"""
WITH inv AS (
  SELECT subject, invoice, issued_on, due_on, amount, disputed FROM {invoices} WHERE NOT void AND issued_on <= {day}),
paid AS (SELECT subject, invoice, amount, paid_on FROM {allocations} WHERE paid_on <= {day} AND amount > 0),
settled AS (
  SELECT subject, invoice, sum(amount) AS settled, max(paid_on) AS last_paid,
    sum(amount) FILTER ({day} - paid_on <= {window}) AS settled_lately
  FROM paid GROUP BY subject, invoice),
items AS (
  SELECT subject, issued_on, amount, disputed, {day} - due_on AS late, {day} - issued_on AS age,
    amount - coalesce(settled, 0) AS rest, settled_lately, last_paid
  FROM inv LEFT JOIN settled USING (subject, invoice)),
parts AS (
  SELECT subject, paid.amount, paid_on - due_on AS days, {day} - paid_on AS ago
  FROM paid JOIN inv USING (subject, invoice)
  WHERE NOT disputed AND inv.amount > 0 AND {day} - paid_on <= {window}
  UNION ALL
  SELECT subject, rest, late, 0 FROM items WHERE NOT disputed AND rest > 0 AND late > 0),
judged AS (
  SELECT subject,
    sum(amount * ({_points("days")})) / sum(amount) AS points,
    sum(amount * days) / sum(amount) AS dbt_weighted,
    sum(amount * days) FILTER (ago <= {recent}) / sum(amount) FILTER (ago <= {recent}) AS dbt_recent,
    sum(amount * days) FILTER (ago > {recent} AND ago <= {recent + previous})
      / sum(amount) FILTER (ago > {recent} AND ago <= {recent + previous}) AS dbt_previous,
    coalesce(sum(amount) FILTER (days > 0), 0) / sum(amount) AS late_share,
    greatest(max(days), 0) AS max_delay_days
  FROM parts GROUP BY subject),
book AS (
  SELECT subject,
    count(*) FILTER (age <= {window} AND amount > 0) AS invoice_count_24m,
    count(*) FILTER (NOT disputed AND amount > 0 AND (settled_lately > 0 OR (rest > 0 AND late > 0))) AS judged_count,
    max(age) AS history_days,
    sum(amount) FILTER (age < {PURCHASE_DAYS}) AS purchases_12m,
    bit_count(bit_or(CAST(1 << month(issued_on) AS INTEGER)) FILTER (age < {PURCHASE_DAYS} AND amount > 0))
      AS purchase_months_12m,
    sum(rest) AS open_amount,
    count(*) FILTER (rest > 0) AS open_count,
    sum(rest) FILTER (rest > 0) AS open_debit,
    sum(rest) FILTER (rest > 0 AND disputed) AS disputed_amount,
    sum(rest) FILTER (rest < 0) AS credit_amount,
    sum(rest) FILTER (rest > 0 AND late > 0 AND NOT disputed) AS overdue_amount,
    count(*) FILTER (rest > 0 AND late > 0 AND NOT disputed) AS overdue_count,
    max(late) FILTER (rest > 0 AND late > 0 AND NOT disputed) AS overdue_max_days,
    {_aged()},
    {day} - max(last_paid) AS last_payment_days
  FROM items GROUP BY subject)
SELECT subject,
  CASE WHEN {enough} THEN points END AS payment_index,
  CASE WHEN {enough} THEN 'ok' ELSE 'missing_input' END AS payment_index_status,
  dbt_weighted, dbt_recent, dbt_previous, dbt_recent - dbt_previous AS dbt_trend, max_delay_days, late_share,
  {_money("overdue_amount")}, overdue_count, coalesce(overdue_max_days, 0) AS overdue_max_days,
  coalesce(overdue_amount / open_debit, 0) AS overdue_share,
  {_money("open_amount")}, open_count, {_money("disputed_amount")}, {_money("credit_amount")},
  {", ".join(_money(bucket.id) for bucket in buckets())},
  {_money("purchases_12m")}, coalesce(purchase_months_12m, 0) AS purchase_months_12m,
  invoice_count_24m, history_days, last_payment_days
FROM book LEFT JOIN judged USING (subject)"""


def _money(column: str) -> str:
    return f"CAST(coalesce({column}, 0) AS DECIMAL(18,2)) AS {column}"


def _aged() -> str:
    sums, after = [], None
    for bucket in buckets():
        bounds = [f"late > {after}"] * (after is not None) + [f"late <= {bucket.to}"] * (bucket.to is not None)
        sums.append(f"sum(rest) FILTER (rest > 0 AND NOT disputed AND {' AND '.join(bounds)}) AS {bucket.id}")
        after = bucket.to
    return ",\n    ".join(sums)


def behaviour_batches(
    invoices: str, allocations: str, as_of: dt.date, batches: int, *, subject: str = "subject"
) -> Iterator[str]:
    """The same facts in parts, each SQL text over one share of the subjects, so that memory is bounded by the share.

    Args:
        subject: the column by which subjects are shared out, hashed.
    """
    for batch in range(batches):
        share = f"WHERE hash({subject}) % {batches} = {batch}"
        yield behaviour_sql(
            f"(SELECT * FROM {invoices} {share})", f"(SELECT * FROM {allocations} {share})", as_of
        )  # fmt: skip


_INVOICE_COLUMNS = {
    "invoice": "VARCHAR", "issued_on": "DATE", "due_on": "DATE", "amount": "DECIMAL(18,2)", "disputed": "BOOLEAN",
    "void": "BOOLEAN",
}  # fmt: skip
_ALLOCATION_COLUMNS = {"invoice": "VARCHAR", "amount": "DECIMAL(18,2)", "paid_on": "DATE"}


def _listed(columns: dict[str, str], prefix: str) -> str:
    """A relation of one subject from lists given as parameters, one a column."""
    unnested = ", ".join(f"unnest(${prefix}_{name}::{type}[]) AS {name}" for name, type in columns.items())
    return f"(SELECT 1 AS subject, {unnested})"


class _One:
    """One in-process connection for questions about a single customer, used by one thread at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._connection = duckdb.connect(config={"threads": 1, "enable_external_access": "false"})

    def __enter__(self) -> duckdb.DuckDBPyConnection:
        self._lock.acquire()
        return self._connection

    def __exit__(self, *exception: object) -> None:
        self._lock.release()


@cache
def _one() -> _One:
    return _One()


@cache
def _one_sql() -> str:
    return behaviour_sql(_listed(_INVOICE_COLUMNS, "i"), _listed(_ALLOCATION_COLUMNS, "a"), "$as_of")


def behaviour_facts(
    invoices: Sequence[Row], allocations: Sequence[Row], as_of: dt.date, *, payments_kept: bool = True
) -> dict[str, Decimal | float | int | str | None]:
    """Behaviour facts of one customer.

    Args:
        invoices: rows (invoice, issued_on, due_on, amount, disputed, void).
        allocations: rows (invoice, amount, paid_on).
        payments_kept: whether the book keeps payments at all; see `without_payments`.
    Returns: `BEHAVIOUR_FACTS` by name; empty without any invoice, because no history is not a good history.
    """
    given: dict[str, object] = {"as_of": as_of}
    for prefix, columns, rows in (("i", _INVOICE_COLUMNS, invoices), ("a", _ALLOCATION_COLUMNS, allocations)):
        for place, name in enumerate(columns):
            given[f"{prefix}_{name}"] = [row[place] for row in rows]
    with _one() as connection:
        row = connection.execute(_one_sql(), given).fetchone()
    facts = {} if row is None else dict(zip(BEHAVIOUR_FACTS, row[1:], strict=True))
    return facts if payments_kept else without_payments(facts)
