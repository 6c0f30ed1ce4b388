"""Amounts of an account in templates: the reader's unit for yuan, the plain amount for other currencies."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template

from xinheng.server.accounts.amounts import in_unit

register = template.Library()


def _reader(context: Any) -> Any:
    return getattr(context.get("request"), "user", None)


@register.simple_tag(takes_context=True)
def amount(context: Any, value: Decimal, currency: str = "CNY") -> str:
    """An amount with two decimals; which unit it is in stands in the head of its column."""
    return f"{value if currency not in ('CNY', '') else in_unit(value, _reader(context)):,.2f}"


@register.simple_tag(takes_context=True)
def ageing_bars(context: Any, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The data of the chart of an ageing in the reader's unit."""
    reader = _reader(context)
    return {
        "digits": 2,
        "items": [
            {"label": row["short"], "state": row["state"], "value": float(in_unit(row["amount"], reader) or 0)}
            for row in rows
        ],
    }
