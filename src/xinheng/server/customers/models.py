"""The customer's file, first cut: who it is, where, whom to call."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.server.customers.choices import AddressKind, CustomerKind, CustomerStatus, IdentifierKind, SizeClass


class Customer(models.Model):
    """A company that buys from us, or wants to."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=CustomerKind.choices, default=CustomerKind.ENTERPRISE)
    status = models.CharField(_("status"), max_length=10, choices=CustomerStatus.choices, default=CustomerStatus.ACTIVE)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="customers",
        verbose_name=_("salesperson"),
    )
    industry_code = models.CharField(_("industry"), max_length=5, blank=True)
    region_code = models.CharField(_("region"), max_length=6, blank=True)
    address = models.CharField(_("registered address"), max_length=300, blank=True)
    size_class = models.CharField(_("size class"), max_length=10, choices=SizeClass.choices, blank=True)
    # How the class was come by: the status and inputs of `engine.identity.size_class`, empty until it was asked.
    size_status = models.CharField(max_length=20, blank=True)
    size_inputs = models.JSONField(default=dict, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    registered_capital = models.DecimalField(
        _("registered capital"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    capital_currency = models.CharField(_("currency of the capital"), max_length=3, default="CNY")
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    # Character pairs of names, numbers and codes: an index over them finds any part of a word without an extension.
    search_tokens = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="customer_has_name"),
            models.CheckConstraint(
                condition=Q(registered_capital__isnull=True) | Q(registered_capital__gte=0), name="customer_capital"
            ),
            models.CheckConstraint(condition=Q(industry_code="") | Q(industry_code__regex=r"^[A-T][0-9]{0,4}$"),
                                   name="customer_industry"),
            models.CheckConstraint(condition=Q(region_code="") | Q(region_code__regex=r"^[0-9]{6}$"),
                                   name="customer_region"),
            models.CheckConstraint(condition=Q(capital_currency__regex=r"^[A-Z]{3}$"), name="customer_currency"),
            models.CheckConstraint(condition=Q(version__gte=1), name="customer_version"),
        ]  # fmt: skip
        indexes = [
            GinIndex(fields=["search_tokens"], name="customer_search"),
            models.Index(fields=["owner", "number"], name="customer_owner"),
            models.Index(fields=["name"], name="customer_name"),
            # The list of live files by number, and how many there are, without reading the files themselves.
            models.Index(fields=["number"], condition=Q(archived_at__isnull=True), name="customer_live"),
        ]

    def __str__(self) -> str:
        return self.name


class Identifier(models.Model):
    """A registered code of a customer, checked and normalised."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=20, choices=IdentifierKind.choices)
    value = models.CharField(_("code"), max_length=40)
    # False once the file is archived: another file may then hold the code.
    is_live = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], condition=Q(is_live=True), name="identifier_live_once"),
            models.CheckConstraint(condition=~Q(value=""), name="identifier_has_value"),
        ]

    def __str__(self) -> str:
        return self.value


class Address(models.Model):
    """Where the customer is found beside its registered address."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices, default=AddressKind.OFFICE)
    region_code = models.CharField(_("region"), max_length=6, blank=True)
    text = models.CharField(_("address"), max_length=300)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="address_has_text"),
            models.CheckConstraint(condition=Q(region_code="") | Q(region_code__regex=r"^[0-9]{6}$"),
                                   name="address_region"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class Contact(models.Model):
    """A person to talk to."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
