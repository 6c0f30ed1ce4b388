"""The account of a customer as of a day: ageing, metrics and trends, exactly, out of the database."""

import datetime as dt
from decimal import Decimal

import pytest

from factories.customers import customer, invoice, paid
from xinheng.engine.rules.forms import Status
from xinheng.server.receivables.models import Payment
from xinheng.server.receivables.selectors import customer_account, customers_owed

pytestmark = pytest.mark.django_db
MARCH = dt.date(2026, 3, 31)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def quarter():
    """Domain 9: sales 200, 150, 300 in January to March, 500 open at the end, of which 150 are overdue."""
    buyer = customer()
    old = invoice(buyer, "OLD", "2025-11-20", "2025-12-20", "450")
    january = invoice(buyer, "JAN", "2026-01-15", "2026-02-15", "200")
    february = invoice(buyer, "FEB", "2026-02-15", "2026-04-15", "150")
    invoice(buyer, "MAR", "2026-03-10", "2026-05-10", "300")
    paid(old, "2026-01-20", "450")
    paid(january, "2026-03-01", "50")
    paid(february, "2026-03-20", "100")
    return buyer


def test_metrics_are_those_of_the_worked_example(quarter):
    found = customer_account(quarter).metrics(MARCH, 90)
    assert found.sales == Decimal("650.00")
    assert found.opening == Decimal("450.00")
    assert found.dso.value == pytest.approx(69.2308, abs=5e-5)
    assert found.count_back.value == pytest.approx(66.75)
    assert found.best_possible.value == pytest.approx(48.4615, abs=5e-5)
    assert found.delinquent.value == pytest.approx(20.7692, abs=5e-5)
    assert found.overdue.value == pytest.approx(0.30)
    assert found.effectiveness.value == pytest.approx(0.80)
    assert found.long_overdue.value == 0.0
    assert found.disputed.value == 0.0


def test_weighted_days_are_those_of_the_worked_example():
    buyer = customer()
    for number, amount, days in (("A", "1000", 35), ("B", "2000", 50), ("C", "500", 28)):
        one = invoice(buyer, number, "2026-01-01", "2026-01-31", amount)
        paid(one, (day("2026-01-01") + dt.timedelta(days=days)).isoformat(), amount)
    found = customer_account(buyer).metrics(MARCH, 90)
    assert found.days_to_pay.value == pytest.approx(42.5714, abs=5e-5)
    assert found.days_beyond_terms.value == pytest.approx(12.5714, abs=5e-5)


def test_an_item_due_today_is_not_overdue_and_buckets_part_the_open_items():
    buyer = customer()
    for number, due, amount in (
        ("TODAY", "2026-03-31", "1"), ("D1", "2026-03-30", "2"), ("D30", "2026-03-01", "4"),
        ("D31", "2026-02-28", "8"), ("D60", "2026-01-30", "16"), ("D61", "2026-01-29", "32"),
        ("D90", "2025-12-31", "64"), ("D91", "2025-12-30", "128"), ("D181", "2025-10-01", "256"),
        ("D365", "2025-03-31", "512"), ("D366", "2025-03-30", "1024"),
    ):  # fmt: skip
        invoice(buyer, number, "2025-01-01", due, amount)
    position = customer_account(buyer).position(MARCH)
    assert [int(aged.amount) for aged in position.ageing()] == [1, 6, 24, 96, 128, 768, 1024]
    assert [aged.count for aged in position.ageing()] == [1, 2, 2, 2, 1, 2, 1]
    assert (position.balance, position.overdue, position.oldest_days) == (Decimal(2047), Decimal(2046), 366)


def test_a_past_day_does_not_see_what_came_later(quarter):
    account = customer_account(quarter)
    position = account.position(day("2026-02-20"))
    assert [(item.number, item.rest) for item in position.items] == [("JAN", 200), ("FEB", 150)]
    assert [(item.number, item.days_past_due) for item in position.items] == [("JAN", 5), ("FEB", -54)]
    assert account.position(day("2026-01-19")).balance == Decimal(650)  # the old invoice was still open
    assert account.position(day("2025-11-19")).items == ()


def test_disputed_credit_and_unapplied_stand_apart():
    buyer = customer()
    invoice(buyer, "A", "2026-01-01", "2026-02-01", "100", disputed=True)
    late = invoice(buyer, "B", "2026-01-01", "2026-03-01", "200")
    invoice(buyer, "C", "2026-01-05", "2026-01-05", "-30")
    invoice(buyer, "VOID", "2026-01-05", "2026-01-05", "999", void=True)
    paid(late, "2026-03-10", "50", of="70")
    Payment.objects.create(customer=buyer, reference="LOOSE", received_on=day("2026-03-11"), amount=Decimal(5))
    position = customer_account(buyer).position(MARCH)
    assert (position.debit, position.credit, position.balance) == (Decimal(250), Decimal(-30), Decimal(220))
    assert (position.disputed, position.overdue) == (Decimal(100), Decimal(150))
    assert position.unapplied == Decimal(25)
    assert sum(aged.amount for aged in position.ageing()) == Decimal(150)
    found = customer_account(buyer).metrics(MARCH, 90)
    assert found.disputed.value == pytest.approx(0.4)
    # Without the disputed 100 there are 120 open, and a credit of 30 beside the overdue 150: 120 / 270 × 90 less 0.
    assert (found.delinquent.value, found.delinquent.status) == (pytest.approx(40.0), Status.NOT_MEANINGFUL)


@pytest.mark.parametrize(
    ("invoices", "metric", "value", "status"),
    [
        ([("A", "2025-06-01", "100")], "dso", None, Status.ZERO_DENOMINATOR),
        ([("A", "2026-03-01", "100"), ("B", "2026-03-02", "-150")], "dso", None, Status.NEGATIVE_DENOMINATOR),
        ([("A", "2025-06-01", "-150"), ("B", "2026-03-02", "100")], "dso", 0.0, Status.NOT_MEANINGFUL),
        ([], "overdue", None, Status.ZERO_DENOMINATOR),
        ([("A", "2026-03-01", "100")], "days_to_pay", None, Status.MISSING_INPUT),
        ([("A", "2026-03-01", "100")], "count_back", 31.0, Status.OK),
    ],
)
def test_a_metric_without_an_answer_says_why(invoices, metric, value, status):
    buyer = customer()
    for number, issued, amount in invoices:
        invoice(buyer, number, issued, issued, amount)
    found = getattr(customer_account(buyer).metrics(MARCH, 90), metric)
    assert (found.value, found.status) == (value, status)


def test_months_and_quarters_run_back_from_the_day(quarter):
    account = customer_account(quarter)
    months = account.months(day("2026-03-10"), 5)
    assert [(month.first.isoformat(), month.amount, month.days) for month in months] == [
        ("2026-03-01", 300, 10), ("2026-02-01", 150, 28), ("2026-01-01", 200, 31), ("2025-12-01", 0, 31),
        ("2025-11-01", 450, 30),
    ]  # fmt: skip
    trend = account.index_by_quarter(day("2026-03-10"), 3)
    assert [found.isoformat() for found, _index in trend] == ["2025-09-30", "2025-12-31", "2026-03-10"]
    assert trend[0][1] is None  # nobody knows how a customer pays that has not bought yet


def test_currencies_are_never_added_up(quarter):
    invoice(quarter, "USD", "2026-03-01", "2026-03-15", "1000", currency="USD")
    assert customer_account(quarter).position(MARCH).balance == Decimal(500)
    assert customer_account(quarter, "USD").position(MARCH).balance == Decimal(1000)


def test_the_list_tells_the_same_as_the_account(quarter, django_assert_num_queries):
    other = customer("示例另一家")
    invoice(other, "A", "2026-01-01", "2026-02-01", "100", disputed=True)
    invoice(other, "B", "2026-01-01", "2026-03-30", "-40")
    none = customer("示例第三家")
    with django_assert_num_queries(2):
        owed = customers_owed([quarter, other, none], MARCH)
    for one in (quarter, other):
        position = customer_account(one).position(MARCH)
        assert (owed[one.pk].open, owed[one.pk].overdue) == (position.balance, position.overdue)
    assert none.pk not in owed
