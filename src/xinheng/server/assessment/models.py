"""Statements, rule-set versions, assessments and overrides."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinheng.engine import statements
from xinheng.server.customers.models import Customer


class Statement(models.Model):
    """One period of a customer's accounts, as given. A restatement is a new version beside the old."""

    class Scope(models.TextChoices):
        CONSOLIDATED = "consolidated", _("Consolidated")
        PARENT = "parent", _("Parent company")

    class Opinion(models.TextChoices):
        UNQUALIFIED = "unqualified", _("Unqualified")
        EMPHASIS = "emphasis", _("Unqualified with emphasis")
        QUALIFIED = "qualified", _("Qualified")
        ADVERSE = "adverse", _("Adverse")
        DISCLAIMER = "disclaimer", _("Disclaimer")
        UNAUDITED = "unaudited", _("Unaudited")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="statements")
    period_end = models.DateField(_("period end"))
    months = models.PositiveSmallIntegerField(_("months"), default=12)
    scope = models.CharField(_("scope"), max_length=12, choices=Scope.choices, default=Scope.CONSOLIDATED)
    audit_opinion = models.CharField(_("audit opinion"), max_length=12, choices=Opinion.choices,
                                     default=Opinion.UNAUDITED)  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    entry_unit = models.DecimalField(max_digits=12, decimal_places=0, default=Decimal(1))
    version = models.PositiveSmallIntegerField(default=1)
    source = models.CharField(_("source"), max_length=100, blank=True)
    lines = models.JSONField(default=dict)  # code → amount in 元 as a decimal string, so that no digit is lost
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "period_end", "scope", "version"], name="statement_once"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="statement_months"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.period_end}"

    def as_engine(self) -> statements.Statement:
        """The same statement as the engine reads it."""
        return statements.Statement(
            period_end=self.period_end,
            lines={code: Decimal(amount) for code, amount in self.lines.items()},
            months=self.months,
            scope=statements.Scope(self.scope),
            audit_opinion=statements.AuditOpinion(self.audit_opinion),
            currency=self.currency,
            entry_unit=self.entry_unit,
        )


class RuleSetVersion(models.Model):
    """The documents an assessment was made with, kept whole: replay needs nothing else."""

    hash = models.CharField(max_length=64, unique=True)
    documents = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.hash[:12]


class Assessment(models.Model):
    """One run of the rules over one customer's facts. Never changed; an override stands beside it."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="assessments")
    rules = models.ForeignKey(RuleSetVersion, on_delete=models.PROTECT)
    assessed_at = models.DateTimeField(auto_now_add=True)
    as_of = models.DateField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField()
    results = models.JSONField()
    score = models.FloatField(null=True)
    grade = models.CharField(max_length=3, blank=True)
    pd = models.FloatField(null=True)
    limit_proposed = models.DecimalField(max_digits=18, decimal_places=2, null=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="assessment_newest")]

    def __str__(self) -> str:
        return f"{self.customer} {self.grade or '—'} {self.as_of}"

    @property
    def effective_grade(self) -> str:
        """The grade in force: an override while it lasts, else that of the rules."""
        override = self.override_in_force
        return override.grade if override else self.grade

    @property
    def override_in_force(self) -> Any:
        from django.utils import timezone

        today = timezone.localdate()
        return next((o for o in self.overrides.all() if o.valid_until >= today), None)


class Override(models.Model):
    """A person's other grade for an assessment, with reason and end."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="overrides")
    grade = models.CharField(_("grade"), max_length=3)
    reason = models.TextField(_("reason"))
    valid_until = models.DateField(_("valid until"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason")]

    def __str__(self) -> str:
        return f"{self.assessment} → {self.grade}"
