"""What a person enters of trading history."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.engine.errors import EngineError
from xinheng.engine.notation import AmountUnit, parse_amount
from xinheng.server.accounts.language import told
from xinheng.server.customers.fields import AmountField, WrittenDateField
from xinheng.server.receivables.figures import OpenItem
from xinheng.server.receivables.models import Invoice
from xinheng.server.receivables.selectors import CURRENCY

PERIODS = (30, 90, 180, 365)


class InvoiceForm(forms.Form):
    """An invoice, or a credit note. The due date is given, or follows from the terms."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Invoice.Kind.choices, initial=Invoice.Kind.INVOICE)
    issued_on = WrittenDateField(label=gettext_lazy("Issued on"))
    terms_days = forms.IntegerField(
        label=gettext_lazy("Terms"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=gettext_lazy("Days from the issue to the due date; used where no due date is entered."),
    )
    due_on = WrittenDateField(label=gettext_lazy("Due on"), required=False)
    amount = AmountField(
        label=gettext_lazy("Amount"),
        factor=AmountUnit.YUAN,
        help_text=gettext_lazy("With tax. A credit note is entered as a plain amount; it reduces what is owed."),
    )
    disputed = forms.BooleanField(label=gettext_lazy("The customer contests it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["terms_days"].unit = gettext_lazy("days")  # type: ignore[attr-defined]
        self.fields["issued_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        issued, due, terms = data.get("issued_on"), data.get("due_on"), data.get("terms_days")
        if due is None and "due_on" not in self.errors and "terms_days" not in self.errors:
            if terms is None:
                self.add_error("due_on", _("Enter the due date, or the terms."))
            elif issued is not None:
                data["due_on"] = issued + dt.timedelta(days=terms)
        return data

    def entered(self) -> dict[str, Any]:
        """The fields of an invoice; a credit note's amount made negative."""
        data, amount = self.cleaned_data, self.cleaned_data["amount"]
        value = amount.value
        if data["kind"] == Invoice.Kind.CREDIT_NOTE:
            value = -abs(value)
        names = ("number", "kind", "issued_on", "due_on", "disputed")
        return {name: data[name] for name in names} | {"amount": value, "currency": amount.currency}


class PaymentForm(forms.Form):
    """A payment with the part of it that each open item gets. All parts blank: the oldest due date first."""

    reference = forms.CharField(
        label=gettext_lazy("Payment reference"),
        max_length=60,
        help_text=gettext_lazy("The bank's number of the transfer."),
    )
    received_on = WrittenDateField(label=gettext_lazy("Received on"))
    amount = AmountField(label=gettext_lazy("Amount"), factor=AmountUnit.YUAN)

    def __init__(self, *args: Any, items: Sequence[OpenItem] = (), currency: str = CURRENCY, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.currency = items, currency
        self.fields["received_on"].initial = timezone.localdate()
        for item in items:
            self.fields[f"allocate_{item.id}"] = forms.CharField(
                label=_("Part for %(number)s") % {"number": item.number},
                required=False,
                max_length=40,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "n"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in self.items:
            name = f"allocate_{item.id}"
            try:
                part = parse_amount(data.get(name) or None)
            except EngineError as error:
                self.add_error(name, told(error))
                continue
            data[name] = part.value if part else None
            if part and part.value != round(part.value, 2):
                self.add_error(name, _("An amount has two decimals at most."))
        return data

    def entered(self) -> dict[str, Any]:
        amount = self.cleaned_data["amount"]
        names = ("reference", "received_on")
        return {name: self.cleaned_data[name] for name in names} | {"amount": amount.value, "currency": amount.currency}

    def parts(self) -> dict[int, Decimal] | None:
        """What was entered for each open item; None where every part is blank."""
        given = {item.id: self.cleaned_data.get(f"allocate_{item.id}") for item in self.items}
        parts = {invoice: part for invoice, part in given.items() if part}
        return parts or None

    def rows(self) -> list[tuple[OpenItem, Any]]:
        """Open items with their fields, for the page."""
        return [(item, self[f"allocate_{item.id}"]) for item in self.items]

    def entry_fields(self) -> list[Any]:
        return [self[name] for name in ("reference", "received_on", "amount")]


class AsOfForm(forms.Form):
    """The day of the report, the period of its flows, and the currency."""

    as_of = WrittenDateField(label=gettext_lazy("As at"), required=False)
    days = forms.TypedChoiceField(label=gettext_lazy("Period of flows"), coerce=int, required=False, empty_value=90)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)

    def __init__(self, *args: Any, currencies: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days: Any = self.fields["days"]
        days.choices = [(days, _("%(days)d days") % {"days": days}) for days in PERIODS]
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in currencies]
        if len(currencies) < 2:
            currency.widget = forms.HiddenInput()

    def clean_as_of(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["as_of"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("This date is in the future."))
        return day
