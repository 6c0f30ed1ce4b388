"""What the receivables room says on the customer's overview and in the list of customers."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinheng.server.accounts.amounts import headed, in_unit
from xinheng.server.accounts.language import reader_language
from xinheng.server.customers.models import Customer
from xinheng.server.customers.page import ListColumn, Missing, Sentence
from xinheng.server.receivables.figures import Aged, Position
from xinheng.server.receivables.selectors import account_today, customers_owed

#: States of the buckets of an ageing, the least overdue first.
_STATES = ("", "watch", "hold", "hold", "stop", "stop", "stop")


def standing(customer: Customer) -> dict[str, Any]:
    """What the key figures and the card of ageing show, worked out once for one page."""
    kept = getattr(customer, "_standing", None)
    if kept is None:
        today = timezone.localdate()
        account = account_today(customer)
        facts = account.behaviour(today)
        kept = {
            "today": today,
            "is_empty": account.is_empty,
            "position": account.position(today),
            "facts": facts,
            "index": facts.get("payment_index"),
            "why_no_index": why_no_index(facts),
        }
        customer._standing = kept  # type: ignore[attr-defined]
    return kept


def why_no_index(facts: dict[str, Any]) -> str:
    if not facts:
        return _("No invoice is recorded.")
    return _("It needs three judged invoices and sixty days of history.")


def ageing_items(ageing: Sequence[Aged]) -> list[dict[str, Any]]:
    """Buckets as rows and as bars: label, the same in short, amount (元), number of items, state."""
    language = reader_language()
    return [
        {"label": getattr(aged.bucket, language), "short": _short(getattr(aged.bucket, language)),
         "amount": aged.amount, "count": aged.count, "state": state if aged.amount else ""}
        for aged, state in zip(ageing, _STATES, strict=True)
    ]  # fmt: skip


def _short(label: str) -> str:
    """The label under a bar, whose title says already that it is about days overdue."""
    for word in ("逾期", "天", " days", " overdue"):
        label = label.replace(word, "")
    return label.replace("超过", "＞").replace("More than", ">").strip()


def ageing_finding(position: Position) -> str:
    """The title of the ageing: what it shows."""
    if not position.debit:
        return _("Nothing is open")
    if not position.overdue:
        return _("Nothing that is open is overdue")
    share = f"{float(position.overdue / position.debit) * 100:.1f}%"
    return ngettext(
        "%(share)s of what is open is overdue, the oldest by %(days)d day",
        "%(share)s of what is open is overdue, the oldest by %(days)d days",
        position.oldest_days,
    ) % {"share": share, "days": position.oldest_days}


def ageing_card(customer: Customer) -> dict[str, Any]:
    kept = standing(customer)
    position: Position = kept["position"]
    return kept | {"ageing": ageing_items(position.ageing()), "finding": ageing_finding(position)}


def told(customer: Customer) -> Sentence | None:
    """The account's part of the sentence on the state of things."""
    kept = standing(customer)
    if kept["is_empty"]:
        return None
    position: Position = kept["position"]
    if position.overdue:
        share = f"{float(position.overdue / position.debit) * 100:.1f}%"
        text = ngettext(
            "%(share)s of what the customer owes is overdue, the oldest item by %(days)d day.",
            "%(share)s of what the customer owes is overdue, the oldest item by %(days)d days.",
            position.oldest_days,
        ) % {"share": share, "days": position.oldest_days}
        return Sentence(text, weight=2)
    if position.debit:
        return Sentence(_("Nothing that the customer owes is overdue."), weight=1)
    return Sentence(_("The customer owes nothing."), weight=1)


def missing(customer: Customer) -> list[Missing]:
    if not standing(customer)["is_empty"]:
        return []
    note = _("Without them nobody can say how the customer pays.")
    return [Missing(_("Invoices and payments"), note, reverse("receivables:account", args=[customer.pk]))]


class OwedColumn(tables.Column):  # type: ignore[misc]
    """An amount of the list in the reader's unit."""

    def __init__(self, label: str, user: Any, *, warns: bool = False, **kwargs: Any) -> None:
        attrs = {"td": {"class": "n"}, "th": {"class": "n"}}
        super().__init__(verbose_name=headed(label, user), orderable=False, attrs=attrs, **kwargs)
        self.user, self.warns = user, warns

    def render(self, value: Decimal) -> Any:
        shown = f"{in_unit(value, self.user):,.2f}"
        return format_html('<b class="is-hold">{}</b>', shown) if self.warns and value > 0 else shown

    def value(self, value: Decimal) -> Decimal | None:
        return in_unit(value, self.user)


def _fill(customers: Sequence[Customer]) -> None:
    if all(hasattr(customer, "owed_open") for customer in customers):
        return
    owed = customers_owed(customers)
    for customer in customers:
        found = owed.get(customer.pk)
        customer.owed_open = found.open if found else None  # type: ignore[attr-defined]
        customer.owed_overdue = found.overdue if found else None  # type: ignore[attr-defined]


def columns() -> list[ListColumn]:
    return [
        ListColumn("owed_open", 30, lambda user: OwedColumn(_("Still open"), user), _fill),
        ListColumn("owed_overdue", 31, lambda user: OwedColumn(_("Overdue"), user, warns=True), _fill),
    ]


def quarter_label(day: dt.date, today: dt.date) -> str:
    """`2026Q3` for the end of a quarter, the day itself for the last point."""
    return day.isoformat() if day == today else f"{day.year}Q{(day.month + 2) // 3}"
