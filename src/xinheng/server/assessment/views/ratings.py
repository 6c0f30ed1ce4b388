"""A customer's ratings over time, two of them compared, and its ratios over its periods."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from xinheng.server.accounts.permissions import may
from xinheng.server.assessment.history import change_chart, chart, chart_title, history, movements, reader_of
from xinheng.server.assessment.ratios import periods_of, ratio_table
from xinheng.server.assessment.selectors import assessments_visible
from xinheng.server.assessment.views.assessments import amount_unit
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.selectors import timeline

PER_PAGE = 20


def ratings(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    kept = assessments_visible(request.user).filter(customer=customer)
    page = Paginator(kept, PER_PAGE).get_page(request.GET.get("page"))
    # One more than the page shows, so that its oldest row has something to be compared with.
    shown = list(kept[page.start_index() - 1 : page.end_index() + 1]) if page.paginator.count else []
    unit = amount_unit(request)
    newest = list(kept[:24])
    context = page_context(customer, "ratings") | {
        "rows": history(shown, unit)[:PER_PAGE],
        "page": page,
        "chart": chart(newest, reader_of(newest[0], unit)) if newest else None,
        "chart_title": chart_title(newest),
        "timeline": timeline(customer),
        "may_assess": may(request.user, "assessment.run"),
    }
    return render(request, "assessment/ratings.html", context)


def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two assessments of one customer, the older first whichever way they were named."""
    visible = assessments_visible(request.user)
    new = get_object_or_404(visible, pk=max(pk, other))
    old = get_object_or_404(visible.filter(customer=new.customer_id), pk=min(pk, other))
    unit = amount_unit(request)
    before, after = reader_of(old, unit), reader_of(new, unit)
    moved = movements(before, after) if before and after else []
    delta = None if old.score is None or new.score is None else round(new.score, 1) - round(old.score, 1)
    context = {
        "customer": new.customer, "old": old, "new": new, "moved": moved, "delta": delta,
        "chart": change_chart(old, new, moved), "is_unreadable": not (before and after),
        "strongest": moved[0] if moved and abs(moved[0].delta) >= 0.05 else None,
    }  # fmt: skip
    return render(request, "assessment/compare.html", context)


def ratios(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    periods = periods_of(customer, amount_unit(request))
    context = page_context(customer, "ratios") | {
        "periods": periods,
        "groups": ratio_table(customer, periods),
        "may_enter": may(request.user, "statement.edit"),
        "amount_unit": amount_unit(request),
    }
    return render(request, "assessment/ratios.html", context)
