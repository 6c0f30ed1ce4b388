"""Reports to lay out: the sample company, one with everything against it, one of which nothing is known."""

import datetime as dt
from decimal import Decimal

import pytest

from xinheng.documents import Subject, report
from xinheng.engine.assessment import Assessor
from xinheng.engine.rules.examples import sample_company

AS_OF = dt.date(2026, 6, 30)
SUBJECT = Subject(
    "华岳精密机械有限公司（示例）", "C900001", "91350100M000100Y43", ("C3511 矿山机械制造", "C3511 Mining machinery"),
    "medium", (dt.date(2025, 12, 31), dt.date(2024, 12, 31)), 24, 20,
)  # fmt: skip
PAYMENT = {
    "payment_index": 72.0, "overdue_share": 0.12, "overdue_max_days": 18, "years_in_business": 19.5,
    "purchases_12m": Decimal(1_200_000), "terms_days": 60, "dbt_weighted": 10.0, "statements_years": 2,
}  # fmt: skip
AGAINST = {
    "payment_index": 20.0, "dbt_trend": 20.0, "overdue_max_days": 75, "dishonest_debtor": True,
    "abnormal_operation": True, "enforcement_cases": 3, "eq": Decimal(-1_000_000), "tl": Decimal(101_000_000),
    "np": Decimal(-5), "np_prior": Decimal(-6), "cfo": Decimal(-3), "cfo_prior": Decimal(-4),
    "audit_opinion": "adverse", "rev": Decimal(40_000_000), "ca": Decimal(10_000_000), "years_in_business": None,
    "customer_age_years": 1.0, "registered_capital": Decimal(1_000_000), "size_class": "small",
}  # fmt: skip


@pytest.fixture(scope="package")
def runner():
    return Assessor()


@pytest.fixture(scope="package")
def reported(runner):
    known = {name: amount for name, amount in sample_company().items() if name in runner.catalogue}

    def make(changed=None, subject=SUBJECT, base=known | PAYMENT):
        facts = {name: value for name, value in (base | (changed or {})).items() if value is not None}
        return report(runner, runner.one(facts), subject, AS_OF)

    return make


@pytest.fixture(scope="package")
def healthy(reported):
    return reported()


@pytest.fixture(scope="package")
def failing(reported):
    return reported(AGAINST)


@pytest.fixture(scope="package")
def unknown(reported):
    return reported(base={})
