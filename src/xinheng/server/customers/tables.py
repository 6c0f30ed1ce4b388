"""The list of customers: filters and columns."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from xinheng.server.customers.choices import CustomerKind, SizeClass
from xinheng.server.customers.models import Customer
from xinheng.server.customers.selectors import customers_search


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(label=_("Search"), method="search")
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=CustomerKind.choices)
    size_class = django_filters.ChoiceFilter(label=_("Size class"), choices=SizeClass.choices)
    industry = django_filters.CharFilter(label=_("Industry"), field_name="industry_code", lookup_expr="startswith")
    region = django_filters.CharFilter(label=_("Region"), field_name="region_code", lookup_expr="startswith")

    class Meta:
        model = Customer
        fields = ("q", "kind", "size_class", "industry", "region")

    def search(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return customers_search(queryset, value)


class CustomerTable(tables.Table):  # type: ignore[misc]
    name = tables.Column(linkify=("customers:detail", {"pk": tables.A("pk")}))
    owner = tables.Column(order_by=("owner__display_name", "owner__username"))
    registered_capital = tables.Column(attrs={"td": {"class": "text-end"}, "th": {"class": "text-end"}})

    class Meta:
        model = Customer
        fields = (
            "name", "number", "industry_code", "region_code", "size_class", "registered_capital", "customer_since",
            "owner",
        )  # fmt: skip
        order_by = "number"
        empty_text = _("No customer matches.")

    def render_registered_capital(self, value: Any) -> str:
        return f"{value:,.2f}"
