"""The customer's file, first cut: who it is, where, whom to call."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.server.customers.choices import CustomerKind, IdentifierKind, SizeClass


class Customer(models.Model):
    """A company that buys from us, or wants to."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=CustomerKind.choices, default=CustomerKind.ENTERPRISE)
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
    address = models.CharField(_("address"), max_length=300, blank=True)
    size_class = models.CharField(_("size class"), max_length=10, choices=SizeClass.choices, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    customer_since = models.DateField(_("customer since"), null=True, blank=True)
    registered_capital = models.DecimalField(
        _("registered capital (yuan)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
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
        ]  # fmt: skip
        indexes = [
            GinIndex(fields=["search_tokens"], name="customer_search"),
            models.Index(fields=["owner", "number"], name="customer_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class Identifier(models.Model):
    """A registered code of a customer, checked and normalised."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(_("kind"), max_length=20, choices=IdentifierKind.choices)
    value = models.CharField(_("code"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identifier_once")]

    def __str__(self) -> str:
        return self.value


class Contact(models.Model):
    """A person to talk to."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    def __str__(self) -> str:
        return self.name
