"""What an event is called in the timeline. Rooms add their own types from their AppConfig."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise

#: A sentence, with `%(key)s` for what stands in the event's data; or a function of the data where that is not enough.
Sentence = str | Promise | Callable[[Mapping[str, Any]], str]

_SENTENCES: dict[str, Sentence] = {}


class _Known(dict[str, Any]):
    """Data for a sentence; what an old event does not hold yet is a dash, never an error in a page."""

    def __missing__(self, key: str) -> str:
        return "—"


def register(sentences: Mapping[str, Sentence]) -> None:
    """Name event types; a type has one name in the whole product."""
    for type, sentence in sentences.items():
        if _SENTENCES.setdefault(type, sentence) is not sentence:
            raise ValueError(f"event type {type} is named twice")


def sentence(type: str, data: Mapping[str, Any] | None = None) -> str:
    """The act as a person reads it in the language in force; the bare type where nobody has named it."""
    found = _SENTENCES.get(type, type)
    if callable(found) and not isinstance(found, Promise):
        return found(_Known(data or {}))
    text = str(found)
    return text % _Known(data or {}) if "%(" in text else text
