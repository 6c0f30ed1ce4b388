"""The timeline as it is shown: by day, with runs of equal acts told once."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.events.selectors import Entry

register = template.Library()

#: Acts of at least so many of one kind by one actor within a minute are one line: a batch, not news each.
A_RUN = 4
#: Names shown of a run.
SHOWN = 3
ICONS = {
    "customer": "users", "statement": "file-text", "assessment": "report-analytics", "import": "file-import",
    "account": "user",
}  # fmt: skip
PAGES = {"customers.customer": "customers:detail", "exchange.importrun": "exchange:detail"}


@register.filter
def by_day(entries: Iterable[Entry], named: Any = False) -> list[dict[str, Any]]:
    """Days, newest first, each with a label and its items. `named`: whether the subjects are named in them."""
    items = list(_items(list(entries), bool(named)))
    days = groupby(items, key=lambda item: timezone.localtime(item["at"]).date())
    return [{"label": _day(day), "items": list(group)} for day, group in days]


def _items(entries: list[Entry], named: bool) -> Iterator[dict[str, Any]]:
    def kind(entry: Entry) -> tuple[Any, ...]:
        event = entry.event
        return event.type, event.actor_id, event.recorded_at.replace(second=0, microsecond=0), event.reason

    for _kind, group in groupby(entries, key=kind):
        run = list(group)
        if named and len(run) >= A_RUN:
            yield _item(run[0], [_label(entry) for entry in run[:SHOWN]], len(run) - SHOWN)
        else:
            for entry in run:
                yield _item(entry, [_label(entry)] if named else [], 0)


def _item(entry: Entry, labels: list[dict[str, str]], more: int) -> dict[str, Any]:
    event = entry.event
    icon = ICONS.get(event.type.partition(".")[0], "clock")
    return {
        "text": entry.text, "labels": labels, "more": more, "icon": icon, "at": event.recorded_at,
        "actor": entry.actor, "reason": event.reason,
    }  # fmt: skip


def _label(entry: Entry) -> dict[str, str]:
    event = entry.event
    try:
        url = reverse(PAGES[event.subject_type], args=[event.subject_id])
    except (KeyError, NoReverseMatch):
        url = ""
    return {"text": event.subject_label, "url": url}


def _day(day: dt.date) -> str:
    ago = (timezone.localdate() - day).days
    return {0: _("Today"), 1: _("Yesterday")}.get(ago, day.isoformat())
