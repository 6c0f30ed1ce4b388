"""From DATABASE_URL or the embedded cluster to a connection."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from xinheng.database.account import server_account
from xinheng.database.cluster import Cluster, data_home, write_private
from xinheng.database.errors import SecretUnwritable

log = logging.getLogger("xinheng.database")


def embedded(progress: Callable[[str], None] = log.info) -> Cluster:
    """This user's embedded cluster, in `data_home()/database`."""
    return Cluster(data_home() / "database", progress=progress)


def recorded_url() -> str:
    """URL of this user's embedded cluster; starts nothing and does not ask whether it runs."""
    return embedded().url


@contextlib.contextmanager
def running(progress: Callable[[str], None] = log.info) -> Iterator[str]:
    """DATABASE_URL while the block runs: the environment's own, else the embedded cluster's, exported for children.

    The embedded cluster is started when it does not run, and stopped at the end if it was started here.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with embedded(progress) as cluster:
        os.environ["DATABASE_URL"] = cluster.url
        try:
            yield cluster.url
        finally:
            del os.environ["DATABASE_URL"]


def installation_secret() -> str:
    """The key that signs sessions: made once per installation and kept in `data_home()`, readable by its owner only."""
    home = data_home()
    path = home / "session.key"
    try:
        with contextlib.suppress(FileNotFoundError):
            return path.read_text()
        server_account(home).make_open(home)
        draft = home / f".session.key.{os.getpid()}"
        write_private(draft, secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process was first, and its key counts
            os.link(draft, path)
        draft.unlink()
        return path.read_text()
    except OSError as error:
        raise SecretUnwritable(path=path, detail=error.strerror) from error


def database_settings(url: str) -> dict[str, Any]:
    """The `default` entry of Django's DATABASES for a PostgreSQL URL; other URL parameters become OPTIONS."""
    given = {key: value for key, value in conninfo_to_dict(url).items() if value is not None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
        "OPTIONS": given,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
