"""The rows that were refused: all of them in a file of the run, the first ones in the database for the page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import astuple

from xinheng.intake import RowError
from xinheng.server.exchange.models import ImportRun, RowRefusal

#: how many errors the page shows; the report has all
SHOWN = 200


class RefusalLog:
    """Appends errors to the run's file; its length in bytes is part of the run's position.

    After a crash the file may hold more than was committed; opening it at `run.errors_bytes` cuts that off.
    """

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        run.errors_path.touch()
        os.truncate(run.errors_path, run.errors_bytes)
        self._stream = run.errors_path.open("ab")
        self._in_database = min(run.errors, SHOWN)

    def add(self, errors: Iterable[RowError]) -> None:
        """Append errors and advance `run.errors` and `run.errors_bytes` (not saved)."""
        shown: list[RowRefusal] = []
        for error in errors:
            self._stream.write(json.dumps(astuple(error), ensure_ascii=False).encode() + b"\n")
            self._run.errors += 1
            if self._in_database + len(shown) < SHOWN:
                shown.append(_row(self._run, error))
        if shown:
            RowRefusal.objects.bulk_create(shown)
            self._in_database += len(shown)
        self._stream.flush()
        self._run.errors_bytes = self._stream.tell()

    def close(self) -> None:
        self._stream.close()


def _row(run: ImportRun, error: RowError) -> RowRefusal:
    return RowRefusal(
        run=run, row=error.row, column=error.column, value=error.value[:200], code=error.code, zh=error.zh, en=error.en,
        accepted_zh=error.accepted_zh, accepted_en=error.accepted_en,
    )  # fmt: skip


def refusals_of(run: ImportRun) -> Iterator[RowError]:
    """Every error of the run so far, in the order in which they were found."""
    if not run.errors_path.exists():
        return
    left = run.errors_bytes
    with run.errors_path.open("rb") as stream:
        for line in stream:
            left -= len(line)
            if left < 0:
                return
            yield RowError(*json.loads(line))
