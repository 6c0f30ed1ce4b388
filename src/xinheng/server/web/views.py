"""The first page: what is there, how it is rated, what happened last."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xinheng.server.assessment.selectors import grade_distribution, newest_assessments
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.selectors import latest


def home(request: HttpRequest) -> HttpResponse:
    customers = customers_visible(request.user)
    grades = grade_distribution(request.user)
    rated = sum(count for _grade, count in grades)
    total = customers.count()
    start = 0.0
    stack = []
    for grade, count in grades:
        stack.append({"grade": grade, "count": count, "start": start, "width": 100 * count / rated})
        start += 100 * count / rated
    context = {
        "customers": total,
        "rated": rated,
        "unrated": total - rated,
        "stack": stack,
        "weak": [a for a in newest_assessments(request.user)[:200] if a.effective_grade in ("CCC", "CC", "C", "D")][:8],
        "latest": latest(15, subjects={"customers.customer": customers.values("pk")}),
    }
    return render(request, "web/home.html", context)
