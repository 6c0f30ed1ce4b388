"""Imports: one row a run, the mappings that were confirmed, the first rows that were refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from xinheng import intake
from xinheng.server.exchange.choices import AT_WORK, Duplicates, Kind, Policy, State

_WORKERS_OWN = (
    "state", "rows_expected", "rows_read", "rows_good", "errors", "errors_bytes", "chunks", "position", "progress",
    "inserted", "updated", "skipped", "conflicts", "failure", "finished_at",
)  # fmt: skip


class ImportRun(models.Model):
    """One file on its way into the book.

    The file and what the worker makes of it lie in the folder `imports/<token>` of MEDIA_ROOT; the token is random, the
    name that the uploader gave is only shown. `position` is the number of chunks whose rows are committed: it advances
    in the same transaction as they are written, so that a run resumes exactly where it stopped.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.DRAFT)
    policy = models.CharField(max_length=16, choices=Policy.choices, default=Policy.ALL_OR_NOTHING)
    duplicates = models.CharField(max_length=8, choices=Duplicates.choices, default=Duplicates.ERROR)

    token = models.CharField(max_length=32, unique=True)
    original_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    encoding = models.CharField(max_length=20)
    sheet = models.CharField(max_length=255, blank=True)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)

    rows_expected = models.BigIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    rows_good = models.BigIntegerField(default=0)
    errors = models.BigIntegerField(default=0)
    errors_bytes = models.BigIntegerField(default=0)
    chunks = models.IntegerField(default=0)
    position = models.IntegerField(default=0)
    progress = models.IntegerField(default=0)  # chunks the worker has worked through, committed or not; for the page
    inserted = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    skipped = models.BigIntegerField(default=0)
    conflicts = models.BigIntegerField(default=0)

    failure = models.JSONField(null=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["started_by", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.original_name

    def save_work(self) -> None:
        """Save what the worker decides; what others write meanwhile (wish to stop, heartbeat) is left alone."""
        self.save(update_fields=_WORKERS_OWN)

    @property
    def folder(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "imports" / self.token

    @property
    def source_path(self) -> Path:
        return self.folder / "source"

    @property
    def errors_path(self) -> Path:
        return self.folder / "errors.jsonl"

    def chunk_path(self, index: int) -> Path:
        return self.folder / f"chunk-{index:06d}.csv"

    def rows_path(self, index: int) -> Path:
        """The row numbers of a chunk's lines, one a line."""
        return self.folder / f"chunk-{index:06d}.rows"

    def drop_chunks(self) -> None:
        """Remove what the worker made of the file, once it is in the book; the file itself and the report stay."""
        for path in self.folder.glob("chunk-*"):
            path.unlink(missing_ok=True)

    @property
    def at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def definition(self) -> intake.Kind:
        return intake.kind(self.kind)

    @property
    def percent(self) -> int:
        """How far the worker is, 0 to 100; the two passes count half each."""
        if self.state == State.DONE:
            return 100
        if self.state in (State.RUNNING, State.QUEUED) or self.progress:
            return 50 + (50 * self.progress // self.chunks if self.chunks else 0)
        return min(50, 50 * self.rows_read // self.rows_expected) if self.rows_expected else 0

    def failure_text(self, language: str) -> str:
        """Why it failed, in the reader's language."""
        texts: dict[str, Any] = self.failure or {}
        return str(texts.get("zh" if language.startswith("zh") else "en", ""))


class ColumnMapping(models.Model):
    """A mapping that somebody confirmed for a kind and a set of headers; proposed when they come again."""

    kind = models.CharField(max_length=12, choices=Kind.choices)
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    confirmed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "fingerprint"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:12]}"


class RowRefusal(models.Model):
    """One of the first errors of a run, for the page; all of them are in the report."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals")
    row = models.BigIntegerField()
    column = models.CharField(max_length=40, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=60)
    zh = models.TextField()
    en = models.TextField()
    accepted_zh = models.TextField(blank=True)
    accepted_en = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.row} {self.code}"
