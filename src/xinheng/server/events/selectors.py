"""Reading the spine."""

from dataclasses import dataclass
from typing import Any

from django.db import models

from xinheng.server.events.catalogue import sentence
from xinheng.server.events.models import Event


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    event: Event
    text: str

    @property
    def actor(self) -> str:
        return self.event.actor_label or (str(self.event.actor) if self.event.actor else "")


def timeline(subject: models.Model, limit: int = 50) -> list[Entry]:
    """What happened to one row, newest first."""
    return _entries(Event.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk), limit)


def latest(limit: int = 20, *, subjects: dict[str, Any] | None = None) -> list[Entry]:
    """What happened last; `subjects` maps a subject type to the ids that the reader may see."""
    events = Event.objects.all()
    if subjects is not None:
        allowed = models.Q(pk__in=[])
        for subject_type, ids in subjects.items():
            allowed |= models.Q(subject_type=subject_type, subject_id__in=ids)
        events = events.filter(allowed)
    return _entries(events, limit)


def _entries(events: models.QuerySet[Event], limit: int) -> list[Entry]:
    rows = events.select_related("actor").order_by("-id")[:limit]
    return [Entry(event, sentence(event.type, event.data)) for event in rows]
