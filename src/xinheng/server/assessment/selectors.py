"""Questions about assessments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Prefetch, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.assessment.models import Assessment, Override, Statement, StatementDraft
from xinheng.server.customers.models import Customer
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.models import Event

GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D")


def assessments_visible(user: Any) -> QuerySet[Assessment]:
    """Assessments of the customers in the user's scope, newest first."""
    overrides = Prefetch("overrides", Override.objects.select_related("actor", "withdrawal__actor"))
    found = Assessment.objects.filter(customer__in=customers_visible(user))
    return found.select_related("customer", "assessed_by", "rules").prefetch_related(overrides).order_by("-id")


def newest_assessments(user: Any) -> QuerySet[Assessment]:
    """The newest assessment of each customer, with `standing`, the grade in force ("" for none)."""
    return assessments_visible(user).filter(as_newest__isnull=False).annotate(standing=newest_grade())


def newest_grade(prefix: str = "as_newest__") -> Case:
    """The grade in force by the customer's standing: the one set by hand while it lasts, else the rules'."""
    in_force = When(**{f"{prefix}hand_until__gte": timezone.localdate()}, then=F(f"{prefix}hand_grade"))
    return Case(in_force, default=F(f"{prefix}grade"))


def standing_grade() -> Coalesce:
    """The grade in force of each assessment of a query: that of its newest override while it lasts, else the rules'."""
    in_force = When(valid_until__gte=timezone.localdate(), withdrawal__isnull=True, then=F("grade"))
    newest = Override.objects.filter(assessment=OuterRef("pk")).order_by("-id").annotate(standing=Case(in_force))
    return Coalesce(Subquery(newest.values("standing")[:1]), "grade")


def is_overridden() -> Exists:
    """Whether each assessment of a query has a grade set by hand in force."""
    newest = Override.objects.filter(assessment=OuterRef("assessment")).order_by("-id").values("id")[:1]
    lasting = Override.objects.filter(valid_until__gte=timezone.localdate(), withdrawal__isnull=True)
    return Exists(lasting.filter(assessment=OuterRef("pk"), id=Subquery(newest)))


def grade_distribution(user: Any) -> list[tuple[str, int]]:
    """How many customers hold each grade by their newest assessment, best first; the unrated are not counted."""
    counts = Counter(newest_assessments(user).order_by().values_list("standing", flat=True))
    return [(grade, counts[grade]) for grade in GRADES if grade in counts]


def assessment_before(assessment: Assessment) -> Assessment | None:
    """The assessment of the same customer before this one."""
    earlier = Assessment.objects.filter(customer=assessment.customer_id, pk__lt=assessment.pk)
    return earlier.select_related("rules", "customer").order_by("-pk").first()


def assessment_told(data: Mapping[str, Any]) -> str:
    """The event of an assessment as a sentence."""
    if data["grade"] and isinstance(data["score"], int | float):
        return _("Assessed: %(grade)s with %(score).1f points") % {"grade": data["grade"], "score": data["score"]}
    return _("Assessed: %(grade)s") % {"grade": data["grade"] or _("not rated")}


def statements_visible(user: Any) -> QuerySet[Statement]:
    """Statements of the customers in the user's scope."""
    return Statement.objects.filter(customer__in=customers_visible(user)).select_related("customer")


def statements_of(customer: Customer) -> QuerySet[Statement]:
    """Every version of every period, newest period and version first."""
    return Statement.objects.filter(customer=customer).order_by("-period_end", "-version")


def statement_draft(user: Any, customer: Customer, basis: Statement | None) -> StatementDraft | None:
    """What the user has typed and not kept: of a new period, or as a correction of `basis`."""
    return StatementDraft.objects.filter(user=user, customer=customer, basis=basis).first()


def statement_events(versions: Sequence[Statement]) -> dict[int, Event]:
    """Statement → the event that tells who kept it, when and why; none for what was loaded with a book."""
    events = Event.objects.filter(
        type__in=("statement.kept", "statement.restated"),
        subject_type="customers.customer",
        subject_id=versions[0].customer_id,
        data__statement__in=[one.pk for one in versions],
    )
    return {event.data["statement"]: event for event in events}
