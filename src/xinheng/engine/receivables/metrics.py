"""Metrics of a book of receivables (domain 9), each with the status of its answer.

Amounts may be of any currency as long as it is one; credit sales include tax where the receivables do, else days sales
outstanding come out too high by the rate of the tax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng.engine.errors import InvalidIndicator
from xinheng.engine.receivables.behaviour import Bucket, buckets
from xinheng.engine.rules.forms import Status


@dataclass(frozen=True)
class Metric:
    """A figure with its status; the value is None where there is none, never 0 for unknown."""

    value: float | None
    status: Status = Status.OK


@dataclass(frozen=True)
class Month:
    """Credit sales of one month and its calendar days."""

    sales: Decimal
    days: int


def days_sales_outstanding(closing: Decimal, sales: Decimal, days: int) -> Metric:
    """Closing receivables over the credit sales of a period, times its days.

    A net credit gives 0 with `not_meaningful`; a period without sales `zero_denominator`.
    """
    if sales == 0:
        return Metric(None, Status.ZERO_DENOMINATOR)
    if sales < 0:
        return Metric(None, Status.NEGATIVE_DENOMINATOR)
    if closing < 0:
        return Metric(0.0, Status.NOT_MEANINGFUL)
    return Metric(float(closing / sales * days))


def days_sales_count_back(closing: Decimal, months: Sequence[Month]) -> Metric:
    """Days sales outstanding by exhaustion: receivables are used up month by month, the newest first.

    Args:
        months: newest first.
    Returns: the days; `capped` with the days available where the months end before the receivables do.
    """
    if closing < 0:
        return Metric(0.0, Status.NOT_MEANINGFUL)
    if not any(month.sales > 0 for month in months):
        return Metric(None, Status.ZERO_DENOMINATOR)
    rest, days = closing, Decimal(0)
    for month in months:
        if rest < month.sales:
            return Metric(float(days + rest / month.sales * month.days))
        rest -= max(month.sales, Decimal(0))
        days += month.days
    return Metric(float(days), Status.OK if rest == 0 else Status.CAPPED)


def best_possible_days(current: Decimal, sales: Decimal, days: int) -> Metric:
    """Days sales outstanding if nothing were overdue: receivables not yet due over credit sales."""
    return days_sales_outstanding(current, sales, days)


def average_days_delinquent(closing: Decimal, current: Decimal, sales: Decimal, days: int) -> Metric:
    """Days sales outstanding less the best possible; disputed amounts are left out of both by the caller."""
    whole, best = days_sales_outstanding(closing, sales, days), best_possible_days(current, sales, days)
    if whole.value is None or best.value is None or whole.status is not Status.OK:
        return whole
    return Metric(whole.value - best.value, best.status)


def collection_effectiveness(opening: Decimal, sales: Decimal, closing: Decimal, closing_current: Decimal) -> Metric:
    """Share of what could be collected that was (CEI), as a plain number; not meaningful where nothing could be."""
    collectable = opening + sales - closing_current
    if collectable <= 0:
        return Metric(None, Status.NOT_MEANINGFUL)
    return Metric(float((opening + sales - closing) / collectable))


def weighted_days(items: Iterable[tuple[Decimal, int]]) -> Metric:
    """Days weighted by amount: days to pay, or days beyond terms where terms are taken off; early payment is negative.

    Args:
        items: (amount, days), amounts above 0.
    """
    paid = [(amount, days) for amount, days in items if amount > 0]
    if not paid:
        return Metric(None, Status.MISSING_INPUT)
    return Metric(float(sum(amount * days for amount, days in paid) / sum(amount for amount, _ in paid)))


def overdue_ratio(overdue: Decimal, total: Decimal) -> Metric:
    """Overdue over all receivables, as a plain number; also the dispute ratio and the share over any age."""
    if total <= 0:
        return Metric(None, Status.ZERO_DENOMINATOR if total == 0 else Status.NEGATIVE_DENOMINATOR)
    return Metric(float(overdue / total))


def roll_rate(before: Decimal, after: Decimal) -> Metric:
    """Balance of a bucket over that of the bucket before it one step earlier; buckets and steps of equal width."""
    return overdue_ratio(after, before)


def concentration(amounts: Iterable[Decimal]) -> Metric:
    """Herfindahl–Hirschman index, 0–10000: the sum of squared shares in percent. Net credits are left out."""
    positive = [amount for amount in amounts if amount > 0]
    total = sum(positive, Decimal(0))
    if not total:
        return Metric(None, Status.ZERO_DENOMINATOR)
    return Metric(float(sum((amount / total * 100) ** 2 for amount in positive)))


def largest_share(amounts: Iterable[Decimal], count: int) -> Metric:
    """Share of the `count` largest in the total, as a plain number."""
    positive = sorted((amount for amount in amounts if amount > 0), reverse=True)
    return overdue_ratio(sum(positive[:count], Decimal(0)), sum(positive, Decimal(0)))


def bucket_of(days_past_due: int) -> Bucket:
    """The bucket of an ageing for an item; due today (0 days) is not due."""
    return next(bucket for bucket in buckets() if bucket.to is None or days_past_due <= bucket.to)


def accounting_age(months: int) -> str:
    """The band of 账龄 by full months since recognition: `0-6m`, `7-12m`, `1-2y` … `over 5y`.

    Raises: InvalidIndicator for a negative age.
    """
    if months < 0:
        raise InvalidIndicator(indicator="age", value=months)
    bands = ((6, "0-6m"), (12, "7-12m"), (24, "1-2y"), (36, "2-3y"), (48, "3-4y"), (60, "4-5y"))
    return next((band for to, band in bands if months <= to), "over 5y")
