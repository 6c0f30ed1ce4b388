"""The first page's questions: the book in one row, its grades, its weakest, and what waits for the reader."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.assessment.models import Assessment, Override
from xinheng.server.assessment.selectors import GRADES, standing_grade
from xinheng.server.customers.models import Customer
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.exchange.choices import State
from xinheng.server.exchange.selectors import imports_visible
from xinheng.server.receivables.models import Allocation, Invoice

OVERRIDE_ENDS_WITHIN = dt.timedelta(days=30)
ASSESSMENT_IS_OLD = dt.timedelta(days=365)


@dataclass(frozen=True)
class Task:
    """Something that waits for the reader: how many, what, since when, and where to go."""

    count: int
    title: str
    note: str
    url: str
    state: str = ""


def standing_assessments(user: Any) -> QuerySet[Assessment]:
    """The newest assessment of each visible customer, with `standing`, the grade in force, and its `rank`, best 0."""
    newest = Assessment.objects.filter(customer=OuterRef("customer")).order_by("-id").values("id")[:1]
    ranks = [When(standing=grade, then=Value(rank)) for rank, grade in enumerate(GRADES)]
    found = Assessment.objects.filter(customer__in=customers_visible(user), id=Subquery(newest))
    found = found.annotate(standing=standing_grade())
    return found.annotate(rank=Case(*ranks, default=None, output_field=IntegerField()))


def grades_of_book(user: Any) -> list[dict[str, Any]]:
    """How many customers hold each grade, best first, counted by the database; grades nobody holds are left out."""
    counts = standing_assessments(user).filter(rank__isnull=False).order_by().values("standing", "rank")
    rows = counts.annotate(count=Count("pk")).order_by("rank")
    return [{"grade": row["standing"], "count": row["count"]} for row in rows]


def weakest(user: Any, limit: int = 8) -> QuerySet[Assessment]:
    """Rated customers, the weakest grade and within it the lowest score first."""
    found = standing_assessments(user).filter(rank__isnull=False)
    return found.select_related("customer").order_by("-rank", "score", "pk")[:limit]


def open_and_overdue(user: Any) -> tuple[Decimal | None, Decimal | None]:
    """What visible customers owe on open invoices, and how much of it is past its due date; None without invoices."""
    invoices = Invoice.objects.filter(customer__in=customers_visible(user), void=False)
    late = invoices.filter(due_on__lt=timezone.localdate())
    owed, overdue = (_unsettled(part) for part in (invoices, late))
    return owed, (overdue or Decimal(0)) if owed is not None else None


def _unsettled(invoices: QuerySet[Invoice]) -> Decimal | None:
    billed = invoices.aggregate(total=Sum("amount"))["total"]
    if billed is None:
        return None
    settled = Allocation.objects.filter(invoice__in=invoices).aggregate(total=Sum("amount"))["total"]
    return Decimal(billed - (settled or 0))


def tasks(user: Any) -> list[Task]:
    """What waits for the reader, most pressing first."""
    today = timezone.localdate()
    customers = customers_visible(user)
    unrated = customers.exclude(Exists(Assessment.objects.filter(customer=OuterRef("pk"), grade__gt="")))
    ending = Override.objects.filter(
        assessment__customer__in=customers,
        valid_until__range=(today, today + OVERRIDE_ENDS_WITHIN),
        withdrawal__isnull=True,
    ).order_by("valid_until")
    old = standing_assessments(user).filter(as_of__lt=today - ASSESSMENT_IS_OLD).order_by("as_of")
    imports = imports_visible(user).filter(state__in=(State.DRAFT, State.PREVIEW, State.FAILED)).order_by("pk")
    found = []
    if count := imports.count():
        title = _("Imports that wait for a decision")
        found.append(Task(count, title, str(imports[0].original_name), _page("exchange:list"), "watch"))
    if first := ending.first():
        title = _("Grades set by hand that end within 30 days")
        note = _("The first on %(day)s") % {"day": first.valid_until.isoformat()}
        page = reverse("assessment:detail", args=[first.assessment_id])
        found.append(Task(ending.count(), title, note, page, "watch"))
    if oldest := old.first():
        title = _("Assessments older than a year")
        note = _("The oldest is of %(day)s") % {"day": oldest.as_of.isoformat()}
        found.append(Task(old.count(), title, note, reverse("assessment:detail", args=[oldest.pk])))
    if count := unrated.count():
        names = "、".join(unrated.order_by("pk").values_list("name", flat=True)[:2])
        found.append(Task(count, _("Customers without a grade"), names, _customer_page(unrated)))
    return found


def _customer_page(customers: QuerySet[Customer]) -> str:
    """The customer itself when it is the only one, else the list."""
    two = list(customers.order_by("pk").values_list("pk", flat=True)[:2])
    return reverse("customers:detail", args=two) if len(two) == 1 else reverse("customers:list")


def _page(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
