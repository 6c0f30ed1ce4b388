"""Pages that belong to no room: home, help, and the parts that all pages are made of."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xinheng.server.accounts.permissions import may
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.selectors import latest
from xinheng.server.web import specimens
from xinheng.server.web.selectors import grades_of_book, open_and_overdue, tasks, weakest

#: Events read for the timeline of the first page; runs of equal ones become one line.
EVENTS = 120


def home(request: HttpRequest) -> HttpResponse:
    customers = customers_visible(request.user)
    grades = grades_of_book(request.user)
    rated = sum(part["count"] for part in grades)
    total = customers.count()
    receivables = open_and_overdue(request.user)
    owed, overdue = receivables.owed, receivables.overdue
    context = {
        "customers": total,
        "rated": rated,
        "owed": owed,
        "overdue": overdue,
        "counted_at": receivables.counted_at,
        "overdue_share": overdue / owed if owed and overdue is not None else None,
        "grades": grades,
        "weak_count": sum(part["count"] for part in grades if part["grade"] in ("CCC", "CC", "C", "D")),
        "weak": weakest(request.user),
        "tasks": tasks(request.user, unrated_count=total - rated),
        "latest": latest(EVENTS, subjects={"customers.customer": customers.values("pk")}),
        "may_edit": may(request.user, "customer.edit"),
        "may_import": may(request.user, "import.run"),
    }
    return render(request, "web/home.html", context)


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.html")


def components(request: HttpRequest) -> HttpResponse:
    """Every part that pages are made of, with made-up figures: to look at, and for the accessibility scan."""
    return render(request, "web/components.html", specimens.context())
