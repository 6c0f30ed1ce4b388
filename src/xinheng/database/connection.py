"""From DATABASE_URL or the embedded cluster to a connection."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from xinheng.database.account import server_account
from xinheng.database.cluster import Cluster
from xinheng.database.errors import SecretUnwritable
from xinheng.database.places import data_home, write_private

log = logging.getLogger("xinheng.database")
TAKE_OVER_EVERY = 2.0  # seconds between looks at a server that another process started


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
    with attended(progress):
        yield os.environ["DATABASE_URL"]


@contextlib.contextmanager
def attended(progress: Callable[[str], None] = log.info) -> Iterator[Callable[[], None]]:
    """Like `running`, for a long time: yields what to call now and then to have an embedded server that died back.

    That is also the moment to take over from another process that started the server and has ended with it.
    """
    if os.environ.get("DATABASE_URL"):
        yield lambda: None
        return
    looked = time.monotonic()

    def keep() -> None:
        nonlocal looked
        dead = cluster.process is not None and cluster.process.poll() is not None
        if dead or (cluster.process is None and time.monotonic() - looked > TAKE_OVER_EVERY):
            looked = time.monotonic()
            if dead or cluster.attach() is None:
                progress("the embedded PostgreSQL is gone, starting it again")
                cluster.start()

    with embedded(progress) as cluster:
        os.environ["DATABASE_URL"] = cluster.url
        try:
            yield keep
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
