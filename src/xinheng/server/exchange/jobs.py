"""The worker's part of imports: ids only, safe to run twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from xinheng.intake import FileError
from xinheng.server.exchange.checking import check_run
from xinheng.server.exchange.choices import AT_WORK, State
from xinheng.server.exchange.locking import run_lock
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.services import CHECK, MOST_ATTEMPTS, SILENCE_SECONDS, WRITE, import_revive, is_waiting
from xinheng.server.exchange.watch import Stopped
from xinheng.server.exchange.writing import run_failed, write_run

log = structlog.get_logger(__name__)


@app.task(name=CHECK)
def import_check(run_id: int) -> None:
    """First pass: check the file of a run that is validating."""
    _work(run_id, (State.VALIDATING,), State.VALIDATING, check_run)


@app.task(name=WRITE)
def import_write(run_id: int) -> None:
    """Second pass: write the rows of a run that was decided, from where it stopped."""
    _work(run_id, (State.QUEUED, State.RUNNING), State.RUNNING, write_run)


@app.periodic(cron="* * * * *")
@app.task(name="exchange.imports_revive", queueing_lock="exchange.imports_revive", pass_context=False)
def imports_revive(timestamp: int) -> None:
    """Hand runs whose worker died to the worker again; give up on one that has died too often."""
    since = timezone.now() - timedelta(seconds=SILENCE_SECONDS)
    silent = ImportRun.objects.filter(state__in=AT_WORK).filter(Q(heartbeat_at__lt=since) | Q(heartbeat_at=None))
    for run_id in list(silent.values_list("pk", flat=True)):
        with transaction.atomic():
            run = silent.select_for_update(skip_locked=True).filter(pk=run_id).first()
            if run is None or is_waiting(run):
                continue
            if run.attempts < MOST_ATTEMPTS:
                import_revive(run=run, attempts=run.attempts + 1)
            else:
                run_failed(
                    run, code="worker_died",
                    zh="导入进程多次中断；请查看服务器内存和日志后继续",
                    en="The worker died several times; look at the server's memory and log, then resume",
                )  # fmt: skip


def _work(run_id: int, states: tuple[str, ...], state: str, work: Callable[[ImportRun], None]) -> None:
    with run_lock(run_id) as mine:
        if not mine:
            return
        run = ImportRun.objects.select_related("started_by").filter(pk=run_id, state__in=states).first()
        if run is None:
            return
        run.state = state
        run.save_work()
        try:
            work(run)
        except Stopped:
            run.refresh_from_db()
            run.state = State.CANCELLED
            run.finished_at = timezone.now()
            run.save_work()
        except FileError as error:
            run.refresh_from_db()
            run_failed(run, code=error.code, zh=error.message("zh"), en=error.message("en"))
        except Exception:
            log.exception("import_failed", run_id=run_id)
            run.refresh_from_db()
            run_failed(
                run, code="unexpected",
                zh="导入因程序错误中断，已写入的数据保持完整；可继续导入",
                en="The import stopped on an error of the program; what was written is whole, and it can be resumed",
            )  # fmt: skip
        log.info("import_pass_ended", run_id=run_id, state=run.state, rows=run.rows_read, errors=run.errors)
