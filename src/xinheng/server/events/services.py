"""Writing to the spine."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from xinheng.server.events.models import TYPE_FORM, Event


class NotInTransaction(RuntimeError):
    """An event was recorded outside the transaction of its act; the two could part."""


def record(
    *,
    type: str,
    subject: models.Model,
    actor: Any = None,
    data: dict[str, Any] | None = None,
    reason: str = "",
    occurred_at: dt.datetime | None = None,
) -> Event:
    """Write one event in the running transaction.

    Args:
        type: "room.act", for example "customer.created".
        subject: the saved row that it happened to.
        actor: the user who acted, None for the system.
        data: what changed, as JSON.
        occurred_at: when it happened, where that is not now.
    Raises: NotInTransaction outside `transaction.atomic()`; ValueError for a type of another form or an unsaved row.
    """
    _refuse_outside(type)
    event = _event(type, subject, actor, data or {}, reason)
    if occurred_at is not None:
        event.occurred_at = occurred_at
    event.save(force_insert=True)
    return event


def record_many(*, type: str, subjects: Sequence[tuple[models.Model, dict[str, Any]]], actor: Any = None) -> None:
    """Write one event of the same type for each saved row, with its data, in the running transaction.

    Raises: as `record`.
    """
    _refuse_outside(type)
    Event.objects.bulk_create([_event(type, subject, actor, data) for subject, data in subjects], batch_size=1_000)


def _refuse_outside(type: str) -> None:
    if not connection.in_atomic_block:
        raise NotInTransaction(type)
    if not re.fullmatch(TYPE_FORM, type):
        raise ValueError(f"an event type reads room.act, not {type!r}")


def _event(type: str, subject: models.Model, actor: Any, data: dict[str, Any], reason: str = "") -> Event:
    if subject.pk is None:
        raise ValueError(f"{type}: the subject is not saved")
    return Event(
        type=type,
        actor=actor,
        actor_label=str(actor)[:150] if actor else "",
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        data=_plain(data),
        reason=reason,
    )


def _plain(data: dict[str, Any]) -> Any:
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))
