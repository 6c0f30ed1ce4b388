"""One company whose every figure is known: a file, two years of statements, and a year of invoices."""

import datetime as dt
from decimal import Decimal
from typing import Any

from factories import customers
from xinheng.engine.rules.examples import sample_company
from xinheng.server.assessment.services import statement_save
from xinheng.server.customers.models import Customer

AS_OF = dt.date(2026, 6, 30)


def stated_company(**fields: Any) -> Customer:
    """The sample company of the reference with its statements of 2025 and 2024."""
    given = {"industry_code": "C3429", "founded_on": dt.date(2010, 6, 30), "customer_since": dt.date(2021, 6, 30),
             "registered_capital": Decimal(20_000_000), "employees": 200}  # fmt: skip
    customer = customers.customer(code=customers.CODE, **(given | fields))
    lines = sample_company()
    now = {name: amount for name, amount in lines.items() if not name.endswith("_prior")}
    before = {name.removesuffix("_prior"): amount for name, amount in lines.items() if name.endswith("_prior")}
    for year, figures in ((2024, before), (2025, now)):
        statement_save(customer=customer, period_end=dt.date(year, 12, 31), lines=figures, audit_opinion="unqualified")
    return customer


def trade(customer: Customer) -> None:
    """Twelve monthly invoices of 300,000 元 at 30 days, paid on the due date; the last two are still open."""
    for month in range(12):
        issued = dt.date(2025 + (6 + month) // 12, (6 + month) % 12 + 1, 1)
        due = issued + dt.timedelta(days=30)
        one = customers.invoice(customer, f"R-{month:02d}", issued.isoformat(), due.isoformat(), "300000")
        if month < 10:
            customers.paid(one, due.isoformat(), "300000")
