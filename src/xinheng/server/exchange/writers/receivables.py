"""Invoices and payments by COPY: straight into the table, or staged where keys may be taken.

From staging, `INSERT … SELECT … ON CONFLICT DO NOTHING` lets rows that are already there pass; only when fewer rows
went in than were staged is it asked which ones differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from psycopg.errors import UniqueViolation

from xinheng.server.exchange.choices import Duplicates
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.staging import STAGED
from xinheng.server.exchange.writers.outcomes import Outcome, conflict
from xinheng.server.receivables.models import Allocation, Invoice, Payment

_BLOCK = 256 * 1024


@dataclass(frozen=True)
class _Target:
    table: str
    key: str  # beside customer_id
    values: tuple[str, ...]  # may change on an update
    staged: str  # columns of the staging table


_TARGETS = {
    "invoices": _Target(
        Invoice._meta.db_table,
        "number",
        ("kind", "issued_on", "due_on", "amount", "currency", "disputed", "void"),
        "number text, kind text, issued_on date, due_on date, amount numeric(18,2), currency text, "
        "disputed boolean, void boolean",
    ),
    "payments": _Target(
        Payment._meta.db_table,
        "reference",
        ("received_on", "amount", "currency"),
        "reference text, received_on date, amount numeric(18,2), currency text, invoice_id bigint",
    ),
}


class ReceivablesWriter:
    """Writes the chunks of one run of invoices or payments.

    A chunk whose keys are all new is copied straight into the table, at the speed of COPY. The first chunk with a key
    that is taken falls back to staging, and so do the chunks after it, since its neighbours will hold such keys too.
    """

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        self._target = _TARGETS[run.kind]
        # Payments carry the invoice that they settle, which is no column of their table.
        self._straight = run.kind == "invoices"

    def write(self, index: int) -> Outcome:
        """Write one chunk. The caller's transaction is open."""
        with connection.cursor() as cursor:
            # Checked at the end of each statement, foreign keys cost less than queued for the commit.
            cursor.execute("set constraints all immediate")
        if self._straight:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    return Outcome(inserted=self._copy_straight(cursor, index))
            except UniqueViolation:  # Django does not translate the errors of COPY
                self._straight = False
        with connection.cursor() as cursor:
            return self._write_staged(cursor, index)

    def _copy_straight(self, cursor: Any, index: int) -> int:
        columns = ", ".join(("customer_id", *STAGED[self._run.kind]))
        with (
            self._run.chunk_path(index).open("rb") as stream,
            cursor.copy(f"copy {self._target.table} ({columns}) from stdin (format csv)") as copy,
        ):
            while block := stream.read(_BLOCK):
                copy.write(block)
        return int(cursor.rowcount)

    def _write_staged(self, cursor: Any, index: int) -> Outcome:
        target = self._target
        listed = ", ".join(("customer_id", target.key, *target.values))
        cursor.execute(f"create temp table staged (row bigint, customer_id bigint, {target.staged}) on commit drop")
        staged = self._stage(cursor, index)
        cursor.execute("analyze staged")
        cursor.execute(
            f"insert into {target.table} ({listed}) select {listed} from staged "  # noqa: S608
            f"order by customer_id, {target.key}, row on conflict (customer_id, {target.key}) do nothing"
        )
        outcome = Outcome(inserted=cursor.rowcount)
        if outcome.inserted < staged:
            _settle(cursor, target, self._run, staged, outcome)
        if self._run.kind == "payments":
            _allocate(cursor)
        cursor.execute("drop table staged")
        return outcome

    def _stage(self, cursor: Any, index: int) -> int:
        columns = ", ".join(("row", "customer_id", *STAGED[self._run.kind]))
        with (
            self._run.rows_path(index).open("rb") as rows,
            self._run.chunk_path(index).open("rb") as lines,
            cursor.copy(f"copy staged ({columns}) from stdin (format csv)") as copy,
        ):
            # One line is one row: texts with line breaks do not pass the reader of cells.
            for row, line in zip(rows, lines, strict=True):
                copy.write(row.rstrip() + b"," + line)
        return int(cursor.rowcount)


def _settle(cursor: Any, target: _Target, run: ImportRun, staged: int, outcome: Outcome) -> None:
    """Say of each row that was already there, or came twice in the file, whether it is equal, updated or an error."""
    join = f"t.customer_id = s.customer_id and t.{target.key} = s.{target.key}"
    differs = [f"t.{value} is distinct from s.{value}" for value in target.values]
    cursor.execute(
        f"select s.row, s.{target.key}, {', '.join(differs)} from staged s join {target.table} t on {join} "  # noqa: S608
        f"where {' or '.join(differs)} order by s.row"
    )
    differing = cursor.fetchall()
    outcome.skipped = staged - outcome.inserted - len(differing)
    if run.duplicates == Duplicates.ERROR:
        for row, key, *differs_in in differing:
            names = [name for name, differs_here in zip(target.values, differs_in, strict=True) if differs_here]
            outcome.errors.append(conflict(row, target.key, key, names))
        if differing:
            # What is refused must not be allocated below.
            cursor.execute("delete from staged where row = any(%s)", [[row for row, *_ in differing]])
        return
    assignments = ", ".join(f"{value} = s.{value}" for value in target.values)
    cursor.execute(
        f"update {target.table} t set {assignments} from (select distinct on (customer_id, {target.key}) * "  # noqa: S608
        f"from staged order by customer_id, {target.key}, row desc) s where {join} and ({' or '.join(differs)})"
    )
    outcome.updated = len(differing)


def _allocate(cursor: Any) -> None:
    """Settle invoices with the staged payments that name one, in the order of the file, at most what is open.

    A payment that has an allocation already keeps it: the same file twice settles nothing twice.
    """
    cursor.execute(
        f"""
        with named as (
            select s.row, p.id as payment_id, s.invoice_id, p.received_on, least(s.amount, p.amount) as amount,
                   coalesce(sum(p.amount) over (
                       partition by s.invoice_id order by s.row rows between unbounded preceding and 1 preceding
                   ), 0) as before
            from staged s
            join {Payment._meta.db_table} p on p.customer_id = s.customer_id and p.reference = s.reference
            where s.invoice_id is not null
              and not exists (select 1 from {Allocation._meta.db_table} a where a.payment_id = p.id)
        ), open_items as (
            select i.id, i.amount - coalesce(sum(a.amount), 0) as amount
            from {Invoice._meta.db_table} i left join {Allocation._meta.db_table} a on a.invoice_id = i.id
            where i.id in (select invoice_id from named) and not i.void
            group by i.id
        )
        insert into {Allocation._meta.db_table} (payment_id, invoice_id, amount)
        select distinct on (n.payment_id) n.payment_id, n.invoice_id, least(n.amount, o.amount - n.before)
        from named n join open_items o on o.id = n.invoice_id
        where o.amount - n.before > 0
        order by n.payment_id, n.row
        """  # noqa: S608  our own table names
    )
