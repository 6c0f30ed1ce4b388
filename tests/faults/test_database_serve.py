"""`xinheng serve` keeps the pages answering whatever is killed, and leaves nothing behind however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults

SETTINGS = "xinheng.server.config.settings"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """One `xinheng serve` with its data in `home`."""

    def __init__(self, home: Path, port: int | None = None) -> None:
        self.home, self.port = home, port or free_port()
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("XINHENG_")}
        environment |= {"XINHENG_DATA": str(home), "DJANGO_SETTINGS_MODULE": SETTINGS, "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-c", "from xinheng.cli import main; main()", "serve", "--port", str(self.port)]
        self.output = home.with_name(f"{home.name}-{self.port}.log")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True
            )

    def said(self) -> str:
        return self.output.read_text()

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/accounts/login/", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    def children(self, word: str) -> list[int]:
        """Pids of direct children whose command line has `word`."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if int(parent) == self.process.pid and word.encode() in line:
                    found.append(int(entry.name))
        return found


def family(home: Path) -> list[int]:
    """Every living process whose environment names this home: the server, the pages, the worker and their children."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if f"XINHENG_DATA={home}\0".encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


@pytest.fixture
def serve(home, watch):
    home.chmod(0o755)
    started: list[Served] = []

    def start(port: int | None = None) -> Served:
        served = Served(home, port)
        started.append(served)
        watch.eventually(lambda: "answers at" in served.said() or served.process.poll() is not None, 90)
        return served

    yield start
    for served in started:
        served.process.kill()
        served.process.wait()
    try:
        watch.eventually(lambda: not family(home) and not watch.servers(home), 30)
    finally:
        for pid in family(home):
            os.kill(pid, signal.SIGKILL)
        for served in started:
            served.output.unlink(missing_ok=True)


def test_the_address_is_said_when_the_page_answers(serve):
    served = serve()
    assert served.answers(), served.said()
    assert f"http://127.0.0.1:{served.port}/" in served.said()
    assert "embedded PostgreSQL" in served.said()
    assert len(served.children("granian")) == 1
    assert len(served.children("procrastinate")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_everything_within_seconds(serve, home, watch, number):
    served = serve()
    begun = time.monotonic()
    served.process.send_signal(number)
    assert served.process.wait(30) == 0
    assert time.monotonic() - begun < 12
    assert family(home) == []
    assert watch.servers(home) == []


def test_kill_9_of_the_supervisor_ends_pages_worker_and_database(serve, home, watch):
    served = serve()
    served.process.kill()
    served.process.wait()
    watch.eventually(lambda: not family(home) and not watch.servers(home), 20)
    again = serve(served.port)
    assert again.answers(), again.said()


@pytest.mark.parametrize("victim", ["granian", "procrastinate"])
def test_a_killed_child_is_replaced(serve, watch, victim):
    served = serve()
    (child,) = served.children(victim)
    os.kill(child, signal.SIGKILL)
    watch.eventually(lambda: served.children(victim) not in ([], [child]), 20)
    watch.eventually(served.answers, 20)
    assert "starting it again" in served.said()


def test_a_killed_database_is_replaced_and_the_pages_answer_again(serve, home, watch):
    served = serve()
    (postmaster,) = watch.servers(home)
    os.kill(postmaster, signal.SIGKILL)
    watch.eventually(lambda: watch.servers(home) not in ([], [postmaster]), 30)
    watch.eventually(served.answers, 30)
    assert served.process.poll() is None


def test_a_second_one_takes_the_database_over_when_the_first_ends(serve, home, watch):
    first, second = serve(), serve()
    assert first.answers()
    assert second.answers()
    (postmaster,) = watch.servers(home)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(30) == 0
    watch.eventually(lambda: watch.servers(home) not in ([], [postmaster]), 30)
    watch.eventually(second.answers, 30)


def test_a_taken_port_is_said_before_anything_starts(serve, home, watch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        served = serve(taken.getsockname()[1])
        assert served.process.wait(30) == 3
    assert "is taken" in served.said()
    assert "--port" in served.said()
    assert not (home / "database").exists()
