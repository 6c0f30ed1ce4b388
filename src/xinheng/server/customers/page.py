"""The customer's page is put together by rooms: each registers its tab and its card for the overview."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from xinheng.server.customers.models import Customer


@dataclass(frozen=True, order=True)
class Tab:
    order: int
    key: str
    label: str | Promise
    url_name: str


@dataclass(frozen=True, order=True)
class Card:
    order: int
    key: str
    template: str
    context: Callable[[Customer], dict[str, Any]]


_tabs: list[Tab] = []
_cards: list[Card] = []


def register_tab(key: str, label: str | Promise, url_name: str, order: int) -> None:
    _tabs.append(Tab(order, key, label, url_name))
    _tabs.sort(key=lambda tab: tab.order)


def register_card(key: str, template: str, context: Callable[[Customer], dict[str, Any]], order: int) -> None:
    _cards.append(Card(order, key, template, context))
    _cards.sort(key=lambda card: card.order)


def page_context(customer: Customer, active: str) -> dict[str, Any]:
    """What every tab of the customer's page needs."""
    return {"customer": customer, "tabs": _tabs, "active_tab": active}


def cards(customer: Customer) -> list[dict[str, Any]]:
    return [{"template": card.template, **card.context(customer)} for card in _cards]
