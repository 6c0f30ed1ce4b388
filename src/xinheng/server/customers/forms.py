"""What a person enters for a customer's file."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from xinheng.engine.notation import Amount
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.customers.choices import AddressKind, CustomerKind, CustomerStatus, IdentifierKind
from xinheng.server.customers.fields import AmountField, IndustryField, RegionField, WrittenDateField
from xinheng.server.customers.models import Customer

#: Fields of the form that stand for those of the file under another name or form.
_FILE_FIELDS = (
    "name", "name_en", "kind", "status", "industry_code", "region_code", "address", "founded_on", "customer_since",
    "employees",
)  # fmt: skip


class CustomerForm(forms.Form):
    """The file's own fields, and the version it was opened at.

    Each field carries what it showed when the page was opened, so that what two people change at once can be told
    apart: see `untouched`.
    """

    name = forms.CharField(
        label=_("Company name"), max_length=200, help_text=_("As it stands on the business licence.")
    )
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomerKind.choices)
    status = forms.ChoiceField(label=_("Status"), choices=CustomerStatus.choices, initial=CustomerStatus.ACTIVE)
    industry_code = IndustryField(
        label=_("Industry"),
        required=False,
        help_text=_("Type a code or a part of the name, then pick: GB/T 4754-2017."),
    )
    region_code = RegionField(
        label=_("Region"), required=False, help_text=_("Type a place or its code, then pick: GB/T 2260.")
    )
    address = forms.CharField(label=_("Registered address"), max_length=300, required=False)
    founded_on = WrittenDateField(
        label=_("Founded on"), required=False, help_text=_("2010-03-05 and 2010年3月5日 are both understood.")
    )
    customer_since = WrittenDateField(label=_("Customer since"), required=False)
    registered_capital = AmountField(
        label=_("Registered capital"),
        required=False,
        help_text=_("A bare number is in the unit shown; 壹佰万元整, 500万美元 or 1.2亿 say their own."),
    )
    employees = forms.IntegerField(label=_("Employees"), required=False, min_value=0, max_value=10_000_000)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, customer: Customer | None = None, **kwargs: Any) -> None:
        self.customer = customer
        if customer is not None:
            kwargs["initial"] = values_of(customer) | {"version": customer.version}
        super().__init__(*args, **kwargs)
        if customer is not None:
            for name, field in self.fields.items():
                field.show_hidden_initial = name != "version"

    def entered(self) -> dict[str, Any]:
        """The cleaned values as the file holds them."""
        data = self.cleaned_data
        fields = {name: data[name] for name in _FILE_FIELDS}
        capital = data["registered_capital"]
        fields["registered_capital"] = capital.value if capital else None
        if capital or self.customer is None:
            fields["capital_currency"] = capital.currency if capital else "CNY"
        return fields

    def entered_anew(self) -> dict[str, Any]:
        """Only what this person changed since the page was opened."""
        touched = set(self.changed_data)
        if "registered_capital" in touched:
            touched.add("capital_currency")
        return {name: value for name, value in self.entered().items() if name in touched}

    def brought_up_to(self, customer: Customer) -> "CustomerForm":
        """The same entries over a newer file: untouched fields take it over, touched ones stay as typed."""
        fresh = values_of(customer)
        data = self.data.copy()
        for name, value in fresh.items():
            shown = self.fields[name].prepare_value(value)
            shown = "" if shown is None else shown
            if name not in self.changed_data:
                data[name] = shown
            data[f"initial-{name}"] = shown
        data["version"] = customer.version
        return CustomerForm(data, customer=customer)


class NewCustomerForm(CustomerForm):
    """The same with the one code that every enterprise has."""

    uscc = forms.CharField(
        label=_("Unified social credit code"),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "hx-get": reverse_lazy("customers:code_check"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#uscc-check",
                "hx-vals": '{"kind": "uscc"}',
            }
        ),
    )
    field_order = ("name", "uscc")


class ContactForm(forms.Form):
    """A person to talk to."""

    prefix = "contact"
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.CharField(label=_("Position"), max_length=100, required=False)
    phone = forms.RegexField(
        r"^[0-9+()\-\s#转ext.]*$", label=_("Phone"), max_length=40, required=False,
        error_messages={"invalid": _("A phone number has digits, blanks, + - ( ) and an extension.")},
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), required=False)


class AddressForm(forms.Form):
    """A place beside the registered address."""

    prefix = "address"
    kind = forms.ChoiceField(label=_("Kind"), choices=AddressKind.choices)
    text = forms.CharField(label=_("Address"), max_length=300)
    region_code = RegionField(label=_("Region"), required=False)


class IdentifierForm(forms.Form):
    """A registered code; its check is shown while one types."""

    prefix = "identifier"
    kind = forms.ChoiceField(label=_("Kind"), choices=IdentifierKind.choices)
    value = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "hx-get": reverse_lazy("customers:code_check"),
                "hx-trigger": "input changed delay:300ms",
                "hx-target": "#identifier-check",
                "hx-include": "closest form",
            }
        ),
    )


class ReassignForm(forms.Form):
    """Who answers for the file from now on."""

    prefix = "reassign"
    owner = forms.ModelChoiceField(
        label=_("Salesperson"), queryset=User.objects.none(), required=False, empty_label=_("Nobody")
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, groups__name=Role.SALES).order_by("display_name", "username")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


def values_of(customer: Customer) -> dict[str, Any]:
    """What the form shows of a file."""
    shown = {name: getattr(customer, name) for name in _FILE_FIELDS}
    capital = customer.registered_capital
    shown["registered_capital"] = None if capital is None else Amount(capital, customer.capital_currency)
    return shown
