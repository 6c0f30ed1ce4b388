"""The second pass of the worker: bring the checked rows into the book, chunk by chunk.

With the policy "correct rows" every chunk is a transaction of its own that also advances the run's position; with "all
or none" there is one transaction. Either way a worker that is killed leaves whole chunks or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from xinheng.intake import RowError
from xinheng.server.events.services import record
from xinheng.server.exchange.choices import Policy, State
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.refusals import RefusalLog
from xinheng.server.exchange.watch import Watch
from xinheng.server.exchange.writers import Outcome, Writer, writer_for

#: conflicts that are kept for the report of a run that wrote nothing
_MOST_KEPT = 100_000


@dataclass
class NothingWritten(Exception):
    """A row conflicts and the policy is all or none. `errors` are the first conflicts."""

    errors: list[RowError] = field(default_factory=list)


def write_run(run: ImportRun) -> None:
    """Write the checked rows from the run's position on; afterwards it is done, or failed with nothing written.

    Raises: Stopped when it was cancelled.
    """
    log = RefusalLog(run)
    writer = writer_for(run)
    try:
        with Watch(run) as watch:
            try:
                if run.policy == Policy.ALL_OR_NOTHING:
                    _write_at_once(run, writer, watch)
                else:
                    _write_by_chunks(run, writer, watch, log)
            except NothingWritten as nothing:
                _fail(run, nothing.errors, log)
    finally:
        log.close()
    if run.state == State.DONE:
        run.drop_chunks()


def _write_by_chunks(run: ImportRun, writer: Writer, watch: Watch, log: RefusalLog) -> None:
    while run.position < run.chunks:
        watch.check()
        with transaction.atomic():
            if run.position + 1 < run.chunks:
                _commit_lazily()
            outcome = writer.write(run.position)
            _count(run, outcome)
            log.add(outcome.errors)
            run.position += 1
            run.progress = run.position
            if run.position == run.chunks:
                _finish(run)
            run.save_work()
    if run.state != State.DONE:
        with transaction.atomic():
            _finish(run)
            run.save_work()


def _commit_lazily() -> None:
    """Do not wait for the disk at this commit. Rows and position are lost together or not at all, and the run's last
    chunk waits, so nothing that is called done can be lost."""
    with connection.cursor() as cursor:
        cursor.execute("set local synchronous_commit to off")


def _write_at_once(run: ImportRun, writer: Writer, watch: Watch) -> None:
    conflicts: list[RowError] = []
    with transaction.atomic():
        for index in range(run.chunks):
            watch.check()
            outcome = writer.write(index)
            _count(run, outcome)
            conflicts.extend(outcome.errors[: _MOST_KEPT - len(conflicts)])
            watch.fields = {"progress": index + 1}
        if conflicts:
            raise NothingWritten(conflicts)
        run.position = run.progress = run.chunks
        _finish(run)
        run.save_work()


def _count(run: ImportRun, outcome: Outcome) -> None:
    run.inserted += outcome.inserted
    run.updated += outcome.updated
    run.skipped += outcome.skipped
    run.conflicts += len(outcome.errors)


def _finish(run: ImportRun) -> None:
    run.state = State.DONE
    run.finished_at = timezone.now()
    run.failure = None
    record(
        type="import.finished",
        subject=run,
        actor=run.started_by,
        data={
            "kind": run.kind,
            "inserted": run.inserted,
            "updated": run.updated,
            "skipped": run.skipped,
            "refused": run.errors,
        },
    )


def _fail(run: ImportRun, errors: list[RowError], log: RefusalLog) -> None:
    run.inserted = run.updated = run.skipped = 0
    run.position = run.progress = 0
    run_failed(
        run,
        code="conflicts",
        zh=f"有 {len(errors)} 行与已有数据不一致，按“全部或全不”未写入任何数据",
        en=f"{len(errors)} rows conflict with what is there; by “all rows or none” nothing was written",
        before_save=lambda: log.add(errors),
    )


def run_failed(run: ImportRun, *, code: str, zh: str, en: str, before_save: Callable[[], None] = lambda: None) -> None:
    """Put the run into state failed with its reason, in one transaction with the event."""
    with transaction.atomic():
        before_save()
        run.state = State.FAILED
        run.finished_at = timezone.now()
        run.failure = {"code": code, "zh": zh, "en": en}
        run.save_work()
        record(type="import.failed", subject=run, actor=run.started_by, data={"code": code})
