"""The list of assessments: the newest of each customer, its filters and its columns."""

from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from xinheng.server.accounts.models import User
from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.selectors import GRADES, is_overridden, newest_assessments
from xinheng.server.assessment.wording import FACTORS, amount_unit_head
from xinheng.server.customers.selectors import customers_search, customers_visible

PER_PAGE = 50
UNRATED = "none"
NUMBER = {"td": {"class": "n"}, "th": {"class": "n"}}


class AssessmentFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the list. Grades are those in force, by the rules or by hand."""

    q = django_filters.CharFilter(label=_("Customer"), method="search")
    grade = django_filters.ChoiceFilter(
        label=_("Grade"), choices=[*((grade, grade) for grade in GRADES), (UNRATED, _("Not rated"))], method="graded"
    )
    score_from = django_filters.NumberFilter(label=_("Score from"), field_name="score", lookup_expr="gte")
    score_to = django_filters.NumberFilter(label=_("Score to"), field_name="score", lookup_expr="lte")
    as_of_from = django_filters.DateFilter(label=_("As of, from"), field_name="as_of", lookup_expr="gte")
    as_of_to = django_filters.DateFilter(label=_("As of, to"), field_name="as_of", lookup_expr="lte")
    owner = django_filters.ChoiceFilter(label=_("Salesperson"), field_name="customer__owner")
    overridden = django_filters.ChoiceFilter(
        label=_("Set by hand"), choices=[("yes", _("Yes")), ("no", _("No"))], method="by_hand"
    )

    class Meta:
        model = Assessment
        fields = ("q",)

    def __init__(self, data: Any, *, user: Any) -> None:
        ranks = [When(standing=grade, then=Value(rank)) for rank, grade in enumerate(GRADES)]
        found = newest_assessments(user).annotate(
            by_hand=is_overridden(), rank=Case(*ranks, default=len(GRADES), output_field=IntegerField())
        )
        # A row shows neither inputs nor results: they are most of what is kept.
        found = found.select_related(None).prefetch_related(None).select_related("customer__owner", "assessed_by")
        super().__init__(data, queryset=found.defer("facts", "results", "customer__search_tokens"))
        owners = User.objects.filter(Exists(customers_visible(user).filter(owner=OuterRef("pk")).order_by()))
        self.filters["owner"].extra["choices"] = [(person.pk, str(person)) for person in owners.order_by("pk")]
        self._user = user

    def search(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        return queryset.filter(customer__in=customers_search(customers_visible(self._user), value))

    def graded(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        return queryset.filter(standing="" if value == UNRATED else value)

    def by_hand(self, queryset: QuerySet[Assessment], name: str, value: str) -> QuerySet[Assessment]:
        return queryset.filter(by_hand=value == "yes")

    @property
    def assessments(self) -> QuerySet[Assessment]:
        """Those that pass; a filter that cannot be read lets nothing pass, rather than everything."""
        return self.qs if self.form.is_valid() else self.qs.none()


class AssessmentTable(tables.Table):  # type: ignore[misc]
    """Columns of the list. Amounts stand in the reader's unit, which the head of the column names."""

    customer = tables.Column(
        verbose_name=_("Customer"), linkify=("assessment:detail", {"pk": tables.A("pk")}),
        order_by=("customer__name", "pk"),
    )  # fmt: skip
    number = tables.Column(verbose_name=_("Number"), accessor="customer__number", order_by=("customer__number",))
    standing = tables.Column(verbose_name=_("Grade"), order_by=("rank", "-score", "pk"), empty_values=())
    by_rules = tables.Column(verbose_name=_("By the rules"), accessor="grade", orderable=False, empty_values=())
    score = tables.Column(verbose_name=_("Score"), order_by=("score", "pk"), attrs=NUMBER)
    pd = tables.Column(verbose_name=_("Probability of default"), order_by=("pd", "pk"), attrs=NUMBER)
    limit_proposed = tables.Column(verbose_name=_("Proposed limit"), order_by=("limit_proposed", "pk"), attrs=NUMBER)
    as_of = tables.Column(verbose_name=_("As of"), order_by=("as_of", "pk"), attrs=NUMBER)
    owner = tables.Column(
        verbose_name=_("Salesperson"), accessor="customer__owner",
        order_by=("customer__owner__display_name", "customer__owner__username", "pk"),
    )  # fmt: skip

    class Meta:
        empty_text = _("No assessment matches.")
        default = "—"
        order_by = "-as_of"

    def __init__(self, assessments: QuerySet[Assessment], *, user: Any) -> None:
        self.unit = getattr(user, "amount_unit", "wan")
        super().__init__(assessments)
        head = f"{self.base_columns['limit_proposed'].verbose_name} ({amount_unit_head(self.unit)})"
        self.columns["limit_proposed"].column.verbose_name = head

    def render_standing(self, value: Any, record: Assessment) -> Any:
        by_hand = format_html(' <span class="badge watch">{}</span>', _("by hand")) if record.by_hand else ""
        if not value:
            return format_html('<span class="grade grade-none">{}</span>{}', _("Not rated"), by_hand)
        return format_html('<span class="grade grade-{}">{}</span>{}', value, value, by_hand)

    def value_standing(self, value: Any) -> str:
        return str(value or "")

    def render_by_rules(self, value: Any, record: Assessment) -> Any:
        return value if value and record.by_hand else ""

    def value_by_rules(self, value: Any) -> str:
        return str(value or "")

    def render_score(self, value: float) -> str:
        return f"{value:.1f}"

    def value_score(self, value: float) -> Decimal:
        return Decimal(f"{value:.1f}")

    def render_pd(self, value: float) -> str:
        return f"{value * 100:.2f}%"

    def value_pd(self, value: float) -> Decimal:
        return Decimal(f"{value:.4f}")

    def render_limit_proposed(self, value: Decimal) -> str:
        return f"{value / FACTORS[self.unit]:,.2f}"

    def value_limit_proposed(self, value: Decimal) -> Decimal:
        return round(value / FACTORS[self.unit], 6)
