"""The filters that are set on a list, each with the address that takes it away."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Chip:
    """One filter that is set."""

    label: str
    value: str
    href: str


def chips(filterset: Any, request: HttpRequest) -> list[Chip]:
    """Chips for the set filters of a form or a django-filter set, in its order; the page goes back to the first."""
    found = []
    for bound in getattr(filterset, "form", filterset):
        given = request.GET.get(bound.name, "")
        if given == "":
            continue
        left = request.GET.copy()
        for name in (bound.name, "page", "export"):
            left.pop(name, None)
        shown = _words(bound.field.choices, given) if hasattr(bound.field, "choices") else given
        found.append(Chip(str(bound.label), str(shown), f"?{left.urlencode()}" if left else request.path))
    return found


def _words(choices: Any, given: str) -> str:
    for value, label in choices:
        if isinstance(label, list | tuple):
            if (inner := _words(label, given)) != given:
                return inner
        elif str(value) == given:
            return str(label)
    return given
