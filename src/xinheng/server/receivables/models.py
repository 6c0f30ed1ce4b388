"""Trading history: invoices, payments and which payment settled what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xinheng.server.customers.models import Customer


class Invoice(models.Model):
    """A claim, or with kind credit note its reduction (a negative amount)."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT_NOTE = "credit_note", _("Credit note")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices", db_index=False)
    number = models.CharField(_("number"), max_length=60)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.INVOICE)
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    disputed = models.BooleanField(_("disputed"), default=False)
    void = models.BooleanField(_("void"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="invoice_once"),
            models.CheckConstraint(condition=Q(due_on__gte=F("issued_on")), name="invoice_due_after_issue"),
            models.CheckConstraint(
                condition=Q(kind="invoice", amount__gte=0) | Q(kind="credit_note", amount__lte=0), name="invoice_sign"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(models.Model):
    """Money that came in."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payments", db_index=False)
    reference = models.CharField(_("reference"), max_length=60)
    received_on = models.DateField(_("received on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "reference"], name="payment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
        ]

    def __str__(self) -> str:
        return self.reference


class Allocation(models.Model):
    """The part of a payment that settles an invoice."""

    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, related_name="allocations")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=18, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "invoice"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payment} → {self.invoice}"


class Total(models.Model):
    """What the live customers of one salesperson (or of nobody) owe, counted for books too large to add up on a page.

    See `totals.totals_count`; a book that is small has no rows here.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    owed = models.DecimalField(max_digits=20, decimal_places=2)
    overdue = models.DecimalField(max_digits=20, decimal_places=2)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.owner or '—'} {self.owed}"
