"""Receivables: the worked examples of the reference, behaviour facts on documents, ageing as a partition."""

import datetime as dt
import tomllib
from decimal import Decimal
from importlib.resources import files

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.engine import receivables as r
from xinheng.engine.errors import InvalidIndicator
from xinheng.engine.rules.catalogue import load_catalogue
from xinheng.engine.rules.forms import Status

D, DAY = Decimal, dt.date
AS_OF = DAY(2026, 6, 30)
QUARTER = [r.Month(D(300), 31), r.Month(D(150), 28), r.Month(D(200), 31)]

EXAMPLES = [
    ("dso", r.days_sales_outstanding(D(500), D(650), 90), 69.2308),
    ("count back", r.days_sales_count_back(D(500), QUARTER), 66.75),
    ("count back, published", r.days_sales_count_back(D(212), [r.Month(D(s), 30) for s in (100, 80, 70)]), 73.7143),
    ("best possible", r.best_possible_days(D(350), D(650), 90), 48.4615),
    ("delinquent", r.average_days_delinquent(D(500), D(350), D(650), 90), 20.7692),
    ("effectiveness", r.collection_effectiveness(D(450), D(650), D(500), D(350)), 0.80),
    ("days to pay", r.weighted_days([(D(1000), 35), (D(2000), 50), (D(500), 28)]), 42.5714),
    ("beyond terms", r.weighted_days([(D(1000), 5), (D(2000), 20), (D(500), -2)]), 12.5714),
    ("overdue", r.overdue_ratio(D(150), D(500)), 0.30),
    ("concentration", r.concentration([D(a) for a in (400, 250, 150, 120, 80)]), 2658),
    ("top 3", r.largest_share([D(a) for a in (80, 400, 120, 250, 150)], 3), 0.80),
]


@pytest.mark.parametrize(("name", "metric", "value"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_worked_example(name, metric, value):
    assert metric.status is Status.OK
    assert metric.value == pytest.approx(value, abs=5e-5)


EDGES = [
    ("no sales", r.days_sales_outstanding(D(500), D(0), 90), None, Status.ZERO_DENOMINATOR),
    ("net credit", r.days_sales_outstanding(D(-5), D(650), 90), 0, Status.NOT_MEANINGFUL),
    ("out of history", r.days_sales_count_back(D(900), QUARTER), 90, Status.CAPPED),
    ("used up exactly", r.days_sales_count_back(D(650), QUARTER), 90, Status.OK),
    ("count back of a credit", r.days_sales_count_back(D(-1), QUARTER), 0, Status.NOT_MEANINGFUL),
    ("count back without sales", r.days_sales_count_back(D(9), []), None, Status.ZERO_DENOMINATOR),
    ("nothing collectable", r.collection_effectiveness(D(0), D(10), D(10), D(10)), None, Status.NOT_MEANINGFUL),
    ("nothing paid", r.weighted_days([]), None, Status.MISSING_INPUT),
    ("no receivables", r.overdue_ratio(D(0), D(0)), None, Status.ZERO_DENOMINATOR),
    ("nobody owes", r.concentration([D(-3)]), None, Status.ZERO_DENOMINATOR),
]


@pytest.mark.parametrize(("name", "metric", "value", "status"), EDGES, ids=[row[0] for row in EDGES])
def test_edges_have_a_status_and_no_invented_value(name, metric, value, status):
    assert (metric.value, metric.status) == (value, status)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(-3, "aged_not_due"), (0, "aged_not_due"), (1, "aged_1_30"), (30, "aged_1_30"), (31, "aged_31_60"),
     (90, "aged_61_90"), (180, "aged_91_180"), (365, "aged_181_365"), (366, "aged_over_365")],
)  # fmt: skip
def test_buckets_by_days_past_due(days, bucket):
    assert r.bucket_of(days).id == bucket


@pytest.mark.parametrize(("months", "band"), [(0, "0-6m"), (6, "0-6m"), (7, "7-12m"), (13, "1-2y"), (61, "over 5y")])
def test_accounting_age(months, band):
    assert r.accounting_age(months) == band


def test_an_age_before_recognition_is_refused():
    with pytest.raises(InvalidIndicator):
        r.accounting_age(-1)


def invoice(number, issued, due, amount, disputed=False, void=False):
    return (number, issued, due, D(amount), disputed, void)


NEW_YEAR = DAY(2025, 1, 1)


def monthly(count, late, amount=1000, start=NEW_YEAR):
    """One invoice each 30 days, terms 30 days, paid `late` days after it was due."""
    issued = [start + dt.timedelta(30 * i) for i in range(count)]
    invoices = [invoice(str(i), day, day + dt.timedelta(30), amount) for i, day in enumerate(issued)]
    paid = [(str(i), D(amount), day + dt.timedelta(30 + late)) for i, day in enumerate(issued)]
    return invoices, paid


def test_a_steady_late_payer():
    invoices, paid = monthly(12, 15)
    facts = r.behaviour_facts(invoices, paid, AS_OF)
    expected = {
        "payment_index": 70.0, "dbt_weighted": 15.0, "max_delay_days": 15, "late_share": 1.0, "open_amount": D(0),
        "invoice_count_24m": 12, "history_days": 545, "last_payment_days": 170, "overdue_count": 0,
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected


def test_partial_payments_weigh_by_amount_and_the_rest_counts_to_date():
    """1000 due on 31 March: 600 on time, 300 fifteen days late, 100 open 91 days at the end of June."""
    three = monthly(3, 0, start=DAY(2025, 10, 1))
    invoices = [*three[0], invoice("p", DAY(2026, 3, 1), DAY(2026, 3, 31), 1000)]
    paid = [*three[1], ("p", D(600), DAY(2026, 3, 31)), ("p", D(300), DAY(2026, 4, 15))]
    facts = r.behaviour_facts(invoices, paid, AS_OF)
    points = (3600 * 80 + 300 * 70 + 100 * r.payment_points(91)) / 4000
    assert facts["payment_index"] == pytest.approx(points)
    assert facts["dbt_weighted"] == pytest.approx((300 * 15 + 100 * 91) / 4000)
    assert (facts["overdue_amount"], facts["overdue_max_days"], facts["aged_91_180"]) == (D(100), 91, D(100))
    assert facts["late_share"] == pytest.approx(0.1)


def test_documents_after_the_day_are_unseen():
    invoices, paid = monthly(12, 15)
    early = r.behaviour_facts(invoices, paid, DAY(2025, 4, 10))
    assert early["invoice_count_24m"] == 4
    assert early == r.behaviour_facts(
        invoices[:4], [row for row in paid if row[2] <= DAY(2025, 4, 10)], DAY(2025, 4, 10)
    )


def test_an_index_needs_three_judged_invoices_and_sixty_days():
    invoices, paid = monthly(3, 0, start=AS_OF - dt.timedelta(89))
    assert r.behaviour_facts(invoices, paid, AS_OF)["payment_index_status"] == "missing_input"  # the third is not due
    assert r.behaviour_facts(invoices, paid, AS_OF + dt.timedelta(30))["payment_index"] == 80
    short = [invoice(str(i), AS_OF - dt.timedelta(59), AS_OF - dt.timedelta(9), 5) for i in range(4)]
    assert r.behaviour_facts(short, [], AS_OF)["payment_index"] is None
    assert r.behaviour_facts(short, [], AS_OF + dt.timedelta(1))["payment_index"] == r.payment_points(10)


def test_the_trend_compares_the_last_half_year_with_the_year_before():
    before, after = monthly(12, 5, start=DAY(2024, 12, 1)), monthly(5, 25, start=DAY(2026, 1, 1))
    invoices = before[0] + [(f"n{row[0]}", *row[1:]) for row in after[0]]
    paid = before[1] + [(f"n{row[0]}", *row[1:]) for row in after[1]]
    facts = r.behaviour_facts(invoices, paid, AS_OF)
    assert (facts["dbt_previous"], facts["dbt_recent"], facts["dbt_trend"]) == (5.0, 25.0, 20.0)


def test_without_a_year_before_there_is_no_trend():
    invoices, paid = monthly(4, 5, start=DAY(2026, 2, 1))
    assert r.behaviour_facts(invoices, paid, AS_OF)["dbt_trend"] is None


def test_credit_notes_reduce_what_is_open_and_judge_nobody():
    invoices, paid = monthly(6, 0, start=DAY(2025, 10, 1))
    invoices.append(invoice("credit", DAY(2026, 1, 1), DAY(2026, 1, 1), -250))
    facts = r.behaviour_facts(invoices, paid, AS_OF)
    assert (facts["open_amount"], facts["credit_amount"], facts["overdue_amount"]) == (D(-250), D(-250), D(0))
    assert (facts["payment_index"], facts["invoice_count_24m"], facts["purchases_12m"]) == (80.0, 6, D(5750))
    assert (facts["purchase_months_12m"], facts["overdue_share"]) == (5, 0.0)


def test_void_and_disputed():
    invoices, paid = monthly(6, 0, start=DAY(2025, 10, 1))
    invoices += [invoice("v", DAY(2026, 1, 1), DAY(2026, 1, 2), 900, void=True),
                 invoice("d", DAY(2026, 1, 1), DAY(2026, 1, 2), 700, disputed=True)]  # fmt: skip
    facts = r.behaviour_facts(invoices, paid, AS_OF)
    assert (facts["open_amount"], facts["disputed_amount"], facts["overdue_amount"]) == (D(700), D(700), D(0))
    assert (facts["payment_index"], facts["overdue_count"], facts["open_count"]) == (80.0, 0, 1)


DATES = st.dates(DAY(2024, 1, 1), DAY(2026, 12, 31))
INVOICES = st.lists(
    st.tuples(DATES, st.integers(0, 120), st.decimals(-500, 5000, places=2), st.booleans(), st.booleans()), max_size=12
)
PAYMENTS = st.lists(st.tuples(st.integers(0, 11), st.decimals(0, 3000, places=2), DATES), max_size=12)


@settings(max_examples=60, deadline=None)
@given(INVOICES, PAYMENTS)
def test_buckets_disputes_and_credits_partition_what_is_open(drawn, paid):
    invoices = [
        (str(i), day, day + dt.timedelta(terms), amount, disputed, void)
        for i, (day, terms, amount, disputed, void) in enumerate(drawn)
    ]
    facts = r.behaviour_facts(invoices, [(str(i), amount, day) for i, amount, day in paid], AS_OF)
    if not facts:
        assert not [row for row in invoices if row[1] <= AS_OF and not row[5]]
        return
    aged = {bucket.id: facts[bucket.id] for bucket in r.buckets()}
    assert sum(aged.values()) + facts["disputed_amount"] + facts["credit_amount"] == facts["open_amount"]
    assert sum(amount for name, amount in aged.items() if name != "aged_not_due") == facts["overdue_amount"]
    assert facts["payment_index"] is None or 0 <= facts["payment_index"] <= 100
    assert 0 <= facts["overdue_share"] <= 1


def test_later_payment_never_raises_the_index():
    indexes = []
    for late in range(-40, 200, 20):
        invoices, paid = monthly(6, late, start=DAY(2025, 3, 1))
        indexes.append(r.behaviour_facts(invoices, paid, DAY(2026, 6, 1))["payment_index"])
    assert indexes == sorted(indexes, reverse=True)
    assert indexes[0] == 100


def test_many_customers_at_once_and_in_parts_equal_one_by_one():
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE i (subject BIGINT, invoice VARCHAR, issued_on DATE, due_on DATE,"
                           " amount DECIMAL(18,2), disputed BOOLEAN, void BOOLEAN)")  # fmt: skip
        connection.execute("CREATE TABLE a (subject BIGINT, invoice VARCHAR, amount DECIMAL(18,2), paid_on DATE)")
        alone = {}
        for subject in range(1, 8):
            invoices, paid = monthly(subject * 2, subject * 7 - 20, amount=subject * 100)
            connection.executemany(
                f"INSERT INTO i VALUES ({subject}, ?, ?, ?, ?, ?, ?)", [list(row) for row in invoices]
            )
            connection.executemany(f"INSERT INTO a VALUES ({subject}, ?, ?, ?)", [list(row) for row in paid])
            alone[subject] = tuple(r.behaviour_facts(invoices, paid, AS_OF).values())
        together = {row[0]: row[1:] for row in connection.execute(r.behaviour_sql("i", "a", AS_OF)).fetchall()}
        parts = [row for sql in r.behaviour_batches("i", "a", AS_OF, 3) for row in connection.execute(sql).fetchall()]
    assert together == alone
    assert {row[0]: row[1:] for row in parts} == alone
    assert len(parts) == 7


def test_every_fact_is_described_in_both_languages():
    described = tomllib.loads(files("xinheng.engine.models").joinpath("facts_behaviour.toml").read_text("utf-8"))[
        "fact"
    ]
    assert tuple(row["name"] for row in described) == r.BEHAVIOUR_FACTS
    assert all(row["zh"] and row["en"] for row in described)
    assert set(r.BEHAVIOUR_FACTS) <= set(load_catalogue())
