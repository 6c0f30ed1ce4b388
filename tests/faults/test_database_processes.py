"""What the supervisor starts ends with it, however it ends; what ends too early is started again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults

SUPERVISOR = """
import sys
from xinheng.database.processes import Child, Supervisor
from xinheng.database.errors import ChildFailed
command = [sys.executable, "-c", sys.argv[2]]
children = [Child(name, [*command, sys.argv[1], name]) for name in ("first", "second")]
say = lambda line: print(line, flush=True)
try:
    Supervisor(children, say=say, ready=lambda: sys.argv[3] == "ready", when_ready=lambda: say("ready")).run()
except ChildFailed as error:
    print(error.message("en"), flush=True)
    sys.exit(3)
"""
# A child with a child of its own, both of which write down who they are.
CHILD = """
import os, pathlib, subprocess, sys, time
home, name = pathlib.Path(sys.argv[1]), sys.argv[2]
grandchild = subprocess.Popen(["sleep", "600"])
(home / f"{name}.partial").write_text(f"{os.getpid()} {grandchild.pid}")
(home / f"{name}.partial").rename(home / name)
time.sleep(600)
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + CHILD


class Running:
    def __init__(self, home: Path, child: str = CHILD, ready: str = "ready") -> None:
        self.home = home
        command = [sys.executable, "-c", SUPERVISOR, home, child, ready]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def pids(self, name: str) -> list[int]:
        return [int(word) for word in (self.home / name).read_text().split()]


@pytest.fixture
def supervisor(home, watch):
    started: list[Running] = []

    def start(**options: str) -> Running:
        started.append(Running(home, **options))
        watch.eventually(lambda: (home / "first").exists() and (home / "second").exists())
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        running.process.stdout.close()
        for name in ("first", "second"):
            for pid in running.pids(name):
                if watch.lives(pid) and b"600" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_children_and_their_children(supervisor, watch, number):
    running = supervisor()
    pids = running.pids("first") + running.pids("second")
    running.process.send_signal(number)
    assert running.process.wait(10) == 0
    watch.eventually(lambda: not any(watch.lives(pid) for pid in pids), 1)


def test_a_child_that_will_not_end_is_killed_in_time(supervisor, watch):
    running = supervisor(child=STUBBORN)
    pids = running.pids("first") + running.pids("second")
    running.process.send_signal(signal.SIGTERM)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    watch.eventually(lambda: not any(watch.lives(pid) for pid in pids), 1)


def test_kill_9_of_the_supervisor_takes_the_children_with_it(supervisor, watch):
    running = supervisor()
    children = [running.pids("first")[0], running.pids("second")[0]]
    running.process.kill()
    running.process.wait()
    watch.eventually(lambda: not any(watch.lives(pid) for pid in children), 5)


def test_a_killed_child_comes_back_and_what_it_left_is_cleared(supervisor, watch, home):
    running = supervisor()
    child, grandchild = running.pids("first")
    (home / "first").unlink()
    os.kill(child, signal.SIGKILL)
    watch.eventually((home / "first").exists)
    assert running.pids("first")[0] != child
    watch.eventually(lambda: not watch.lives(grandchild))
    running.process.send_signal(signal.SIGINT)
    assert "first ended (code -9), starting it again in 0.5 s" in running.process.stdout.read()


def test_children_that_never_come_up_end_the_whole(home, watch):
    (home / "first").write_text("0")
    running = Running(home, child="import sys; sys.exit(7)", ready="never")
    with running.process:
        assert running.process.wait(30) == 3
        assert "ended three times before it ever answered (code 7)" in running.process.stdout.read()
