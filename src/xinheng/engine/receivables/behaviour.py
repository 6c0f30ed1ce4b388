"""Payment behaviour as facts, from invoices and the payments allocated to them; one SQL text for one or for millions.

Days past due count from the due date: an item due today is not overdue. Void invoices are left out everywhere, disputed
ones of everything that judges how the customer pays.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

from xinheng.engine.rules import language

BEHAVIOUR_FACTS = (
    "payment_index", "payment_index_status", "dbt_weighted", "dbt_recent", "overdue_amount", "overdue_max_days",
    "overdue_share", "open_amount", "purchases_12m", "invoice_count_24m", "history_days", "late_share",
    "last_payment_days",
)  # fmt: skip

Row = Sequence[Any]


@cache
def _index() -> dict[str, Any]:
    text = files("xinheng.engine.models").joinpath("payment_index.toml").read_text("utf-8")
    read: dict[str, Any] = tomllib.loads(text)["index"]
    return read


def _points(column: str) -> str:
    anchors = ", ".join(f"{days}, {points}" for days, points in _index()["anchors"])
    text: str = language.parse(f"interpolate({column}, {anchors})", source="payment_index").sql("duckdb")
    return text


def payment_points(days: float) -> float:
    """The points of one payment that came `days` beyond terms (negative: before)."""
    answer = duckdb.execute(f"SELECT {_points('days')} FROM (SELECT CAST(? AS DOUBLE) AS days)", [days]).fetchone()
    assert answer is not None
    return float(answer[0])


def behaviour_sql(invoices: str, allocations: str, as_of: dt.date) -> str:
    """Behaviour facts, one row a subject.

    Args:
        invoices: relation (subject, invoice, issued_on, due_on, amount, disputed, void); credit notes are negative.
        allocations: relation (subject, invoice, amount, paid_on).
        as_of: later documents are unseen.
    Returns: DuckDB SQL with `subject` and `BEHAVIOUR_FACTS`.
    """
    index = _index()
    day = f"DATE '{as_of.isoformat()}'"
    return f"""
WITH inv AS (SELECT * FROM {invoices} WHERE NOT void AND issued_on <= {day}),
paid AS (SELECT * FROM {allocations} WHERE paid_on <= {day}),
settled AS (SELECT subject, invoice, sum(amount) AS settled FROM paid GROUP BY ALL),
items AS (
  SELECT inv.*, inv.amount - coalesce(settled.settled, 0) AS rest, {day} - inv.due_on AS late
  FROM inv LEFT JOIN settled USING (subject, invoice)),
parts AS (
  SELECT paid.subject, paid.amount, paid.paid_on - inv.due_on AS days, {day} - paid.paid_on AS ago
  FROM paid JOIN inv USING (subject, invoice)
  WHERE NOT inv.disputed AND {day} - paid.paid_on <= {index["window_days"]}
  UNION ALL
  SELECT subject, rest, late, 0 FROM items WHERE NOT disputed AND rest > 0 AND late > 0),
judged AS (
  SELECT subject, sum(amount) AS weight,
    sum(amount * ({_points("days")})) / nullif(sum(amount), 0) AS points,
    sum(amount * days) / nullif(sum(amount), 0) AS dbt_weighted,
    sum(amount * days) FILTER (ago <= {index["recent_days"]})
      / nullif(sum(amount) FILTER (ago <= {index["recent_days"]}), 0) AS dbt_recent,
    sum(amount) FILTER (days > 0) / nullif(sum(amount), 0) AS late_share
  FROM parts GROUP BY subject),
book AS (
  SELECT subject,
    count(*) FILTER ({day} - issued_on <= {index["window_days"]} AND amount > 0) AS invoice_count_24m,
    {day} - min(issued_on) AS history_days,
    sum(amount) FILTER ({day} - issued_on < 365) AS purchases_12m,
    sum(rest) AS open_amount,
    sum(greatest(rest, 0)) FILTER (late > 0 AND NOT disputed) AS overdue_amount,
    max(late) FILTER (late > 0 AND rest > 0 AND NOT disputed) AS overdue_max_days,
    sum(greatest(rest, 0)) AS open_debit
  FROM items GROUP BY subject),
last_paid AS (SELECT subject, {day} - max(paid_on) AS last_payment_days FROM paid GROUP BY subject)
SELECT subject,
  CASE WHEN invoice_count_24m >= {index["least_invoices"]} AND history_days >= {index["least_history_days"]}
    THEN points END AS payment_index,
  CASE WHEN invoice_count_24m >= {index["least_invoices"]} AND history_days >= {index["least_history_days"]}
    AND points IS NOT NULL THEN 'ok' ELSE 'missing_input' END AS payment_index_status,
  dbt_weighted, dbt_recent,
  CAST(coalesce(overdue_amount, 0) AS DECIMAL(18,2)) AS overdue_amount,
  coalesce(overdue_max_days, 0) AS overdue_max_days,
  CASE WHEN open_debit > 0 THEN coalesce(overdue_amount, 0) / open_debit ELSE 0 END AS overdue_share,
  CAST(open_amount AS DECIMAL(18,2)) AS open_amount,
  CAST(coalesce(purchases_12m, 0) AS DECIMAL(18,2)) AS purchases_12m,
  invoice_count_24m, history_days, late_share, last_payment_days
FROM book LEFT JOIN judged USING (subject) LEFT JOIN last_paid USING (subject)"""


def behaviour_facts(
    invoices: Sequence[Row], allocations: Sequence[Row], as_of: dt.date
) -> dict[str, Decimal | float | int | str | None]:
    """Behaviour facts of one customer.

    Args:
        invoices: rows (invoice, issued_on, due_on, amount, disputed, void).
        allocations: rows (invoice, amount, paid_on).
    Returns: `BEHAVIOUR_FACTS` by name; empty without any invoice, because no history is not a good history.
    """
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE i (subject INTEGER, invoice VARCHAR, issued_on DATE, due_on DATE, amount DECIMAL(18,2),"
            " disputed BOOLEAN, void BOOLEAN)"
        )
        connection.execute("CREATE TABLE a (subject INTEGER, invoice VARCHAR, amount DECIMAL(18,2), paid_on DATE)")
        if invoices:
            connection.executemany("INSERT INTO i VALUES (1, ?, ?, ?, ?, ?, ?)", [list(row) for row in invoices])
        if allocations:
            connection.executemany("INSERT INTO a VALUES (1, ?, ?, ?)", [list(row) for row in allocations])
        cursor = connection.execute(behaviour_sql("i", "a", as_of))
        row = cursor.fetchone()
        if row is None:
            return {}
        names = [column[0] for column in cursor.description or ()]
        found = dict(zip(names, row, strict=True))
        del found["subject"]
        return found
