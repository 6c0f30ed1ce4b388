"""One worker a run: a session lock of the database, which a killed worker cannot keep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_IMPORTS = 0x1A77  # a number of our own in the space of advisory locks


@contextmanager
def run_lock(run_id: int) -> Iterator[bool]:
    """Whether this process has the run to itself while the block lasts; does not wait."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [_IMPORTS, run_id])
        locked = bool(cursor.fetchone()[0])
    try:
        yield locked
    finally:
        if locked:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [_IMPORTS, run_id])
