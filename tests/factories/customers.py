"""Customers and their invoices, for tests that need a situation rather than the demo book."""

import datetime as dt
from decimal import Decimal
from typing import Any

from xinheng.server.customers.models import Customer
from xinheng.server.customers.services import customer_create
from xinheng.server.receivables.models import Allocation, Invoice, Payment

CODE = "91350100M000100Y43"


def customer(name: str = "示例精密机械有限公司", *, code: str = "", **fields: Any) -> Customer:
    """A live file with an event of its own."""
    return customer_create(fields={"name": name} | fields, identifiers={"uscc": code})


def invoice(owner: Customer, number: str, issued: str, due: str, amount: str, **fields: Any) -> Invoice:
    """An invoice, or with a negative amount a credit note."""
    kind = Invoice.Kind.CREDIT_NOTE if Decimal(amount) < 0 else Invoice.Kind.INVOICE
    days = {"issued_on": dt.date.fromisoformat(issued), "due_on": dt.date.fromisoformat(due)}
    return Invoice.objects.create(customer=owner, number=number, kind=kind, amount=Decimal(amount), **days, **fields)


def paid(one: Invoice, on: str, amount: str, *, of: str = "") -> Payment:
    """A payment (of `of`, else of the part) with one allocation."""
    whole = Decimal(of or amount)
    payment = Payment.objects.create(
        customer=one.customer,
        reference=f"P-{one.number}-{on}",
        received_on=dt.date.fromisoformat(on),
        amount=whole,
        currency=one.currency,
    )
    Allocation.objects.create(payment=payment, invoice=one, amount=Decimal(amount))
    return payment
