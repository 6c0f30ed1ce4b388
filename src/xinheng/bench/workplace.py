"""A schema of the benchmark's own in the configured database, gone when it ends; and the memory of this process."""

from __future__ import annotations

import os
import resource
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xinheng import database


@contextmanager
def own_schema(say: Callable[[str], None]) -> Iterator[Path]:
    """Django on a fresh schema with all tables, and an empty folder for its files; both go at the end.

    Nothing of the installation's own data is read or written, in whatever database it is.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    schema = f"bench_{secrets.token_hex(4)}"
    folder = Path(tempfile.mkdtemp(prefix="xinheng-bench-"))
    with database.running():
        import django
        import structlog
        from django.conf import settings

        # Standard output is for the one JSON object.
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

        options = settings.DATABASES["default"].setdefault("OPTIONS", {})
        options["options"] = f"{options.get('options', '')} -c search_path={schema}".strip()
        settings.MEDIA_ROOT = folder
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"create schema {schema}")
        try:
            say(f"tables in schema {schema} …")
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            connection.close()
            with connection.cursor() as cursor:
                cursor.execute(f"drop schema {schema} cascade")
            connection.close()


def reset_peak() -> None:
    """Begin to measure the peak anew, where the system can (Linux)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> int:
    """The most memory that this process has held since `reset_peak`, in MB."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def tree_mb() -> int:
    """What this process and those it started hold now, in MB; pages that they share count in each (Linux)."""
    held, waiting = 0, [os.getpid()]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        with suppress(OSError, StopIteration):
            lines = (process / "status").read_text().splitlines()
            held += int(next(line for line in lines if line.startswith("VmRSS")).split()[1])
            for task in (process / "task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
    return held // 1024
