"""Amounts as statements print them."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from xinheng.server.assessment.statement_table import months_told

register = template.Library()


@register.filter
def period(months: int) -> str:
    """12 → Full year."""
    return months_told(months)


@register.filter
def unit_told(entry_unit: Any) -> str:
    """The unit that a statement was entered in."""
    names = {
        1: _("yuan"), 1_000: _("1,000 yuan"), 10_000: _("10,000 yuan"), 1_000_000: _("million yuan"),
        100_000_000: _("100 million yuan"),
    }  # fmt: skip
    return names.get(int(entry_unit), f"{int(entry_unit):,}")


@register.filter
def growth(share: float | None) -> str:
    """A change as a signed percentage; a dash where there is no base to tell it from."""
    return "—" if share is None else f"{share * 100:+,.1f}%".replace("-", "−")


@register.simple_tag(takes_context=True)
def statement_money(context: Any, amount: Decimal | None) -> str:
    """An amount in the reader's unit, negative in parentheses as on paper; "" where it is unknown."""
    if amount is None:
        return ""
    unit = UNIT_FACTORS[getattr(getattr(context.get("request"), "user", None), "amount_unit", "wan")]
    text = f"{abs(Decimal(amount)) / unit:,.2f}"
    return f"({text})" if amount < 0 and text.strip("0.,") else text


@register.simple_tag
def in_unit(amount: Decimal | None, unit: Decimal) -> str:
    """An amount in the unit in which somebody is typing, exact, negative in parentheses."""
    if amount is None:
        return "—"
    text = f"{(abs(amount) / unit).normalize():,f}"
    return f"({text})" if amount < 0 else text


UNIT_FACTORS = {"yuan": Decimal(1), "wan": Decimal(10_000), "yi": Decimal(100_000_000)}
