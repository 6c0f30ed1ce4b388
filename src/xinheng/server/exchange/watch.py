"""The worker's sign of life, beside the transaction that writes: heartbeat and progress out, the wish to stop in."""

from __future__ import annotations

import threading
from types import TracebackType

from django.db import connection
from django.utils import timezone

from xinheng.server.exchange.models import ImportRun

_SECONDS = 1.0


class Stopped(Exception):
    """Somebody cancelled the run."""


class Watch:
    """While it is entered, a thread with a connection of its own tells the run's page how far the work is.

    Set `fields` to what the page shall see; call `check` where the work may stop.
    """

    def __init__(self, run: ImportRun) -> None:
        self._run_id = run.pk
        self._cancel = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"import-{run.pk}", daemon=True)
        self.fields: dict[str, int] = {}

    def __enter__(self) -> Watch:
        self._tell()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def check(self) -> None:
        """Raises: Stopped when the run is to be cancelled."""
        if self._cancel.is_set():
            raise Stopped

    def _beat(self) -> None:
        try:
            while not self._over.wait(_SECONDS):
                self._tell()
        finally:
            connection.close()

    def _tell(self) -> None:
        runs = ImportRun.objects.filter(pk=self._run_id)
        runs.update(heartbeat_at=timezone.now(), **self.fields)
        if runs.filter(cancel_requested=True).exists():
            self._cancel.set()
