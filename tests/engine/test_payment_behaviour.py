"""Payment behaviour from documents, with the figures of the reference."""

import datetime as dt
from decimal import Decimal

import pytest

from xinheng.engine.receivables import INVOICE_FACTS, behaviour_facts, payment_points

DAY = dt.date


POINTS = [(-10, 85), (5, 76.6667), (45, 45), (75, 35), (150, 10), (-40, 100), (0, 80), (400, 0)]


@pytest.mark.parametrize(("days", "points"), POINTS)
def test_points(days, points):
    assert payment_points(days) == pytest.approx(points, abs=1e-4)


INVOICES = [
    ("a", DAY(2026, 1, 1), DAY(2026, 1, 31), Decimal(1000), False, False),
    ("b", DAY(2026, 2, 1), DAY(2026, 3, 3), Decimal(2000), False, False),
    ("c", DAY(2026, 3, 1), DAY(2026, 3, 31), Decimal(500), False, False),
]
PAID = [
    ("a", Decimal(1000), DAY(2026, 1, 31)),
    ("b", Decimal(2000), DAY(2026, 3, 18)),
    ("c", Decimal(500), DAY(2026, 4, 30)),
]


def test_amount_weighted_index():
    """1000 at 80, 2000 at 70 and 500 at 50 points give 70."""
    facts = behaviour_facts(INVOICES, PAID, DAY(2026, 6, 30))
    assert facts["payment_index"] == pytest.approx(70)
    assert facts["purchases_12m"] == Decimal("3500.00")


def test_fewer_than_three_invoices_say_nothing():
    facts = behaviour_facts(INVOICES[:2], PAID[:2], DAY(2026, 6, 30))
    assert (facts["payment_index"], facts["payment_index_status"]) == (None, "missing_input")


def test_no_history_is_no_fact_at_all():
    assert behaviour_facts([], [], DAY(2026, 6, 30)) == {}


@pytest.mark.parametrize(("as_of", "days", "amount"), [(DAY(2026, 3, 31), 0, 0), (DAY(2026, 4, 1), 1, 500)])
def test_due_today_is_not_overdue(as_of, days, amount):
    facts = behaviour_facts(INVOICES, PAID, as_of)
    assert (facts["overdue_max_days"], facts["overdue_amount"]) == (days, Decimal(amount))


def test_disputed_invoices_do_not_judge_but_stay_open():
    disputed = [(*row[:4], True, False) for row in INVOICES]
    facts = behaviour_facts(disputed, [], DAY(2026, 6, 30))
    assert (facts["payment_index"], facts["overdue_amount"], facts["open_amount"]) == (None, 0, Decimal(3500))


def test_without_any_payment_in_the_book_nothing_is_unpaid():
    """Invoices of a year ago and no payments: a book that keeps payments calls that a default, one that keeps none
    cannot say."""
    invoices = [(str(i), dt.date(2025, 9, 1), dt.date(2025, 10, 1), Decimal(100), False, False) for i in range(3)]
    kept = behaviour_facts(invoices, [], dt.date(2026, 3, 1))
    assert (kept["overdue_max_days"], kept["overdue_amount"]) == (151, Decimal("300.00"))
    unknown = behaviour_facts(invoices, [], dt.date(2026, 3, 1), payments_kept=False)
    assert {name for name, value in unknown.items() if value is not None} == {*INVOICE_FACTS, "payment_index_status"}
    assert unknown["purchases_12m"] == Decimal("300.00")
    assert unknown["payment_index_status"] == "missing_input"
    assert behaviour_facts([], [], dt.date(2026, 3, 1), payments_kept=False) == {}
