"""Pages of a customer's trading history."""

import datetime as dt
from itertools import dropwhile
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from xinheng.server.accounts.amounts import in_unit, unit_label
from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.customers.views.files import customer_of
from xinheng.server.customers.views.refusals import show_on
from xinheng.server.lists.export import export_addresses, export_response
from xinheng.server.lists.filters import chips
from xinheng.server.receivables.figures import MONTHS_SHOWN, Account, oldest_first
from xinheng.server.receivables.forms import AsOfForm, InvoiceForm, PaymentForm
from xinheng.server.receivables.listing import PER_PAGE, OpenItemFilter, OpenItemTable, PaymentTable
from xinheng.server.receivables.metrics import metric_rows
from xinheng.server.receivables.overview import ageing_finding, ageing_items, quarter_label, why_no_index
from xinheng.server.receivables.selectors import CURRENCY, customer_account, customer_currencies, payments_of
from xinheng.server.receivables.services import invoice_add, invoice_dispute_set, payment_add

#: What of the address belongs to the report and stays when the list is filtered.
REPORT = ("as_of", "days", "currency")


def account(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ageing, metrics, trends, open items and payments as of a day."""
    customer = customer_of(request, pk)
    currencies = customer_currencies(customer) or [CURRENCY]
    asked = AsOfForm(_report(request, currencies), currencies=currencies)
    chosen = asked.cleaned_data if asked.is_valid() else {}
    as_of: dt.date = chosen.get("as_of") or timezone.localdate()
    currency: str = chosen.get("currency") or currencies[0]
    book = customer_account(customer, currency)
    position = book.position(as_of)
    filters = OpenItemFilter(request.GET)
    table = OpenItemTable(filters.passing(position.items), reader=request.user, currency=currency)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    name = f"open-items-{customer.number}-{as_of.isoformat()}"
    if answer := export_response(request, table, name):
        return answer
    payments = PaymentTable(payments_of(customer, currency, as_of), reader=request.user, currency=currency)
    RequestConfig(request, paginate={"per_page": 10}).configure(payments)
    metrics = book.metrics(as_of, chosen.get("days") or 90)
    context = page_context(customer, "receivables") | {
        "asked": asked,
        "as_of": as_of,
        "today": timezone.localdate(),
        "currency": currency,
        "is_own_currency": currency == CURRENCY,
        "unit": unit_label(request.user) if currency == CURRENCY else currency,
        "is_empty": book.is_empty,
        "position": position,
        "metrics": metrics,
        "metric_rows": metric_rows(metrics),
        "table": table,
        "payments": payments,
        "filter": filters,
        "chips": chips(filters, request),
        "kept": [(key, request.GET[key]) for key in REPORT if request.GET.get(key)],
        "exports": export_addresses(request),
        "may_enter": may(request.user, "receivable.edit") and customer.archived_at is None,
    }
    return render(request, "receivables/account.html", context | _charts(book, as_of, request, currency))


def _report(request: HttpRequest, currencies: list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    data.update({"as_of": timezone.localdate().isoformat(), "days": "90", "currency": currencies[0]})
    for key in REPORT:
        if value := request.GET.get(key):
            data[key] = value
    return data


def _charts(book: Account, as_of: dt.date, request: HttpRequest, currency: str) -> dict[str, Any]:
    """Ageing, index by quarter and purchases by month, each as rows and as the chart's data."""

    def scaled(amount: Any) -> float:
        return float((in_unit(amount, request.user) if currency == CURRENCY else amount) or 0)

    position = book.position(as_of)
    ageing = ageing_items(position.ageing())
    months = list(reversed(book.months(as_of, MONTHS_SHOWN)))
    quarters = book.index_by_quarter(as_of)
    index, year_ago = quarters[-1][1], quarters[-5][1]
    # Quarters before there was enough history say nothing.
    trend = list(dropwhile(lambda pair: pair[1] is None, quarters))
    facts = book.behaviour(as_of)
    this_year = sum((month.amount for month in months[-12:]), start=months[-1].amount * 0)
    last_year = sum((month.amount for month in months[:-12]), start=months[-1].amount * 0)
    return {
        "ageing": ageing,
        "ageing_finding": ageing_finding(position),
        "ageing_chart": {
            "digits": 2,
            "items": [{"label": row["short"], "state": row["state"], "value": scaled(row["amount"])} for row in ageing],
        },
        "trend": [(quarter_label(day, as_of), value) for day, value in trend],
        "trend_chart": {
            "x": [quarter_label(day, as_of) for day, _value in trend],
            "series": {"label": _("Payment index"), "values": [value and round(value, 1) for _day, value in trend]},
        },
        "trend_finding": _index_finding(index, year_ago),
        "index": index,
        "facts": facts,
        "why_no_index": why_no_index(facts),
        "months": [(month.first.strftime("%Y-%m"), month.amount) for month in months],
        "months_chart": {
            "digits": 2,
            "items": [{"label": month.first.strftime("%Y-%m"), "value": scaled(month.amount)} for month in months],
        },
        "months_finding": _purchases_finding(this_year, last_year),
    }


def _index_finding(index: float | None, year_ago: float | None) -> str:
    if index is None:
        return _("There is no payment index yet")
    if year_ago is None:
        return _("The payment index is %(index).1f") % {"index": index}
    if abs(index - year_ago) < 1:
        return _("The payment index stands at %(index).1f, as a year ago") % {"index": index}
    words = (
        _("The payment index rose from %(before).1f to %(index).1f within a year")
        if index > year_ago
        else _("The payment index fell from %(before).1f to %(index).1f within a year")
    )
    return words % {"before": year_ago, "index": index}


def _purchases_finding(this_year: Any, last_year: Any) -> str:
    if last_year <= 0 or this_year < 0:
        return _("Purchases by month")
    change = float(this_year / last_year - 1) * 100
    if abs(change) < 5:
        return _("Purchases of the last twelve months are as in the twelve before")
    words = (
        _("Purchases of the last twelve months are %(change).0f%% above the twelve before")
        if change > 0
        else _("Purchases of the last twelve months are %(change).0f%% below the twelve before")
    )
    return words % {"change": abs(change)}


@may_required("receivable.edit")
def invoice_new(request: HttpRequest, pk: int) -> HttpResponse:
    customer = _live(request, pk)
    form = InvoiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invoice = invoice_add(customer=customer, fields=form.entered(), actor=request.user)
        except ValidationError as error:
            show_on(form, error, request.user)
        else:
            messages.success(request, _("Invoice %(number)s is entered.") % {"number": invoice.number})
            return redirect("receivables:account", pk=pk)
    status = 400 if form.is_bound else 200
    return render(request, "receivables/invoice.html", {"form": form, "customer": customer}, status=status)


@may_required("receivable.edit")
def payment_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a payment over the open items; `act=propose` fills in the parts, the oldest due date first."""
    customer = _live(request, pk)
    items = [item for item in customer_account(customer).position(timezone.localdate()).items if item.rest > 0]
    form = PaymentForm(request.POST or None, items=items)
    proposes = request.POST.get("act") == "propose"
    if request.method == "POST" and proposes:
        form = _proposed(request, items)
    elif request.method == "POST" and form.is_valid():
        try:
            payment = payment_add(
                customer=customer, fields=form.entered(), allocations=form.parts(), actor=request.user
            )
        except ValidationError as error:
            show_on(form, error, request.user)
        else:
            messages.success(request, _("Payment %(reference)s is entered.") % {"reference": payment.reference})
            return redirect("receivables:account", pk=pk)
    context = {"form": form, "customer": customer, "items": items, "proposed": proposes}
    return render(request, "receivables/payment.html", context, status=400 if form.is_bound and not proposes else 200)


def _proposed(request: HttpRequest, items: list[Any]) -> PaymentForm:
    """The form as typed, its parts filled in."""
    typed = PaymentForm(request.POST, items=items)
    typed.is_valid()
    amount = typed.cleaned_data.get("amount")
    parts = oldest_first(amount.value, items) if amount and amount.value > 0 and amount.currency == CURRENCY else {}
    initial = {name: request.POST.get(name, "") for name in ("reference", "received_on", "amount")}
    initial |= {f"allocate_{invoice}": f"{part:.2f}" for invoice, part in parts.items()}
    return PaymentForm(initial=initial, items=items)


@require_POST
@may_required("receivable.edit")
def invoice_dispute(request: HttpRequest, pk: int, invoice: int) -> HttpResponse:
    """Note a dispute over an invoice, or its end."""
    customer = _live(request, pk)
    found = get_object_or_404(customer.invoices, pk=invoice)
    disputed, reason = request.POST.get("disputed") == "yes", request.POST.get("reason", "")
    try:
        invoice_dispute_set(invoice=found, disputed=disputed, actor=request.user, reason=reason)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is noted."))
    return redirect(reverse("receivables:account", args=[pk]))


def _live(request: HttpRequest, pk: int) -> Customer:
    """The customer, when its file is live: an archived one gets no new documents."""
    customer: Customer = get_object_or_404(customers_visible(request.user), pk=pk)
    return customer
