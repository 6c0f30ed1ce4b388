"""Kinds and states of customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    INSTITUTION = "institution", _("Public institution")
    FOREIGN = "foreign", _("Foreign company")


class IdentifierKind(models.TextChoices):
    """Kinds of `xinheng.engine.identity.Kind` that are entered here."""

    USCC = "uscc", _("Unified social credit code")
    ORG_CODE = "org_code", _("Organisation code")
    REG_NO = "reg_no", _("Registration number")
    LEI = "lei", _("LEI")


class SizeClass(models.TextChoices):
    LARGE = "large", _("Large")
    MEDIUM = "medium", _("Medium")
    SMALL = "small", _("Small")
    MICRO = "micro", _("Micro")
