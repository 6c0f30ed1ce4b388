"""Figures as people read them: unknown is a dash with its reason, never a zero."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
UNITS = {"yuan": Decimal(1), "wan": Decimal(10_000), "yi": Decimal(100_000_000)}


def unknown(reason: str = "") -> SafeString:
    return format_html('<span class="unknown" title="{}">—</span>', reason or _("Not known"))


def unit_name(unit: str) -> str:
    return {"yuan": _("yuan"), "wan": _("10,000 yuan"), "yi": _("100 million yuan")}[unit]


def unit_of(context: Any) -> str:
    """The unit that the reader wants amounts in; ten thousand yuan where nobody is signed in."""
    return getattr(getattr(context.get("request"), "user", None), "amount_unit", "wan")


@register.simple_tag(takes_context=True)
def money(context: Any, amount: Any, reason: str = "") -> str:
    """An amount in the reader's unit, without the unit's name (it stands in the head of the column)."""
    if amount is None or amount == "":
        return unknown(reason)
    return f"{Decimal(amount) / UNITS[unit_of(context)]:,.2f}"


@register.simple_tag(takes_context=True)
def money_unit(context: Any) -> str:
    """The name of the reader's unit."""
    return unit_name(unit_of(context))


@register.simple_tag
def number(value: Any, digits: int = 2, reason: str = "") -> str:
    """A plain number with thousands separators."""
    return unknown(reason) if value is None or value == "" else f"{value:,.{digits}f}"


@register.simple_tag
def figure(value: Any, unit: str = "", reason: str = "") -> str:
    """A ratio by its unit: percentages with one decimal, days and multiples with two."""
    if value is None:
        return unknown(reason)
    if isinstance(value, str) and not value.replace(".", "", 1).lstrip("-").isdigit():
        return value
    if unit == "元":
        return f"{Decimal(value):,.2f}"
    if unit == "%":
        return f"{float(value) * 100:,.1f}%"
    return f"{float(value):,.2f}"


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    return unknown() if value is None else f"{float(value) * 100:.{digits}f}%"


@register.filter
def points(value: Any) -> str:
    return unknown() if value is None else f"{float(value):.1f}"


@register.simple_tag
def grade(value: str) -> SafeString:
    """A grade on the one sequential scale."""
    if not value:
        return format_html('<span class="grade grade-none">{}</span>', _("Not rated"))
    return format_html('<span class="grade grade-{}">{}</span>', value, value)


@register.filter
def scaled(value: Any, full: float = 100) -> str:
    """A length for an SVG bar."""
    return f"{max(0.0, float(value or 0)) * 100 / float(full):.2f}"


@register.filter
def plus(a: Any, b: Any) -> float:
    return float(a or 0) + float(b or 0)
