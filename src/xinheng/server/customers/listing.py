"""The list of customers: its filters, its columns, and what other rooms add to them."""

from collections.abc import Callable, Sequence
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from xinheng.server.accounts.models import User
from xinheng.server.customers.choices import CustomerKind, CustomerStatus, SizeClass
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import list_columns
from xinheng.server.customers.places import industry_choices, industry_name, province_choices, region_name
from xinheng.server.customers.selectors import customers_in_scope, customers_ranked, customers_search

PER_PAGE = 50


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of the list; rooms add theirs by their columns."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=CustomerStatus.choices)
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=CustomerKind.choices)
    size_class = django_filters.ChoiceFilter(label=_("Size class"), choices=SizeClass.choices)
    industry = django_filters.ChoiceFilter(
        label=_("Industry"), field_name="industry_code", lookup_expr="startswith", choices=industry_choices
    )
    region = django_filters.ChoiceFilter(
        label=_("Region"), field_name="region_code", lookup_expr="startswith", choices=province_choices
    )
    owner = django_filters.ChoiceFilter(label=_("Salesperson"), field_name="owner")
    archived = django_filters.ChoiceFilter(
        label=_("Files"), choices=[("yes", _("Archived files"))], method="archive", empty_label=_("Live files")
    )

    class Meta:
        model = Customer
        fields = ("q",)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, queryset=customers_in_scope(user))
        owners = User.objects.filter(Exists(self.queryset.filter(owner=OuterRef("pk")).order_by())).order_by("pk")
        self.filters["owner"].extra["choices"] = [(person.pk, str(person)) for person in owners]
        for column in list_columns():
            if column.choices and column.select:
                added = django_filters.ChoiceFilter(
                    label=column.filter_label, choices=column.choices(), method=_selecting(column.select)
                )
                added.parent, added.model, added.field_name = self, Customer, column.key
                self.filters[column.key] = added

    def search(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return customers_search(queryset, value)

    def archive(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        return queryset  # decided in `customers`, which also knows that nothing was chosen

    @property
    def customers(self) -> QuerySet[Customer]:
        """The customers that pass, without what no column shows; ranked where they were searched for."""
        data = self.form.cleaned_data if self.form.is_valid() else {}
        found = self.qs.filter(archived_at__isnull=data.get("archived") != "yes")
        if self.form.errors:
            return found.none()  # a filter that cannot be read lets nothing pass, rather than everything
        found = found.select_related("owner").defer("search_tokens", "size_inputs", "address")
        return customers_ranked(found, data["q"]) if data.get("q") else found.order_by("number")


def _selecting(select: Callable[..., Any]) -> Callable[..., Any]:
    return lambda queryset, name, value: select(queryset, value)


class CustomerTable(tables.Table):  # type: ignore[misc]
    """Columns of the list. Amounts stand in the reader's unit, which the heads of their columns name."""

    name = tables.Column(
        verbose_name=_("Customer"),
        linkify=("customers:detail", {"pk": tables.A("pk")}),
        order_by=("name", "pk"),
        attrs={"td": {"class": "thing"}},
    )
    number = tables.Column(verbose_name=_("Number"))
    industry_code = tables.Column(
        verbose_name=_("Industry"), order_by=("industry_code", "pk"), attrs={"td": {"class": "brief"}}
    )
    region_code = tables.Column(verbose_name=_("Region"), order_by=("region_code", "pk"))
    size_class = tables.Column(verbose_name=_("Size class"), order_by=("size_class", "pk"))
    owner = tables.Column(verbose_name=_("Salesperson"), order_by=("owner__display_name", "owner__username", "pk"))

    class Meta:
        empty_text = _("No customer matches.")
        default = "—"

    def __init__(self, customers: QuerySet[Customer], *, user: Any) -> None:
        added = list_columns()
        super().__init__(
            customers,
            extra_columns=[(column.key, column.column(user)) for column in added],
            sequence=("name", "number", *(column.key for column in added), "..."),
        )

    def fill(self, customers: Sequence[Customer]) -> None:
        """Put what other rooms answer on the customers of a page."""
        for column in list_columns():
            column.fill(customers)

    def render_industry_code(self, value: str) -> Any:
        return format_html('<span title="{} {}">{}</span>', value, industry_name(value), industry_name(value))

    def value_industry_code(self, value: str) -> str:
        return industry_name(value)

    def render_region_code(self, value: str) -> Any:
        return format_html('<span title="{}">{}</span>', value, region_name(value))

    def value_region_code(self, value: str) -> str:
        return region_name(value)

    def render_name(self, value: str, record: Customer) -> Any:
        if record.status == CustomerStatus.ACTIVE:
            return value
        return format_html('{} <span class="badge">{}</span>', value, record.get_status_display())

    def value_name(self, value: str) -> str:
        return value
