"""Kinds and states of customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    INSTITUTION = "institution", _("Public institution")
    FOREIGN = "foreign", _("Foreign company")


class CustomerStatus(models.TextChoices):
    """Where we stand with the customer; archiving a file is another matter."""

    PROSPECT = "prospect", _("Prospect")  # no business yet
    ACTIVE = "active", _("Trading")  # buys from us
    DORMANT = "dormant", _("Dormant")  # has stopped buying
    CLOSED = "closed", _("Deregistered")  # exists no more


class AddressKind(models.TextChoices):
    """What is found at an address. The registered one is a field of the file itself."""

    OFFICE = "office", _("Office")
    DELIVERY = "delivery", _("Delivery")
    BILLING = "billing", _("Billing")


class IdentifierKind(models.TextChoices):
    """Kinds of `xinheng.engine.identity.Kind` that are entered here."""

    USCC = "uscc", _("Unified social credit code")
    ORG_CODE = "org_code", _("Organisation code")
    REG_NO = "reg_no", _("Registration number")
    LEI = "lei", _("LEI")
    VAT = "vat", _("EU VAT number")
    VATIN = "vatin", _("Tax number with country prefix")
    DUNS = "duns", _("D-U-N-S number")
    HK_BR = "hk_br", _("Business registration number (Hong Kong)")
    TW_UBN = "tw_ubn", _("Unified business number (Taiwan)")


class SizeClass(models.TextChoices):
    LARGE = "large", _("Large")
    MEDIUM = "medium", _("Medium")
    SMALL = "small", _("Small")
    MICRO = "micro", _("Micro")
