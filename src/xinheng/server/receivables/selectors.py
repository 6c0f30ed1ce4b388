"""Questions about trading history."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from xinheng.engine.receivables import behaviour_facts
from xinheng.server.customers.models import Customer
from xinheng.server.receivables.figures import Account, InvoiceRow, PaidRow, PaymentRow
from xinheng.server.receivables.models import Allocation, Invoice, Payment

CURRENCY = "CNY"


@dataclass(frozen=True)
class Owed:
    """What a customer owes today: open items less credit notes, and the part that is past due and not disputed."""

    open: Decimal
    overdue: Decimal


def payments_kept(as_of: dt.date) -> bool:
    """Whether the book keeps payments; until the first one, nothing is known of what was paid."""
    return Payment.objects.filter(received_on__lte=as_of).exists()


def customer_behaviour(customer: Customer, as_of: dt.date) -> dict[str, Any]:
    """The payment-behaviour facts of one customer at a date."""
    invoices = Invoice.objects.filter(customer=customer).values_list(
        "number", "issued_on", "due_on", "amount", "disputed", "void"
    )
    allocations = Allocation.objects.filter(invoice__customer=customer).values_list(
        "invoice__number", "amount", "payment__received_on"
    )
    return behaviour_facts(list(invoices), list(allocations), as_of, payments_kept=payments_kept(as_of))


def customer_currencies(customer: Customer) -> list[str]:
    """The currencies that the customer trades in, our own first."""
    found = set(Invoice.objects.filter(customer=customer).values_list("currency", flat=True).distinct().order_by())
    found |= set(Payment.objects.filter(customer=customer).values_list("currency", flat=True).distinct().order_by())
    return sorted(found, key=lambda code: (code != CURRENCY, code))


def customer_account(customer: Customer, currency: str = CURRENCY) -> Account:
    """All trading history of a customer in one currency, to be asked for any day."""
    invoices = Invoice.objects.filter(customer=customer, currency=currency, void=False)
    paid = Allocation.objects.filter(
        invoice__customer=customer, invoice__void=False, invoice__currency=currency
    ).order_by()
    payments = Payment.objects.filter(customer=customer, currency=currency)
    return Account(
        [InvoiceRow(*row) for row in invoices.values_list(*InvoiceRow._fields)],
        [PaidRow(*row) for row in paid.values_list("invoice_id", "amount", "payment__received_on")],
        [PaymentRow(*row) for row in payments.values_list("received_on", "amount")],
    )


def account_today(customer: Customer) -> Account:
    """The account in our own currency, read once for the several parts of a customer's page."""
    kept = getattr(customer, "_account", None)
    if kept is None:
        kept = customer_account(customer)
        customer._account = kept  # type: ignore[attr-defined]
    return kept


def customers_owed(customers: Sequence[Customer], as_of: dt.date | None = None) -> dict[int, Owed]:
    """What each of a few customers owes in our own currency, in two queries; one without invoices is left out."""
    day = as_of or timezone.localdate()
    ids = [customer.pk for customer in customers]
    late = Q(due_on__lt=day, disputed=False, amount__gt=0)
    billed = (
        Invoice.objects.filter(customer__in=ids, void=False, issued_on__lte=day, currency=CURRENCY)
        .order_by()
        .values("customer_id")
        .annotate(total=Sum("amount"), late=Sum("amount", filter=late))
    )
    on_late = Q(invoice__due_on__lt=day, invoice__disputed=False, invoice__amount__gt=0)
    settled = (
        Allocation.objects.filter(
            invoice__customer__in=ids,
            invoice__void=False,
            invoice__issued_on__lte=day,
            invoice__currency=CURRENCY,
            payment__received_on__lte=day,
        )
        .order_by()
        .values("invoice__customer_id")
        .annotate(total=Sum("amount"), late=Sum("amount", filter=on_late))
    )
    paid = {row["invoice__customer_id"]: (row["total"], row["late"] or 0) for row in settled}
    found = {}
    for row in billed:
        total, overdue = paid.get(row["customer_id"], (0, 0))
        found[row["customer_id"]] = Owed(row["total"] - total, Decimal((row["late"] or 0) - overdue))
    return found


def payments_of(customer: Customer, currency: str, as_of: dt.date) -> QuerySet[Payment]:
    """Payments up to a day, newest first, each with how much of it is allocated."""
    found = Payment.objects.filter(customer=customer, currency=currency, received_on__lte=as_of)
    amount = Payment._meta.get_field("amount")
    allocated = Coalesce(Sum("allocations__amount"), 0, output_field=amount)
    return found.annotate(allocated=allocated).order_by("-received_on", "-pk")


def invoices_open(customer: Customer) -> Any:
    """Invoices with what is still open on each, oldest due date first."""
    amount = Invoice._meta.get_field("amount")
    invoices = Invoice.objects.filter(customer=customer, void=False).order_by("due_on", "number")
    return invoices.annotate(paid=Coalesce(Sum("allocations__amount"), 0, output_field=amount))
