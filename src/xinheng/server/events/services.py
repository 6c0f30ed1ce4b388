"""Writing to the spine."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from xinheng.server.events.models import Event


class NotInTransaction(RuntimeError):
    """An event was recorded outside the transaction of its act; the two could part."""


def record(
    *, type: str, subject: models.Model, actor: Any = None, data: dict[str, Any] | None = None, reason: str = ""
) -> Event:
    """Write one event in the running transaction.

    Args:
        type: "room.act", for example "customer.created".
        subject: the saved row that it happened to.
        actor: the user who acted, None for the system.
        data: what changed, as JSON.
    Raises: NotInTransaction outside `transaction.atomic()`.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(type)
    return Event.objects.create(
        type=type,
        actor=actor,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        data=_plain(data or {}),
        reason=reason,
    )


def record_many(*, type: str, subjects: Sequence[tuple[models.Model, dict[str, Any]]], actor: Any = None) -> None:
    """Write one event of the same type for each saved row, with its data, in the running transaction.

    Raises: NotInTransaction outside `transaction.atomic()`.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(type)
    Event.objects.bulk_create(
        [
            Event(
                type=type,
                actor=actor,
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                subject_label=str(subject)[:200],
                data=_plain(data),
            )
            for subject, data in subjects
        ],
        batch_size=1_000,
    )


def _plain(data: dict[str, Any]) -> Any:
    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))
