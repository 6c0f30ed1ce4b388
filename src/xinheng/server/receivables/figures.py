"""A customer's trading history at a day, worked out from its rows: open items, ageing, metrics, trends.

Postings after the day are unseen, so later payments are reversed (domain 9). Void invoices are left out everywhere.
Money that no invoice was named for is a column of its own and reduces nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from xinheng.engine.receivables import (
    Bucket,
    Metric,
    Month,
    average_days_delinquent,
    behaviour_facts,
    best_possible_days,
    bucket_of,
    buckets,
    collection_effectiveness,
    days_sales_count_back,
    days_sales_outstanding,
    overdue_ratio,
    weighted_days,
)

NOTHING = Decimal("0.00")
MONTHS_SHOWN = 24
QUARTERS_SHOWN = 8
#: Beyond so many days past due an item is long overdue (domain 9: "> 90 days").
LONG = 90


class InvoiceRow(NamedTuple):
    """An invoice or credit note that is not void."""

    id: int
    number: str
    issued_on: dt.date
    due_on: dt.date
    amount: Decimal
    disputed: bool


class PaidRow(NamedTuple):
    """The part of a payment that settled an invoice, on the day the payment came in."""

    invoice_id: int
    amount: Decimal
    received_on: dt.date


class PaymentRow(NamedTuple):
    """A payment."""

    received_on: dt.date
    amount: Decimal


@dataclass(frozen=True)
class OpenItem:
    """An invoice or credit note with an unpaid rest at a day. Days past due count from the due date."""

    id: int
    number: str
    issued_on: dt.date
    due_on: dt.date
    days_past_due: int
    amount: Decimal
    paid: Decimal
    disputed: bool

    @property
    def rest(self) -> Decimal:
        return self.amount - self.paid

    @property
    def is_overdue(self) -> bool:
        return self.rest > 0 and self.days_past_due > 0


@dataclass(frozen=True)
class Aged:
    """What is open in one bucket, disputed items not among it."""

    bucket: Bucket
    amount: Decimal
    count: int


@dataclass(frozen=True)
class Position:
    """The customer's account at a day. `balance` is everything open, credit notes taken off, unapplied cash not."""

    as_of: dt.date
    items: tuple[OpenItem, ...]
    unapplied: Decimal

    @cached_property
    def balance(self) -> Decimal:
        return sum((item.rest for item in self.items), NOTHING)

    @cached_property
    def debit(self) -> Decimal:
        return sum((item.rest for item in self.items if item.rest > 0), NOTHING)

    @cached_property
    def credit(self) -> Decimal:
        return sum((item.rest for item in self.items if item.rest < 0), NOTHING)

    @cached_property
    def disputed(self) -> Decimal:
        return sum((item.rest for item in self.items if item.rest > 0 and item.disputed), NOTHING)

    @cached_property
    def overdue(self) -> Decimal:
        """Past its due date and not disputed."""
        return sum((item.rest for item in self.items if item.is_overdue and not item.disputed), NOTHING)

    @cached_property
    def long_overdue(self) -> Decimal:
        late = (item for item in self.items if item.is_overdue and not item.disputed and item.days_past_due > LONG)
        return sum((item.rest for item in late), NOTHING)

    @cached_property
    def not_current(self) -> Decimal:
        """Past its due date, disputed or not."""
        return sum((item.rest for item in self.items if item.is_overdue), NOTHING)

    @property
    def unapplied_shown(self) -> Decimal:
        """Unapplied cash as a column of its own beside what is open: negative."""
        return -self.unapplied

    @property
    def oldest_days(self) -> int:
        """Days past due of the oldest overdue item that is not disputed, 0 without one."""
        return max((item.days_past_due for item in self.items if item.is_overdue and not item.disputed), default=0)

    def ageing(self) -> list[Aged]:
        found = []
        for bucket in buckets():
            rests = [
                item.rest
                for item in self.items
                if item.rest > 0 and not item.disputed and bucket_of(item.days_past_due) == bucket
            ]
            found.append(Aged(bucket, sum(rests, NOTHING), len(rests)))
        return found


@dataclass(frozen=True)
class MonthOfPurchases:
    """What was invoiced in one month, less credit notes; `days` are those that had passed by the day of the report."""

    first: dt.date
    amount: Decimal
    days: int


@dataclass(frozen=True)
class Metrics:
    """The metrics of domain 9 at a day; `sales` are those of the last `days` days."""

    days: int
    sales: Decimal
    opening: Decimal
    dso: Metric
    count_back: Metric
    best_possible: Metric
    delinquent: Metric
    days_to_pay: Metric
    days_beyond_terms: Metric
    overdue: Metric
    long_overdue: Metric
    disputed: Metric
    effectiveness: Metric


class Account:
    """All rows of one customer in one currency; answers for any day."""

    def __init__(self, invoices: Sequence[InvoiceRow], paid: Sequence[PaidRow], payments: Sequence[PaymentRow]) -> None:
        self._invoices = invoices
        self._paid = paid
        self._payments = payments

    @property
    def is_empty(self) -> bool:
        return not self._invoices and not self._payments

    def position(self, as_of: dt.date) -> Position:
        settled: dict[int, Decimal] = {}
        for part in self._paid:
            if part.received_on <= as_of:
                settled[part.invoice_id] = settled.get(part.invoice_id, NOTHING) + part.amount
        items, applied = [], NOTHING
        for row in self._invoices:
            if row.issued_on > as_of:
                continue
            paid = settled.get(row.id, NOTHING)
            applied += paid
            if row.amount != paid:
                late = (as_of - row.due_on).days
                items.append(
                    OpenItem(row.id, row.number, row.issued_on, row.due_on, late, row.amount, paid, row.disputed)
                )
        received = sum((row.amount for row in self._payments if row.received_on <= as_of), NOTHING)
        items.sort(key=lambda item: (item.due_on, item.number))
        return Position(as_of, tuple(items), received - applied)

    def sales(self, after: dt.date, to: dt.date) -> Decimal:
        """Invoiced after one day, up to another, less credit notes; tax included as in the receivables."""
        return sum((row.amount for row in self._invoices if after < row.issued_on <= to), NOTHING)

    def months(self, as_of: dt.date, count: int | None = None) -> list[MonthOfPurchases]:
        """Purchases by calendar month, newest first: `count` months, or back to the first invoice."""
        seen = [row for row in self._invoices if row.issued_on <= as_of]
        sums: dict[dt.date, Decimal] = {}
        for row in seen:
            first = row.issued_on.replace(day=1)
            sums[first] = sums.get(first, NOTHING) + row.amount
        oldest = min(sums, default=as_of.replace(day=1))
        found, first, end = [], as_of.replace(day=1), as_of
        while first >= oldest if count is None else len(found) < count:
            found.append(MonthOfPurchases(first, sums.get(first, NOTHING), (end - first).days + 1))
            end = first - dt.timedelta(days=1)
            first = end.replace(day=1)
        return found

    def metrics(self, as_of: dt.date, days: int) -> Metrics:
        start = as_of - dt.timedelta(days=days)
        now, then = self.position(as_of), self.position(start)
        sales = self.sales(start, as_of)
        closing, current = now.balance, now.balance - now.not_current
        # Disputed amounts are left out where the customer's habits are judged.
        judged, judged_current = closing - now.disputed, closing - now.disputed - now.overdue
        by_id = {row.id: row for row in self._invoices}
        paid = [
            (part, by_id[part.invoice_id])
            for part in self._paid
            if start < part.received_on <= as_of and part.invoice_id in by_id
        ]
        months = [Month(month.amount, month.days) for month in self.months(as_of)]
        return Metrics(
            days=days,
            sales=sales,
            opening=then.balance,
            dso=days_sales_outstanding(closing, sales, days),
            count_back=days_sales_count_back(closing, months),
            best_possible=best_possible_days(current, sales, days),
            delinquent=average_days_delinquent(judged, judged_current, sales, days),
            days_to_pay=weighted_days((part.amount, (part.received_on - row.issued_on).days) for part, row in paid),
            days_beyond_terms=weighted_days(
                (part.amount, (part.received_on - row.due_on).days) for part, row in paid if not row.disputed
            ),
            overdue=overdue_ratio(now.overdue, now.debit),
            long_overdue=overdue_ratio(now.long_overdue, now.debit),
            disputed=overdue_ratio(now.disputed, now.debit),
            effectiveness=collection_effectiveness(then.balance, sales, closing, current),
        )

    def behaviour(self, as_of: dt.date) -> dict[str, Decimal | float | int | str | None]:
        """The payment-behaviour facts as the rules read them."""
        invoices = [(row.id, row.issued_on, row.due_on, row.amount, row.disputed, False) for row in self._invoices]
        paid = [(row.invoice_id, row.amount, row.received_on) for row in self._paid]
        return behaviour_facts(invoices, paid, as_of)

    def index_by_quarter(self, as_of: dt.date, count: int = QUARTERS_SHOWN) -> list[tuple[dt.date, float | None]]:
        """The payment index at the end of each of the last quarters and at the day itself, oldest first."""
        days = [as_of]
        day = as_of
        while len(days) < count:
            day = _quarter_before(day)
            days.append(day)
        found = []
        for one in reversed(days):
            index = self.behaviour(one).get("payment_index")
            found.append((one, None if index is None else float(index)))
        return found


def _quarter_before(day: dt.date) -> dt.date:
    """The last day of the quarter that ended before a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - dt.timedelta(days=1)


def oldest_first(
    amount: Decimal, items: Iterable[OpenItem], *, passed_over: Callable[[OpenItem], bool] = lambda item: item.disputed
) -> dict[int, Decimal]:
    """A payment over open items, the oldest due date first, disputed ones not: invoice id → part."""
    rest, parts = amount, {}
    for item in sorted(items, key=lambda item: (item.due_on, item.number)):
        if rest <= 0:
            break
        if item.rest > 0 and not passed_over(item):
            parts[item.id] = min(rest, item.rest)
            rest -= parts[item.id]
    return parts
