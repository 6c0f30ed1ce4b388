"""What an event is called in the timeline. Rooms add their own types from their AppConfig."""

from collections.abc import Mapping

from django.utils.functional import Promise

_SENTENCES: dict[str, str | Promise] = {}


def register(sentences: Mapping[str, str | Promise]) -> None:
    """Name event types; a type has one name in the whole product."""
    for type, sentence in sentences.items():
        if _SENTENCES.setdefault(type, sentence) is not sentence:
            raise ValueError(f"event type {type} is named twice")


def sentence(type: str) -> str:
    """The act as a person reads it; the bare type where nobody has named it."""
    return str(_SENTENCES.get(type, type))
