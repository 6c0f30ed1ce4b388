"""The first page's questions: the book in one row, its grades, its weakest, and what waits for the reader."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.assessment.models import Assessment, Override, Standing
from xinheng.server.assessment.selectors import GRADES, newest_grade
from xinheng.server.customers.models import Customer
from xinheng.server.customers.selectors import customers_visible, is_scoped
from xinheng.server.exchange.choices import State
from xinheng.server.exchange.selectors import imports_visible
from xinheng.server.receivables.models import Allocation, Invoice, Total

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


def standings(user: Any) -> QuerySet[Standing]:
    """The standing of each visible customer, with `in_force`, the grade in force, and its `rank`, best 0."""
    ranks = [When(in_force=grade, then=Value(rank)) for rank, grade in enumerate(GRADES)]
    found = Standing.objects.filter(customer__in=customers_visible(user)).annotate(in_force=newest_grade(""))
    return found.annotate(rank=Case(*ranks, default=None, output_field=IntegerField()))


def grades_of_book(user: Any) -> list[dict[str, Any]]:
    """How many customers hold each grade, best first, counted by the database; grades nobody holds are left out."""
    counts = standings(user).filter(rank__isnull=False).order_by().values("in_force", "rank")
    rows = counts.annotate(count=Count("pk")).order_by("rank")
    return [{"grade": row["in_force"], "count": row["count"]} for row in rows]


def weakest(user: Any, limit: int = 8) -> list[Assessment]:
    """The newest assessments of rated customers, the weakest grade and within it the lowest score first.

    Each has its grade in force as `standing`.
    """
    found = standings(user).filter(rank__isnull=False).order_by("-rank", "score", "assessment_id")[:limit]
    grades = dict(found.values_list("assessment_id", "in_force"))
    rows = Assessment.objects.defer("facts", "results").select_related("customer").in_bulk(list(grades))
    for pk, grade in grades.items():
        rows[pk].standing = grade  # type: ignore[attr-defined]
    return [rows[pk] for pk in grades]


@dataclass(frozen=True)
class Owed:
    """What visible customers owe on open invoices and the part past its due date; None without invoices.

    `counted_at` is None where it was added up just now.
    """

    owed: Decimal | None
    overdue: Decimal | None
    counted_at: dt.datetime | None = None


def open_and_overdue(user: Any) -> Owed:
    """What is owed and overdue: of a large book as the worker counted it last, else added up now."""
    totals = Total.objects.filter(owner=user) if is_scoped(user) else Total.objects.all()
    kept = totals.aggregate(owed=Sum("owed"), overdue=Sum("overdue"), counted_at=Min("counted_at"))
    if kept["owed"] is not None:
        return Owed(**kept)
    invoices = Invoice.objects.filter(customer__in=customers_visible(user), void=False)
    late = invoices.filter(due_on__lt=timezone.localdate())
    owed, overdue = (_unsettled(part) for part in (invoices, late))
    return Owed(owed, (overdue or Decimal(0)) if owed is not None else None)


def _unsettled(invoices: QuerySet[Invoice]) -> Decimal | None:
    billed = invoices.aggregate(total=Sum("amount"))["total"]
    if billed is None:
        return None
    settled = Allocation.objects.filter(invoice__in=invoices).aggregate(total=Sum("amount"))["total"]
    return Decimal(billed - (settled or 0))


def tasks(user: Any, *, unrated_count: int) -> list[Task]:
    """What waits for the reader, most pressing first.

    Args:
        unrated_count: visible customers without a grade in force, which the page has counted already.
    """
    today = timezone.localdate()
    customers = customers_visible(user)
    rated = Standing.objects.filter(Q(grade__gt="") | Q(hand_grade__gt=""), customer=OuterRef("pk"))
    unrated = customers.exclude(Exists(rated))
    ending = Override.objects.filter(
        assessment__customer__in=customers,
        valid_until__range=(today, today + OVERRIDE_ENDS_WITHIN),
        withdrawal__isnull=True,
    ).order_by("valid_until")
    old = Standing.objects.filter(customer__in=customers, as_of__lt=today - ASSESSMENT_IS_OLD).order_by("as_of")
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
        found.append(Task(old.count(), title, note, reverse("assessment:detail", args=[oldest.assessment_id])))
    if unrated_count:
        names = "、".join(unrated.order_by("pk").values_list("name", flat=True)[:2])
        found.append(Task(unrated_count, _("Customers without a grade"), names, _customer_page(unrated)))
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
