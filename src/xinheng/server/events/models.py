"""The spine: one append-only table that every business act writes to in its own transaction."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """Something that happened. Never changed or removed: PostgreSQL refuses both (see the migration)."""

    recorded_at = models.DateTimeField(auto_now_add=True, verbose_name=_("recorded at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor")
    )
    type = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    data = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="event_subject")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(type__regex=r"^[a-z_]+\.[a-z_]+$"), name="event_type_is_room_act"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject_label}"
