"""What the assessment room says on the customer's overview and in the list of customers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.server.assessment.models import Standing, Statement
from xinheng.server.assessment.selectors import GRADES, newest_grade
from xinheng.server.customers import page
from xinheng.server.customers.models import Customer

#: Statements older than so many months count little; the next annual ones should be there.
FRESH_MONTHS = 16


def newest_of(customer: Customer) -> Standing | None:
    """The customer's newest assessment with `in_force`, the grade that stands; read once for one page."""
    if not hasattr(customer, "_newest_assessment"):
        found = Standing.objects.filter(customer=customer).annotate(in_force=newest_grade(""))
        customer._newest_assessment = found.first()  # type: ignore[attr-defined]
    return customer._newest_assessment  # type: ignore[attr-defined, no-any-return]


def standing(customer: Customer) -> dict[str, Any]:
    newest = newest_of(customer)
    return {"newest": newest, "grade": newest.in_force if newest else ""}  # type: ignore[attr-defined]


def statements_of(customer: Customer) -> list[Statement]:
    """The newest statements without their lines, read once for one page."""
    if not hasattr(customer, "_newest_statements"):
        found = Statement.objects.filter(customer=customer).defer("lines").order_by("-period_end", "-version")
        customer._newest_statements = list(found[:3])  # type: ignore[attr-defined]
    return customer._newest_statements  # type: ignore[attr-defined, no-any-return]


def months_since(day: dt.date, today: dt.date) -> int:
    return (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day)


def freshness(customer: Customer) -> dict[str, Any]:
    """The newest statements and whether the newest is still fresh."""
    kept, today = statements_of(customer), timezone.localdate()
    months = months_since(kept[0].period_end, today) if kept else None
    return {"statements": kept, "months": months, "is_fresh": months is not None and months <= FRESH_MONTHS}


def told(customer: Customer) -> page.Sentence | None:
    """The rating's part of the sentence on the state of things."""
    newest = newest_of(customer)
    if newest is None:
        return None
    grade = standing(customer)["grade"]
    if not grade:
        return page.Sentence(_("Not rated: too much of the scorecard is unknown."), weight=3)
    if grade != newest.grade:
        return page.Sentence(_("Rated %(grade)s by hand.") % {"grade": grade}, weight=3)
    words = {"grade": grade, "score": f"{newest.score:.1f}"}
    return page.Sentence(_("Rated %(grade)s with %(score)s points.") % words, weight=3)


def missing(customer: Customer) -> list[page.Missing]:
    found = []
    today = timezone.localdate()
    address = reverse("assessment:statements", args=[customer.pk])
    kept = statements_of(customer)
    if not kept:
        note = _("Without them the financial half of the scorecard stays unanswered.")
        found.append(page.Missing(_("Financial statements"), note, address))
    elif months_since(kept[0].period_end, today) > FRESH_MONTHS:
        note = _("The newest are of %(day)s.") % {"day": kept[0].period_end.isoformat()}
        found.append(page.Missing(_("Newer statements"), note, address))
    if newest_of(customer) is None:
        note = _("Nobody has assessed this customer yet.")
        found.append(page.Missing(_("Assessment"), note, reverse("assessment:ratings", args=[customer.pk])))
    return found


def _graded(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """With `in_force`, the grade that stands, None without an assessment."""
    return customers.annotate(in_force=newest_grade("standing__"))


class GradeColumn(tables.Column):  # type: ignore[misc]
    """The grade in force, sorted from the best to the worst, the unrated last."""

    def render(self, value: str) -> Any:
        return format_html('<span class="grade grade-{}">{}</span>', value, value)

    def value(self, value: str) -> str:
        return value

    def order(self, queryset: QuerySet[Customer], is_descending: bool) -> tuple[QuerySet[Customer], bool]:
        ranks = [When(in_force=grade, then=Value(rank)) for rank, grade in enumerate(GRADES)]
        found = _graded(queryset).annotate(grade_rank=Case(*ranks, default=None, output_field=IntegerField()))
        return _sorted(found, "grade_rank", is_descending), True


class ScoreColumn(tables.Column):  # type: ignore[misc]
    """The score of the newest assessment."""

    def render(self, value: float) -> str:
        return f"{value:.1f}"

    def value(self, value: float) -> float:
        return round(value, 1)

    def order(self, queryset: QuerySet[Customer], is_descending: bool) -> tuple[QuerySet[Customer], bool]:
        return _sorted(queryset, "standing__score", is_descending), True


def _sorted(customers: QuerySet[Customer], key: str, is_descending: bool) -> QuerySet[Customer]:
    keyed = F(key).desc(nulls_last=True) if is_descending else F(key).asc(nulls_last=True)
    return customers.order_by(keyed, "pk")


def _fill(customers: Sequence[Customer]) -> None:
    if all(hasattr(customer, "newest_grade") for customer in customers):
        return
    newest = Standing.objects.filter(customer__in=[customer.pk for customer in customers])
    rows = newest.annotate(in_force=newest_grade("")).values("customer_id", "score", "in_force")
    found = {row["customer_id"]: row for row in rows}
    for customer in customers:
        row = found.get(customer.pk, {})
        customer.newest_grade = row.get("in_force")  # type: ignore[attr-defined]
        customer.newest_score = row.get("score")  # type: ignore[attr-defined]


def _of_grade(customers: QuerySet[Customer], grade: str) -> QuerySet[Customer]:
    found = _graded(customers)
    unrated = Q(in_force__isnull=True) | Q(in_force="")
    return found.filter(unrated if grade == "none" else Q(in_force=grade))


def _grades() -> list[tuple[str, str]]:
    return [*((grade, grade) for grade in GRADES), ("none", _("Not rated"))]


def _grade_column(user: Any) -> GradeColumn:
    return GradeColumn(verbose_name=gettext_lazy("Grade"), accessor="newest_grade", order_by=("newest_grade",))


def _score_column(user: Any) -> ScoreColumn:
    numbers = {"td": {"class": "n"}, "th": {"class": "n"}}
    return ScoreColumn(verbose_name=gettext_lazy("Score"), accessor="newest_score", attrs=numbers)


def register() -> None:
    """Hang all of it into the customer's page and list."""
    page.register_badge("grade", "assessment/_customer_badge.html", standing, 10)
    page.register_figure("grade", "assessment/_customer_figure.html", standing, 10)
    page.register_card("statements", "assessment/_customer_statements.html", freshness, 40)
    page.register_sentence(told, 10)
    page.register_missing(missing, 20)
    grade = page.ListColumn("grade", 10, _grade_column, _fill, gettext_lazy("Grade"), _grades, _of_grade)
    page.register_column(grade)
    page.register_column(page.ListColumn("score", 11, _score_column, _fill))
