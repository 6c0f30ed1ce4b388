"""Statements, rule-set versions, assessments and overrides."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from xinheng.engine import statements
from xinheng.engine.norms import SHARES, Norm, Origin
from xinheng.server.customers.choices import SizeClass
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
    opening = models.JSONField(default=dict, blank=True)  # the same for the opening balances that it prints
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "period_end", "scope", "version"], name="statement_once"),
            models.CheckConstraint(condition=Q(months__gte=1, months__lte=12), name="statement_months"),
            models.CheckConstraint(condition=Q(version__gte=1), name="statement_version"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="statement_currency"),
            models.CheckConstraint(condition=Q(entry_unit__gte=1), name="statement_entry_unit"),
            models.CheckConstraint(condition=Q(scope__in=["consolidated", "parent"]), name="statement_scope"),
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

    @property
    def opening_amounts(self) -> dict[str, Decimal]:
        """Opening balances as this statement prints them, in 元; empty where it was kept without."""
        return {code: Decimal(amount) for code, amount in self.opening.items()}


class StatementDraft(models.Model):
    """What somebody has typed and not kept yet: texts as they stand in the fields. Gone when it is kept or thrown away.

    `basis` is the version that is being corrected, none for a new period.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    basis = models.ForeignKey(Statement, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "customer", "basis"], nulls_distinct=False, name="statement_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.updated_at}"


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
        indexes = [
            models.Index(fields=["customer", "-id"], name="assessment_newest"),
            # What the list is sorted by, so that its first and last pages are read and not sorted.
            models.Index(fields=["as_of", "id"], name="assessment_as_of"),
            models.Index(fields=["score", "id"], name="assessment_score"),
            models.Index(fields=["pd", "id"], name="assessment_pd"),
            models.Index(fields=["limit_proposed", "id"], name="assessment_limit"),
        ]

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

        # A newer override takes the place of the older ones, also after its own end.
        newest = next(iter(self.overrides.all()), None)
        return newest if newest and newest.valid_until >= timezone.localdate() and not newest.is_withdrawn else None


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

    @property
    def is_withdrawn(self) -> bool:
        return hasattr(self, "withdrawal")


class OverrideWithdrawal(models.Model):
    """A person took an override back before its end, with reason; the override itself stays as it was."""

    override = models.OneToOneField(Override, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.TextField(_("reason"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_has_reason")]

    def __str__(self) -> str:
        return f"{self.override} ✕"


class Standing(models.Model):
    """Which assessment of a customer is the newest, and the grade set by hand on it, for lists of a whole book.

    Written by the database itself with every assessment, override and withdrawal (see the migration), in the same
    transaction and whoever writes, so that it can't be forgotten; nothing else may write it.
    """

    customer = models.OneToOneField(Customer, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    assessment = models.OneToOneField(Assessment, on_delete=models.CASCADE, related_name="as_newest")
    grade = models.CharField(max_length=3, blank=True)  # by the rules
    score = models.FloatField(null=True)
    as_of = models.DateField()
    # Of the newest override, unless it was withdrawn; in force until its end.
    hand_grade = models.CharField(max_length=3, blank=True)
    hand_until = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["grade", "score"], name="standing_grade"),
            models.Index(fields=["as_of", "assessment"], name="standing_as_of"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade}"


class NormLoad(models.Model):
    """One act that brought industry norms in: a file that was loaded, or a build from our own book."""

    class From(models.TextChoices):
        REFERENCE = Origin.REFERENCE.value, _("Loaded reference")
        BOOK = Origin.BOOK.value, _("Own book")

    origin = models.CharField(_("origin"), max_length=9, choices=From.choices)
    name = models.CharField(_("file"), max_length=200, blank=True)
    rules_hash = models.CharField(max_length=64, blank=True)  # of the rules that made the ratios; the book's only
    companies = models.PositiveIntegerField(null=True)  # counted in a build
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(origin=Origin.BOOK.value, rules_hash__regex=r"^[0-9a-f]{64}$", companies__isnull=False)
                | Q(origin=Origin.REFERENCE.value, rules_hash="", companies__isnull=True),
                name="norm_load_rules_of_book",
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.get_origin_display())


class IndustryNorm(models.Model):
    """How one ratio is spread among the companies of one group; replaced when the same group is loaded or built anew.

    Quantiles are in the unit that the rules store (a share for %); a published table may lack the outer ones.
    """

    origin = models.CharField(_("origin"), max_length=9, choices=NormLoad.From.choices)
    source = models.CharField(_("source"), max_length=100)
    period = models.CharField(_("period"), max_length=20)
    industry = models.CharField(_("industry"), max_length=3, blank=True)  # C35, C, or empty for all industries
    size_class = models.CharField(_("size class"), max_length=10, choices=SizeClass.choices, blank=True)
    ratio = models.CharField(_("ratio"), max_length=40)
    n = models.PositiveIntegerField(_("companies"))
    p01 = models.FloatField(null=True)
    p05 = models.FloatField(null=True)
    p10 = models.FloatField(null=True)
    p25 = models.FloatField()
    p50 = models.FloatField()
    p75 = models.FloatField()
    p90 = models.FloatField(null=True)
    p95 = models.FloatField(null=True)
    p99 = models.FloatField(null=True)
    load = models.ForeignKey(NormLoad, on_delete=models.PROTECT, related_name="norms")

    QUANTILES = ("p01", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p99")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ratio", "industry", "size_class", "origin", "source", "period"], name="norm_once"
            ),
            models.CheckConstraint(condition=Q(n__gte=1), name="norm_has_companies"),
            models.CheckConstraint(
                condition=Q(industry="") | Q(industry__regex=r"^[A-T]([0-9]{2})?$"), name="norm_industry"
            ),
            models.CheckConstraint(condition=~Q(source="") & ~Q(period=""), name="norm_says_where_from"),
            # A missing outer quantile counts as its inner neighbour.
            models.CheckConstraint(
                condition=Q(
                    LessThanOrEqual(Coalesce("p01", "p05", "p10", "p25"), Coalesce("p05", "p10", "p25")),
                    LessThanOrEqual(Coalesce("p05", "p10", "p25"), Coalesce("p10", "p25")),
                    LessThanOrEqual(Coalesce("p10", "p25"), F("p25")),
                    LessThanOrEqual(F("p25"), F("p50")),
                    LessThanOrEqual(F("p50"), F("p75")),
                    LessThanOrEqual(F("p75"), Coalesce("p90", "p75")),
                    LessThanOrEqual(Coalesce("p90", "p75"), Coalesce("p95", "p90", "p75")),
                    LessThanOrEqual(Coalesce("p95", "p90", "p75"), Coalesce("p99", "p95", "p90", "p75")),
                ),
                name="norm_ascends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ratio} {self.industry or '—'} {self.period}"

    def as_engine(self) -> Norm:
        """The same norm as the engine reads it."""
        values = (getattr(self, name) for name in self.QUANTILES)
        return Norm(
            ratio=self.ratio,
            industry=self.industry,
            size_class=self.size_class,
            n=self.n,
            quantiles=tuple((share, value) for share, value in zip(SHARES, values, strict=True) if value is not None),
            origin=Origin(self.origin),
            source=self.source,
            period=self.period,
        )
