"""Acts on trading history: each in one transaction with its event."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.customers.models import Customer
from xinheng.server.events.services import record
from xinheng.server.receivables.figures import OpenItem, oldest_first
from xinheng.server.receivables.models import Allocation, Invoice, Payment


@transaction.atomic
def invoice_add(*, customer: Customer, fields: Mapping[str, Any], actor: Any) -> Invoice:
    """Enter an invoice, or a credit note with a negative amount.

    Raises: ValidationError naming the field: a number that the customer has already, a due date before the issue, an
        issue in the future, an amount of the wrong sign. Nothing is written then.
    """
    _lock(customer)
    invoice = Invoice(customer=customer, **fields)
    problems: dict[str, Any] = {}
    if Invoice.objects.filter(customer=customer, number=invoice.number).exists():
        problems["number"] = _("This customer has an invoice %(number)s already.") % {"number": invoice.number}
    if invoice.issued_on and invoice.issued_on > timezone.localdate():
        problems["issued_on"] = _("This date is in the future.")
    if invoice.issued_on and invoice.due_on and invoice.due_on < invoice.issued_on:
        problems["due_on"] = _("An invoice is not due before it is issued.")
    if invoice.amount == 0:
        problems["amount"] = _("The amount is zero.")
    elif (invoice.amount < 0) != (invoice.kind == Invoice.Kind.CREDIT_NOTE):
        problems["amount"] = _("An invoice is positive, a credit note negative.")
    if problems:
        raise ValidationError(problems)
    invoice.full_clean()
    invoice.save()
    data = {"number": invoice.number, "amount": invoice.amount, "currency": invoice.currency, "due_on": invoice.due_on}
    record(type="invoice.added", subject=customer, actor=actor, data=data)
    return invoice


@transaction.atomic
def invoice_dispute_set(*, invoice: Invoice, disputed: bool, actor: Any, reason: str) -> Invoice:
    """Note that the customer contests an invoice, or no longer does.

    Raises: ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is contested, or why it no longer is.")})
    current = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if current.disputed != disputed:
        current.disputed = disputed
        current.save(update_fields=["disputed"])
        act = "invoice.disputed" if disputed else "invoice.dispute_settled"
        record(type=act, subject=current.customer, actor=actor, data={"number": current.number}, reason=reason.strip())
    return current


@transaction.atomic
def payment_add(
    *,
    customer: Customer,
    fields: Mapping[str, Any],
    allocations: Mapping[int, Decimal] | None,
    actor: Any,
) -> Payment:
    """Enter a payment and say which invoices it settles.

    Args:
        allocations: invoice id → part of the payment; None settles the oldest due date first, disputed invoices not.
            What is left over stays on the account as unapplied cash.
    Raises: ValidationError: a reference that the customer has already, a day in the future, a part that is not
        positive, more than an invoice's rest, or parts beyond the payment. Nothing is written then. Parts that concern
        one invoice are named `allocate_<id>`.
    """
    _lock(customer)
    payment = Payment(customer=customer, **fields)
    problems: dict[str, Any] = {}
    if Payment.objects.filter(customer=customer, reference=payment.reference).exists():
        problems["reference"] = _("This customer has a payment %(reference)s already.") % {
            "reference": payment.reference
        }
    if payment.received_on and payment.received_on > timezone.localdate():
        problems["received_on"] = _("This date is in the future.")
    if payment.amount is None or payment.amount <= 0:
        problems["amount"] = _("A payment is more than zero.")
    items = {item.id: item for item in open_items_locked(customer, payment.currency)}
    if problems:
        raise ValidationError(problems)
    parts = oldest_first(payment.amount, items.values()) if allocations is None else dict(allocations)
    _refuse_excess(payment, parts, items)
    payment.full_clean()
    payment.save()
    Allocation.objects.bulk_create(
        Allocation(payment=payment, invoice_id=invoice, amount=amount) for invoice, amount in parts.items()
    )
    data = {
        "reference": payment.reference,
        "amount": payment.amount,
        "currency": payment.currency,
        "received_on": payment.received_on,
        "settles": {items[invoice].number: amount for invoice, amount in parts.items()},
    }
    record(type="payment.added", subject=customer, actor=actor, data=data)
    return payment


def open_items_locked(customer: Customer, currency: str) -> list[OpenItem]:
    """Invoices of the customer with an unpaid rest, locked until the transaction ends; every payment counts."""
    invoices = (
        Invoice.objects.select_for_update()
        .filter(customer=customer, currency=currency, void=False, amount__gt=0)
        .order_by("pk")
    )
    rows = list(invoices)
    paid = dict(
        Allocation.objects.filter(invoice__customer=customer)
        .order_by()
        .values_list("invoice_id")
        .annotate(total=Sum("amount"))
    )
    today = timezone.localdate()
    items = [
        OpenItem(
            row.pk, row.number, row.issued_on, row.due_on, (today - row.due_on).days, row.amount,
            paid.get(row.pk, Decimal(0)), row.disputed,
        )
        for row in rows
    ]  # fmt: skip
    return sorted((item for item in items if item.rest > 0), key=lambda item: (item.due_on, item.number))


def _refuse_excess(payment: Payment, parts: Mapping[int, Decimal], items: Mapping[int, OpenItem]) -> None:
    problems: dict[str, Any] = {}
    for invoice, amount in parts.items():
        field = f"allocate_{invoice}"
        if invoice not in items:
            problems[field] = _("This invoice is not open any more.")
        elif amount <= 0:
            problems[field] = _("A part is more than zero.")
        elif amount > items[invoice].rest:
            problems[field] = _("Only %(rest)s are open on %(number)s.") % {
                "rest": f"{items[invoice].rest:,.2f}",
                "number": items[invoice].number,
            }
    total = sum(parts.values(), Decimal(0))
    if not problems and total > payment.amount:
        problems["amount"] = _("The parts come to %(total)s, more than the payment.") % {"total": f"{total:,.2f}"}
    if problems:
        raise ValidationError(problems)


def _lock(customer: Customer) -> None:
    """Acts on one customer's account wait for each other; the database guards the sums besides."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
