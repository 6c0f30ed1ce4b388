"""Acts on imports: each in one transaction with its event; the work itself is the worker's."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from xinheng import intake
from xinheng.server.events.services import record
from xinheng.server.exchange.choices import AT_WORK, Duplicates, Policy, State
from xinheng.server.exchange.models import ColumnMapping, ImportRun
from xinheng.server.exchange.opening import run_table
from xinheng.server.exchange.selectors import kinds_for

#: a worker gives a sign of life every second; without one for so long it is taken for dead
SILENCE_SECONDS = 60
MOST_ATTEMPTS = 5

#: names of the worker's tasks; they know the services, so the services know them by name only
CHECK = "exchange.import_check"
WRITE = "exchange.import_write"


def import_upload(*, kind: str, upload: UploadedFile, actor: Any, sheet: str = "") -> ImportRun:
    """Take a file in.

    Raises: PermissionDenied for a kind that is not the actor's; FileError when the file cannot be used: then neither
    file nor row is left.
    """
    _refuse_kind(actor, kind)
    run = ImportRun(kind=kind, token=secrets.token_hex(16), started_by=actor, sheet=sheet, original_name="")
    try:
        run.folder.mkdir(parents=True, mode=0o700)
        run.sha256, run.size = _store(upload, run.source_path)
        source = intake.open_source(run.source_path, upload.name or "")
        run.original_name = source.name
        table = intake.table_for(source, run.definition, sheet)
        run.sheet = table.sheet
        run.encoding = source.encoding
        run.headers = list(table.headers)
        run.rows_expected = source.expected_rows(table.sheet)
        run.mapping = _remembered_or_proposed(run, table).as_json()
        with transaction.atomic():
            run.save()
            record(
                type="import.uploaded",
                subject=run,
                actor=actor,
                data={"kind": kind, "sha256": run.sha256, "size": run.size},
            )
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def import_map(*, run: ImportRun, mapping: intake.Mapping, actor: Any, sheet: str | None = None) -> ImportRun:
    """Confirm which column is which, remember it, and have the worker check every row.

    Raises: ColumnMissing, ValidationError when the run is at work or done; FileError for a sheet without the table.
    """
    with transaction.atomic():
        run = _locked(run, actor, (State.DRAFT, State.PREVIEW))
        if sheet is not None and sheet != run.sheet:
            run.sheet = sheet
            run.headers = list(run_table(run).headers)
        try:
            intake.check_mapping(run.definition, mapping, len(run.headers))
        except ValueError as error:
            raise ValidationError(_("The columns do not fit the file.")) from error
        run.mapping = mapping.as_json()
        run.state = State.VALIDATING
        run.cancel_requested = False
        run.attempts = 0
        run.heartbeat_at = timezone.now()
        run.save()
        ColumnMapping.objects.update_or_create(
            kind=run.kind,
            fingerprint=intake.fingerprint(run.definition, run.headers),
            defaults={"mapping": run.mapping, "confirmed_by": actor},
        )
        record(type="import.mapped", subject=run, actor=actor, data={"mapping": run.mapping})
        _defer(CHECK, run)
    return run


def import_start(*, run: ImportRun, policy: str, duplicates: str, actor: Any) -> ImportRun:
    """Decide to import what was checked.

    Raises: ValidationError when nothing can be imported under the policy, or the run is not at that point.
    """
    with transaction.atomic():
        run = _locked(run, actor, (State.PREVIEW,))
        if policy not in Policy.values or duplicates not in Duplicates.values:
            raise ValidationError(_("Choose how to go on."))
        if policy == Policy.ALL_OR_NOTHING and run.errors:
            raise ValidationError(
                _("%(count)s errors were found, so by “all rows or none” nothing can be imported.")
                % {"count": run.errors}
            )
        if not run.rows_good:
            raise ValidationError(_("No row can be imported."))
        run.policy, run.duplicates = policy, duplicates
        run.state = State.QUEUED
        run.started_at = run.heartbeat_at = timezone.now()
        run.cancel_requested = False
        run.attempts = 0
        run.save()
        record(type="import.started", subject=run, actor=actor, data={"policy": policy, "duplicates": duplicates})
        _defer(WRITE, run)
    return run


def import_cancel(*, run: ImportRun, actor: Any) -> ImportRun:
    """Stop a run. One that the worker has in hand stops after the chunk it is at; what was written stays."""
    with transaction.atomic():
        run = _locked(run, actor, (State.DRAFT, State.PREVIEW, *AT_WORK))
        if run.state in (State.VALIDATING, State.RUNNING) and not is_silent(run):
            run.cancel_requested = True
        else:
            run.state = State.CANCELLED
            run.finished_at = timezone.now()
        run.save(update_fields=["state", "cancel_requested", "finished_at"])
        record(type="import.cancelled", subject=run, actor=actor)
    return run


def import_resume(*, run: ImportRun, actor: Any) -> ImportRun:
    """Go on where a failed, cancelled or silent run stopped."""
    with transaction.atomic():
        run = _locked(run, actor, (State.FAILED, State.CANCELLED, *AT_WORK))
        if run.state in AT_WORK and not is_silent(run):
            raise ValidationError(_("The worker has this import in hand."))
        record(type="import.resumed", subject=run, actor=actor, data={"position": run.position})
        import_revive(run=run, attempts=0)
    return run


def import_revive(*, run: ImportRun, attempts: int) -> None:
    """Hand a run to the worker again, at the pass in which it stopped. The caller's transaction is open."""
    if run.state in (State.QUEUED, State.RUNNING) or run.started_at:
        run.state, task = State.QUEUED, WRITE
    elif run.state == State.VALIDATING or run.mapping.get("columns"):
        run.state, task = State.VALIDATING, CHECK
    else:
        raise ValidationError(_("Confirm the columns first."))
    run.cancel_requested = False
    run.attempts = attempts
    run.failure = None
    run.heartbeat_at = timezone.now()
    run.finished_at = None
    run.save(update_fields=["state", "cancel_requested", "attempts", "failure", "heartbeat_at", "finished_at"])
    if not is_waiting(run):
        _defer(task, run)


def is_silent(run: ImportRun) -> bool:
    """Whether the worker that should have the run has not been heard of for a while."""
    return run.heartbeat_at is None or (timezone.now() - run.heartbeat_at).total_seconds() > SILENCE_SECONDS


def _locked(run: ImportRun, actor: Any, states: tuple[str, ...]) -> ImportRun:
    _refuse_kind(actor, run.kind)
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state not in states:
        raise ValidationError(_("This import has moved on meanwhile; reload the page."))
    return run


def _refuse_kind(actor: Any, kind: str) -> None:
    if kind not in kinds_for(actor):
        raise PermissionDenied(_("Your roles do not import this kind of data."))


def _store(upload: UploadedFile, path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as stream:
        path.chmod(0o600)
        for block in upload.chunks():
            digest.update(block)
            size += len(block)
            stream.write(block)
    return digest.hexdigest(), size


def _remembered_or_proposed(run: ImportRun, table: intake.Table) -> intake.Mapping:
    definition = run.definition
    known = ColumnMapping.objects.filter(
        kind=run.kind, fingerprint=intake.fingerprint(definition, table.headers)
    ).first()
    if known:
        return intake.Mapping.from_json(known.mapping)
    sample = [cells for _row, cells in table.sample(20)]
    return intake.mapping_of(intake.propose(definition, table.headers, table.unit, sample))


def _defer(task: str, run: ImportRun) -> None:
    # On the connection of the running transaction: job and act are there together or not at all.
    app.configure_task(task, allow_unknown=True).defer(run_id=run.pk)


def is_waiting(run: ImportRun) -> bool:
    """Whether the job for the run's pass stands in the queue, not begun: a busy worker is not a dead one."""
    task = CHECK if run.state == State.VALIDATING else WRITE
    return ProcrastinateJob.objects.filter(status="todo", task_name=task, args__run_id=run.pk).exists()
