"""A server that takes long to answer is waited for, never killed."""

import os
import signal
import stat

import psycopg
import pytest

from xinheng.database import Cluster
from xinheng.database.binaries import find_binaries

pytestmark = pytest.mark.faults


def test_recovery_of_much_log_is_waited_for(home, watch):
    lazy = ("checkpoint_timeout=1h", "max_wal_size=20GB", "fsync=off", "wal_compression=off", "autovacuum=off")
    owner = watch.Owner(home, *lazy).wait()
    with psycopg.connect(owner.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bulk (n bigint PRIMARY KEY, filler text)")
        connection.execute("INSERT INTO bulk SELECT n, repeat('x', 100) FROM generate_series(1, 1500000) n")
        written = connection.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()[0]
    assert written > 300 * 2**20
    os.kill(owner.child.pid, signal.SIGSTOP)
    os.kill(owner.postmaster, signal.SIGKILL)
    owner.kill()

    with Cluster(home) as cluster, psycopg.connect(cluster.url) as connection:
        assert connection.execute("SELECT count(*), max(n) FROM bulk").fetchone() == (1_500_000, 1_500_000)
    log = (home / "server.log").read_text()
    assert "redo done" in log
    assert "received immediate shutdown request" not in log


def test_a_slow_start_is_waited_for_and_told(home, watch, monkeypatch):
    with Cluster(home):
        pass
    real = find_binaries().bin
    slow = home.with_name(home.name + "-bin")
    slow.mkdir(mode=0o755)
    try:
        script = f'#!/bin/sh\ncase "$1" in --version) ;; *) sleep 12;; esac\nexec {real}/postgres "$@"\n'
        (slow / "postgres").write_text(script)
        (slow / "postgres").chmod(0o755 | stat.S_IXUSR)
        (slow / "initdb").symlink_to(real / "initdb")
        monkeypatch.setenv("XINHENG_PG_BIN", str(slow))
        told: list[str] = []
        with Cluster(home, progress=told.append) as cluster:
            assert cluster.attach() is not None
        assert [line for line in told if "starting or recovering" in line] == [
            "PostgreSQL is starting or recovering, 5 s so far",
            "PostgreSQL is starting or recovering, 10 s so far",
        ]
    finally:
        for path in slow.iterdir():
            path.unlink()
        slow.rmdir()
