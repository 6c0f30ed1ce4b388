"""The list of customers, and what one finds there."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django_tables2 import RequestConfig

from xinheng.server.accounts.permissions import may
from xinheng.server.customers.listing import PER_PAGE, CustomerFilter, CustomerTable
from xinheng.server.customers.selectors import customer_by_code, customers_in_scope
from xinheng.server.lists.export import export_addresses, export_response
from xinheng.server.lists.filters import chips


def customer_list(request: HttpRequest) -> HttpResponseBase:
    """The list; a number or code written in full opens its file, as does nothing else."""
    if set(request.GET) == {"q"}:
        found = customer_by_code(customers_in_scope(request.user), request.GET["q"])
        if found is not None:
            return redirect("customers:detail", pk=found.pk)
    filters = CustomerFilter(request.GET, user=request.user)
    table = CustomerTable(filters.customers, user=request.user)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    if answer := export_response(request, table, "customers", prepare=table.fill):
        return answer
    table.fill([row.record for row in table.paginated_rows])
    context: dict[str, Any] = {
        "table": table,
        "filter": filters,
        "chips": chips(filters, request),
        "may_edit": may(request.user, "customer.edit"),
        "may_import": may(request.user, "import.run"),
        "exports": export_addresses(request),
    }
    return render(request, "customers/list.html", context)
