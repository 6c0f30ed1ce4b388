"""Questions about assessments."""

from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from xinheng.server.assessment.models import Assessment, Override
from xinheng.server.customers.selectors import customers_visible

GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")


def assessments_visible(user: Any) -> QuerySet[Assessment]:
    """Assessments of the customers in the user's scope, newest first."""
    overrides = Prefetch("overrides", Override.objects.select_related("actor"))
    found = Assessment.objects.filter(customer__in=customers_visible(user))
    return found.select_related("customer", "assessed_by", "rules").prefetch_related(overrides).order_by("-id")


def newest_assessments(user: Any) -> QuerySet[Assessment]:
    """The newest assessment of each customer."""
    newest = Assessment.objects.filter(customer=OuterRef("customer")).order_by("-id").values("id")[:1]
    return assessments_visible(user).filter(id=Subquery(newest))


def grade_distribution(user: Any) -> list[tuple[str, int]]:
    """How many customers hold each grade by their newest assessment, best first; the unrated are not counted."""
    counts: dict[str, int] = {}
    for assessment in newest_assessments(user):
        grade = assessment.effective_grade
        counts[grade] = counts.get(grade, 0) + 1
    return [(grade, counts[grade]) for grade in GRADES if grade in counts]
