"""Lists of open items and payments: their columns, filters and plain values."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.engine.receivables import bucket_of, buckets
from xinheng.server.accounts.amounts import headed, in_unit
from xinheng.server.accounts.language import reader_language
from xinheng.server.receivables.figures import OpenItem

PER_PAGE = 50
_NUMBERS = {"td": {"class": "n"}, "th": {"class": "n"}}


class AmountColumn(tables.Column):  # type: ignore[misc]
    """Amounts in the reader's unit where they are in yuan, as they are otherwise."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(verbose_name=label, attrs=_NUMBERS, **kwargs)

    def render(self, value: Decimal, table: Any) -> str:
        return f"{self.value(value, table):,.2f}"

    def value(self, value: Decimal, table: Any) -> Decimal | None:
        return in_unit(value, table.reader) if table.reader else value


class _Amounts(tables.Table):  # type: ignore[misc]
    """A table whose amounts name their unit in the head."""

    def __init__(self, data: Any, *, reader: Any, currency: str, **kwargs: Any) -> None:
        self.reader = reader if currency == "CNY" else None
        super().__init__(data, **kwargs)
        for column in self.columns:
            if isinstance(column.column, AmountColumn):
                label = str(column.column.verbose_name)
                head = headed(label, reader) if self.reader else f"{label} ({currency})"
                column.column.verbose_name = head


class OpenItemTable(_Amounts):
    """Open items, the oldest due date first."""

    number = tables.Column(verbose_name=gettext_lazy("Number"))
    issued_on = tables.DateColumn(verbose_name=gettext_lazy("Issued on"), format="Y-m-d", attrs=_NUMBERS)
    due_on = tables.DateColumn(verbose_name=gettext_lazy("Due on"), format="Y-m-d", attrs=_NUMBERS)
    days_past_due = tables.Column(verbose_name=gettext_lazy("Days past due"), attrs=_NUMBERS)
    amount = AmountColumn(gettext_lazy("Amount"))
    paid = AmountColumn(gettext_lazy("Paid"))
    rest = AmountColumn(gettext_lazy("Rest"))
    disputed = tables.Column(verbose_name=gettext_lazy("State"), empty_values=())

    class Meta:
        empty_text = gettext_lazy("No open item matches.")
        order_by = "due_on"

    def render_days_past_due(self, value: int) -> Any:
        return format_html('<b class="is-hold">{}</b>', value) if value > 0 else str(value)

    def value_days_past_due(self, value: int) -> int:
        return value

    def value_issued_on(self, record: OpenItem) -> Any:
        return record.issued_on

    def value_due_on(self, record: OpenItem) -> Any:
        return record.due_on

    def render_disputed(self, record: OpenItem) -> Any:
        state, word = state_of(record)
        return format_html('<span class="badge {}">{}</span>', state, word)

    def value_disputed(self, record: OpenItem) -> str:
        return state_of(record)[1]


def state_of(item: OpenItem) -> tuple[str, str]:
    if item.rest < 0:
        return "", _("Credit note")
    if item.disputed:
        return "watch", _("Disputed")
    return ("hold", _("Overdue")) if item.is_overdue else ("pass", _("Not due"))


class PaymentTable(_Amounts):
    """Payments, the newest first."""

    reference = tables.Column(verbose_name=gettext_lazy("Payment reference"))
    received_on = tables.DateColumn(verbose_name=gettext_lazy("Received on"), format="Y-m-d", attrs=_NUMBERS)
    amount = AmountColumn(gettext_lazy("Amount"))
    allocated = AmountColumn(gettext_lazy("Allocated"))
    unapplied = AmountColumn(gettext_lazy("Unapplied"), accessor="pk", orderable=False)

    class Meta:
        empty_text = gettext_lazy("No payment is recorded.")
        prefix = "p-"

    def value_received_on(self, record: Any) -> Any:
        return record.received_on

    def render_unapplied(self, record: Any) -> str:
        return f"{self.value_unapplied(record):,.2f}"

    def value_unapplied(self, record: Any) -> Decimal:
        rest = record.amount - record.allocated
        shown = in_unit(rest, self.reader) if self.reader else rest
        return shown if shown is not None else Decimal(0)


class OpenItemFilter(forms.Form):
    """Which open items are shown."""

    q = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False)
    bucket = forms.ChoiceField(label=gettext_lazy("Age"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = reader_language()
        age: Any = self.fields["bucket"]
        age.choices = [("", _("All")), *((bucket.id, getattr(bucket, language)) for bucket in buckets())]
        state: Any = self.fields["state"]
        state.choices = [
            ("", _("All")),
            ("overdue", _("Overdue")),
            ("not_due", _("Not due")),
            ("disputed", _("Disputed")),
            ("credit", _("Credit note")),
        ]

    def passing(self, items: Sequence[OpenItem]) -> list[OpenItem]:
        """The items that pass; a filter that cannot be read lets nothing pass."""
        if not self.is_valid():
            return []
        data = self.cleaned_data
        found = [item for item in items if data["q"].casefold() in item.number.casefold()]
        if data["bucket"]:
            found = [item for item in found if item.rest > 0 and bucket_of(item.days_past_due).id == data["bucket"]]
        states = {
            "overdue": lambda item: item.is_overdue and not item.disputed,
            "not_due": lambda item: item.rest > 0 and not item.is_overdue and not item.disputed,
            "disputed": lambda item: item.rest > 0 and item.disputed,
            "credit": lambda item: item.rest < 0,
        }
        return [item for item in found if states[data["state"]](item)] if data["state"] else found
