"""The customer's page and the list of customers are put together by rooms, each from its AppConfig.

A room registers its tab, its cards and figures for the overview, its part of the one sentence, what it misses, and its
columns of the list. Contexts are functions of the customer; templates find `customer` beside what they return.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from xinheng.server.accounts.language import reader_language
from xinheng.server.customers.models import Customer

Context = Callable[[Customer], dict[str, Any]]


@dataclass(frozen=True, order=True)
class Tab:
    order: int
    key: str
    label: str | Promise
    url_name: str


@dataclass(frozen=True, order=True)
class Card:
    """A template with its context; `wide` cards take the whole row of the overview."""

    order: int
    key: str
    template: str
    context: Context
    wide: bool = False


@dataclass(frozen=True)
class Sentence:
    """A part of the sentence on the state of things; `weight` decides which come first, higher before lower."""

    text: str
    weight: int = 0


@dataclass(frozen=True)
class Missing:
    """Something that is not known of the customer, why it matters, and where it can be entered."""

    text: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class ListColumn:
    """A column of the list of customers that another room answers.

    Attributes:
        column: makes, for a reader, a django-tables2 column whose accessor names what `fill` puts on a customer. It
            renders itself, gives its plain value to exports (`value`), and says how to sort (`order`), if at all.
        fill: given the customers of one page, puts the value on each; a fixed number of queries.
        filter_label, choices, select: the filter by this column: its choices, and how it narrows the query to one.
    """

    key: str
    order: int
    column: Callable[[Any], Any]
    fill: Callable[[Sequence[Customer]], None]
    filter_label: str | Promise = ""
    choices: Callable[[], Sequence[tuple[str, Any]]] | None = None
    select: Callable[[QuerySet[Customer], str], QuerySet[Customer]] | None = None


_tabs: list[Tab] = []
_cards: list[Card] = []
_figures: list[Card] = []
_badges: list[Card] = []
_sentences: list[tuple[int, Callable[[Customer], Sentence | None]]] = []
_missing: list[tuple[int, Callable[[Customer], list[Missing]]]] = []
_columns: dict[str, ListColumn] = {}


def register_tab(key: str, label: str | Promise, url_name: str, order: int) -> None:
    _tabs.append(Tab(order, key, label, url_name))
    _tabs.sort(key=lambda tab: tab.order)


def register_card(key: str, template: str, context: Context, order: int, *, wide: bool = False) -> None:
    """A card of the overview."""
    _cards.append(Card(order, key, template, context, wide))
    _cards.sort(key=lambda card: card.order)


def register_figure(key: str, template: str, context: Context, order: int) -> None:
    """One of at most five key figures; the template is a `<c-figure>`."""
    _figures.append(Card(order, key, template, context))
    _figures.sort(key=lambda card: card.order)


def register_badge(key: str, template: str, context: Context, order: int) -> None:
    """What stands beside the customer's name on every tab."""
    _badges.append(Card(order, key, template, context))
    _badges.sort(key=lambda card: card.order)


def register_sentence(tell: Callable[[Customer], Sentence | None], order: int) -> None:
    """A part of the one sentence; None where the room has nothing to say."""
    _sentences.append((order, tell))
    _sentences.sort(key=lambda pair: pair[0])


def register_missing(find: Callable[[Customer], list[Missing]], order: int) -> None:
    """What the room does not know of the customer."""
    _missing.append((order, find))
    _missing.sort(key=lambda pair: pair[0])


def register_column(column: ListColumn) -> None:
    _columns[column.key] = column


def list_columns() -> list[ListColumn]:
    return sorted(_columns.values(), key=lambda column: column.order)


def page_context(customer: Customer, active: str) -> dict[str, Any]:
    """What every tab of the customer's page needs."""
    return {"customer": customer, "tabs": _tabs, "active_tab": active, "badges": _answered(_badges, customer)}


def cards(customer: Customer) -> list[dict[str, Any]]:
    return _answered(_cards, customer)


def figures(customer: Customer) -> list[dict[str, Any]]:
    return _answered(_figures, customer)


def sentence(customer: Customer) -> str:
    """The sentence on the state of things, what weighs most first."""
    told = [part for _order, tell in _sentences if (part := tell(customer)) is not None]
    between = " " if reader_language() == "en" else ""
    return between.join(part.text for part in sorted(told, key=lambda part: -part.weight))


def missing(customer: Customer) -> list[Missing]:
    return [entry for _order, find in _missing for entry in find(customer)]


def _answered(parts: Sequence[Card], customer: Customer) -> list[dict[str, Any]]:
    return [_context(part, part.context(customer)) for part in parts]


def _context(part: Card, context: Mapping[str, Any]) -> dict[str, Any]:
    return {"template": part.template, "wide": part.wide, **context}
