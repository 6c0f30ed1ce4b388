"""What tests that kill things share: a place for a cluster, a process that owns one, the list of what still lives."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

OWNER = """
import sys
from pathlib import Path
from types import SimpleNamespace
from xinheng.database import Cluster
settings = dict(pair.split("=") for pair in sys.argv[2:])
cluster = Cluster(Path(sys.argv[1]), settings=settings, progress=lambda line: print(line, file=sys.stderr, flush=True))
print(cluster.start(), flush=True)
print(cluster.process.pid if cluster.process else 0, flush=True)
sys.stdin.read()
cluster.stop()
"""


class Owner:
    """A process of its own that has started a cluster in `home` and waits; `kill()` is kill -9."""

    def __init__(self, home: Path, *settings: str) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-c", OWNER, home, *settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def wait(self) -> "Owner":
        self.url = self.child.stdout.readline().strip()
        self.postmaster = int(self.child.stdout.readline() or -1)
        return self

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def finish(self) -> None:
        self.child.stdin.close()
        self.child.stdout.read()
        self.child.stdout.close()
        assert self.child.wait(60) == 0


def state(pid: int) -> str | None:
    """The one-letter state of a process (`Z` is a zombie), None when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def lives(pid: int) -> bool:
    """Whether a process does anything still; one that only waits to be counted by its parent is dead."""
    return state(pid) not in (None, "Z")


def servers(home: Path) -> list[int]:
    """Living processes whose command line names `home`: postmasters, and initialisations under way."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            program = os.path.basename(words[0])
            if program in (b"postgres", b"initdb") and any(os.fsencode(home) in word for word in words):
                found.append(int(entry.name))
    return found


def eventually(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty directory, and afterwards the proof that no server was left in it."""
    path = Path(tempfile.mkdtemp(prefix="xinheng-fault-"))
    try:
        yield path
        eventually(lambda: not servers(path))
    finally:
        for pid in servers(path):
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def watch() -> SimpleNamespace:
    """The helpers above, for tests."""
    return SimpleNamespace(Owner=Owner, state=state, lives=lives, servers=servers, eventually=eventually)
