"""The embedded PostgreSQL outlives every way of being killed, and nothing outlives us."""

import os
import signal
import subprocess
import threading
import time

import psycopg
import pytest

from xinheng.database import Cluster
from xinheng.database.binaries import find_binaries
from xinheng.database.errors import ClusterInUse

pytestmark = pytest.mark.faults


def write_row(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_after_kill_9_of_us_no_server_is_left_and_the_data_are_there(home, watch):
    owner = watch.Owner(home).wait()
    write_row(owner.url)
    assert watch.servers(home) == [owner.postmaster]

    owner.kill()

    watch.eventually(lambda: not watch.servers(home))
    with Cluster(home) as cluster:
        assert rows(cluster.url) == 1


def test_a_start_in_the_moment_after_kill_9_of_us_waits_for_the_dying_server(home, watch):
    owner = watch.Owner(home).wait()
    write_row(owner.url)

    owner.kill()
    with Cluster(home) as cluster:  # at once: the old server may still be shutting down
        assert cluster.process is not None
        assert rows(cluster.url) == 1
        assert watch.servers(home) == [cluster.process.pid]


def test_a_server_that_outlived_its_owner_is_attached_to(home, watch):
    # Started from a thread there is no death signal, which is what other systems than Linux always have.
    orphan = Cluster(home)
    thread = threading.Thread(target=orphan.start)
    thread.start()
    thread.join()
    write_row(orphan.url)

    other = Cluster(home)
    assert other.start() == orphan.url
    assert other.process is None
    other.stop()
    assert rows(orphan.url) == 1, "stopping what one merely attached to leaves it running"
    orphan.stop()


def test_after_kill_9_of_the_postmaster_the_same_owner_starts_again(home, watch):
    with Cluster(home) as cluster:
        write_row(cluster.url)
        first = cluster.process.pid
        with psycopg.connect(cluster.url) as busy:  # a backend that must notice that its postmaster is gone
            busy.execute("SELECT 1")
            os.kill(first, signal.SIGKILL)
            cluster.start()
            assert cluster.process.pid != first
            assert rows(cluster.url) == 1
            with pytest.raises(psycopg.OperationalError):
                busy.execute("SELECT 1")


def test_after_kill_9_of_both_the_next_start_recovers(home, watch):
    owner = watch.Owner(home).wait()
    write_row(owner.url)

    os.kill(owner.child.pid, signal.SIGSTOP)  # so that neither sees the other's end
    os.kill(owner.postmaster, signal.SIGKILL)
    owner.kill()

    assert (home / "server" / "postmaster.pid").exists(), "the kill left a stale file, as it should for this test"
    with Cluster(home) as cluster:
        assert rows(cluster.url) == 1
    assert "automatic recovery in progress" in (home / "server.log").read_text()


def test_a_zombie_postmaster_is_not_taken_for_a_server(home, watch):
    owner = watch.Owner(home).wait()
    write_row(owner.url)
    os.kill(owner.postmaster, signal.SIGKILL)
    watch.eventually(lambda: watch.state(owner.postmaster) == "Z")  # its parent lives and does not reap it

    assert Cluster(home).attach() is None
    with Cluster(home) as cluster:
        assert watch.state(owner.postmaster) == "Z", "it was there all the time"
        assert cluster.process is not None
        assert rows(cluster.url) == 1
    owner.finish()


def test_a_stale_pid_file_with_a_reused_pid_does_not_stop_the_start(home, watch):
    owner = watch.Owner(home).wait()
    write_row(owner.url)
    os.kill(owner.child.pid, signal.SIGSTOP)
    os.kill(owner.postmaster, signal.SIGKILL)
    owner.kill()
    account = Cluster(home).account
    stranger = subprocess.Popen(["sleep", "600"], **account.spawn())
    try:
        pid_file = home / "server" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        alone = subprocess.run(
            [find_binaries().bin / "postgres", "-D", home / "server", "-c", "listen_addresses="],
            capture_output=True, text=True, timeout=60, **account.spawn(),
        )  # fmt: skip
        assert 'lock file "postmaster.pid" already exists' in alone.stderr, "PostgreSQL by itself would give up here"

        with Cluster(home) as cluster:
            assert rows(cluster.url) == 1
        assert stranger.poll() is None, "the innocent process lives"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_somebody_else_started_on_the_data_is_left_alone(home, watch):
    with Cluster(home) as cluster:
        write_row(cluster.url)
    run = {**cluster.account.spawn(), "stderr": subprocess.DEVNULL}
    socket = home / "run"
    foreign = subprocess.Popen(
        [
            find_binaries().bin / "postgres",
            "-D",
            home / "server",
            "-c",
            "listen_addresses=",
            "-k",
            socket,
            "-p",
            "5555",
        ],
        **run,
    )
    try:
        watch.eventually(lambda: (socket / ".s.PGSQL.5555").exists())
        time.sleep(0.5)
        pid_file = (home / "server" / "postmaster.pid").read_bytes()
        with pytest.raises(ClusterInUse) as caught:
            Cluster(home).start()
        assert (home / "server" / "postmaster.pid").read_bytes() == pid_file, "without it that server would stop"
        assert str(home / "server") in caught.value.message("en")
        assert foreign.poll() is None
        assert rows(cluster.url + "&port=5555") == 1
    finally:
        foreign.send_signal(signal.SIGINT)
        foreign.wait(30)


@pytest.mark.parametrize("after", ["run", "server.partial", "server.partial/PG_VERSION", "server.partial/base/1/1259"])
def test_a_stop_in_the_middle_of_initialisation_leaves_nothing_half_made(home, watch, after):
    owner = watch.Owner(home)
    watch.eventually(lambda: (home / after).exists())
    owner.kill()
    assert not (home / "server").exists(), "it was stopped too late for this test"

    with Cluster(home) as cluster:
        write_row(cluster.url)
        assert rows(cluster.url) == 1
        assert not (home / "server.partial").exists()


def test_many_processes_starting_at_once_share_one_server(home, watch):
    owners = [watch.Owner(home) for _ in range(5)]
    for owner in owners:
        owner.wait()
    assert len({owner.url for owner in owners}) == 1
    started = [owner.postmaster for owner in owners if owner.postmaster]
    assert watch.servers(home) == started
    assert len(started) == 1
    write_row(owners[0].url)
    for owner in sorted(owners, key=lambda owner: owner.postmaster):  # the one that has it goes last
        assert rows(owner.url) == 1
        owner.finish()
