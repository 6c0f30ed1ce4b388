"""What a person enters for a customer's file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.server.customers.models import Customer


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """The file's own fields, its social credit code, and the version it was opened at."""

    uscc = forms.CharField(label=_("Unified social credit code"), required=False, max_length=40)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Customer
        fields = (
            "name", "name_en", "kind", "industry_code", "region_code", "address", "founded_on", "customer_since",
            "registered_capital", "employees",
        )  # fmt: skip
        widgets = {
            "founded_on": forms.DateInput(attrs={"type": "date"}),
            "customer_since": forms.DateInput(attrs={"type": "date"}),
        }
