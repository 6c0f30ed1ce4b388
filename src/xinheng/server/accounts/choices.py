"""Roles and preferences of people."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of the craft; each is a group of the same name."""

    SALES = "sales", _("Sales")
    REVIEWER = "reviewer", _("Qualification reviewer")
    CREDIT_MANAGER = "credit_manager", _("Credit manager")
    COLLECTOR = "collector", _("Collector")
    RISK_OFFICER = "risk_officer", _("Risk officer")
    AUDITOR = "auditor", _("Auditor")
    INTEGRATOR = "integrator", _("Integrator")
    ADMINISTRATOR = "administrator", _("Administrator")


class AmountUnit(models.TextChoices):
    """The unit that amounts are shown in."""

    YUAN = "yuan", _("Yuan")
    WAN = "wan", _("Ten thousand yuan")
    YI = "yi", _("Hundred million yuan")
