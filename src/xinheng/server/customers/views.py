"""Pages of customers: list, file, entry."""

import csv
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_tables2 import RequestConfig

from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.customers.forms import CustomerForm
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import cards, page_context
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.customers.services import customer_create, customer_update
from xinheng.server.customers.tables import CustomerFilter, CustomerTable
from xinheng.server.events.selectors import timeline

EXPORT_FIELDS = ("number", "name", "kind", "industry_code", "region_code", "size_class", "registered_capital")


def customer_of(request: HttpRequest, pk: int) -> Customer:
    """The customer when it is in the user's scope, else 404: who may not see it does not learn that it exists."""
    return get_object_or_404(customers_visible(request.user).select_related("owner"), pk=pk)


def customer_list(request: HttpRequest) -> HttpResponse:
    found = CustomerFilter(request.GET, queryset=customers_visible(request.user).select_related("owner"))
    if request.GET.get("export") == "csv":
        return _export(found.qs)
    table = CustomerTable(found.qs)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {"table": table, "filter": found, "may_edit": may(request.user, "customer.edit")}
    return render(request, "customers/list.html", context)


def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)
    context = page_context(customer, "profile") | {
        "identifiers": customer.identifiers.all(),
        "contacts": customer.contacts.all(),
        "cards": cards(customer),
        "timeline": timeline(customer),
        "may_edit": may(request.user, "customer.edit"),
        "may_assess": may(request.user, "assessment.run"),
    }
    return render(request, "customers/detail.html", context)


@may_required("customer.edit")
def customer_new(request: HttpRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key not in ("uscc", "version")}
        try:
            customer = customer_create(
                fields=fields | {"owner": request.user},
                identifiers={"uscc": form.cleaned_data["uscc"]},
                actor=request.user,
            )
        except ValidationError as error:
            _show(form, error)
        else:
            return redirect("customers:detail", pk=customer.pk)
    return render(request, "customers/form.html", {"form": form})


@may_required("customer.edit")
def customer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)
    form = CustomerForm(request.POST or None, instance=customer, initial={"version": customer.version})
    del form.fields["uscc"]
    if request.method == "POST" and form.is_valid():
        fields = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        try:
            customer_update(
                customer=customer, version=form.cleaned_data["version"] or 0, fields=fields, actor=request.user
            )
        except ValidationError as error:
            _show(form, error)
        else:
            return redirect("customers:detail", pk=pk)
    return render(request, "customers/form.html", {"form": form, "customer": customer})


def _show(form: CustomerForm, error: ValidationError) -> None:
    problems: dict[str | None, Any] = dict(error.message_dict) if hasattr(error, "error_dict") else {}
    for field, messages in (problems or {None: error.messages}).items():
        form.add_error(field if field in form.fields else None, messages)


class _Echo:
    def write(self, value: str) -> str:
        return value


def _export(customers: Any) -> StreamingHttpResponse:
    """Exactly the filtered rows as CSV; text that a spreadsheet would run as a formula is made harmless."""
    writer = csv.writer(_Echo())

    def rows() -> Any:
        yield "\ufeff" + writer.writerow(EXPORT_FIELDS)
        for row in customers.order_by("number").values_list(*EXPORT_FIELDS).iterator(2000):
            yield writer.writerow([harmless(value) for value in row])

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="customers.csv"'
    return response


def harmless(value: Any) -> Any:
    """A cell that begins like a formula is led by an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value
