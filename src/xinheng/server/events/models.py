"""The spine: one append-only table that every business act writes to in its own transaction."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

#: The form of an event type; the table holds to it too.
TYPE_FORM = r"^[a-z_]+\.[a-z_]+$"


class Event(models.Model):
    """Something that happened. Never changed or removed: PostgreSQL refuses both (see the migration)."""

    recorded_at = models.DateTimeField(auto_now_add=True, verbose_name=_("recorded at"))
    # When it happened, where that differs from when we were told; the database's clock otherwise.
    occurred_at = models.DateTimeField(db_default=Now(), verbose_name=_("occurred at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor")
    )
    # The name at the time: people are renamed, what they did is not.
    actor_label = models.CharField(max_length=150, blank=True)
    type = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="event_subject")]
        constraints = [
            models.CheckConstraint(condition=models.Q(type__regex=TYPE_FORM), name="event_type_is_room_act"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_label}"
