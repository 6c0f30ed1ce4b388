"""Questions about trading history."""

import datetime as dt
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce

from xinheng.engine.receivables import behaviour_facts
from xinheng.server.customers.models import Customer
from xinheng.server.receivables.models import Allocation, Invoice


def customer_behaviour(customer: Customer, as_of: dt.date) -> dict[str, Any]:
    """The payment-behaviour facts of one customer at a date."""
    invoices = Invoice.objects.filter(customer=customer).values_list(
        "number", "issued_on", "due_on", "amount", "disputed", "void"
    )
    allocations = Allocation.objects.filter(invoice__customer=customer).values_list(
        "invoice__number", "amount", "payment__received_on"
    )
    return behaviour_facts(list(invoices), list(allocations), as_of)


def invoices_open(customer: Customer) -> Any:
    """Invoices with what is still open on each, oldest due date first."""
    amount = Invoice._meta.get_field("amount")
    invoices = Invoice.objects.filter(customer=customer, void=False).order_by("due_on", "number")
    return invoices.annotate(paid=Coalesce(Sum("allocations__amount"), 0, output_field=amount))
