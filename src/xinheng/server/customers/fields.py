"""Fields that take what people write: amounts with their unit or in capitals, dates in Chinese, places by name."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.engine.errors import EngineError
from xinheng.engine.notation import Amount, AmountUnit, parse_amount, parse_date
from xinheng.server.accounts.language import told
from xinheng.server.customers.places import (
    industry_name,
    industry_read,
    region_name,
    region_read,
    written,
)


class AmountField(forms.CharField):
    """An amount in the unit named beside it, or with its own: `500`, `500万元`, `壹佰万元整`, `1,200万美元`.

    The cleaned value is an `engine.notation.Amount` in the main unit of its currency, or None.
    """

    unit = gettext_lazy("10,000 yuan")

    def __init__(self, *, factor: AmountUnit = AmountUnit.WAN, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.factor = factor
        self.unit = {AmountUnit.WAN: gettext_lazy("10,000 yuan"), AmountUnit.YUAN: gettext_lazy("yuan"),
                     AmountUnit.YI: gettext_lazy("100 million yuan")}[factor]  # fmt: skip

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "text", "autocomplete": "off"}

    def run_validators(self, value: Any) -> None:
        """Those of a text do not apply; the reader itself refuses control characters and excessive length."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Amount):
            plain = self.prepare_value(value.value)
            if value.currency == "CNY":
                return plain
            # With its own unit, so that it is read back as what it is whatever unit stands beside the field.
            return f"{(value.value / AmountUnit.WAN.factor).normalize():f}万 {value.currency}"
        if isinstance(value, Decimal):
            return f"{(value / self.factor.factor).normalize():f}"
        return value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Amount):
            return value
        try:
            amount = parse_amount(super().to_python(value), unit=self.factor)
        except EngineError as error:
            raise ValidationError(told(error)) from None
        if amount is not None and amount.value != round(amount.value, 2):
            raise ValidationError(_("An amount has two decimals at most."))
        if amount is not None and amount.value < 0:
            raise ValidationError(_("An amount here is not negative."))
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class WrittenDateField(forms.CharField):
    """A day as people write it: `2010-03-05`, `2010.3.5`, `2010年3月5日`, `二〇一〇年三月五日`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs.setdefault("placeholder", "2010-03-05")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"autocomplete": "off"}

    def run_validators(self, value: Any) -> None:
        """As for amounts."""

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> Any:
        try:
            return parse_date(value if isinstance(value, dt.date) else super().to_python(value))
        except EngineError as error:
            raise ValidationError(told(error)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class _PlaceField(forms.CharField):
    """A code with its name, offered while one types."""

    kind = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)
        self.widget.attrs |= {
            "autocomplete": "off",
            "list": f"{self.kind}-options",
            "hx-get": reverse_lazy("customers:places", args=[self.kind]),
            "hx-trigger": "focus once, input changed delay:200ms",
            "hx-target": f"#{self.kind}-options",
            "hx-vals": '{"from": "picker"}',
        }

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _differs(self, initial, data)


class IndustryField(_PlaceField):
    """An industry of GB/T 4754-2017; the cleaned value is its code."""

    kind = "industries"

    def prepare_value(self, value: Any) -> Any:
        return written(value, industry_name(value)) if value and industry_name(value) != value else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return industry_read(text) if text else ""
        except EngineError as error:
            raise ValidationError(told(error)) from None


class RegionField(_PlaceField):
    """A region of GB/T 2260; the cleaned value is its code."""

    kind = "regions"

    def prepare_value(self, value: Any) -> Any:
        return written(value, region_name(value)) if value and region_name(value) != value else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return ""
        if (code := region_read(text)) is None:
            raise ValidationError(_("No region has this code or name; pick one, or enter six digits."))
        return code


def _differs(field: forms.Field, initial: Any, data: Any) -> bool:
    """Whether two entries mean different things: 100 and 100.0 do not."""
    try:
        return bool(field.to_python(field.prepare_value(initial)) != field.to_python(data))
    except ValidationError:
        return True
