"""Child processes kept alive together and ended together.

Each child leads a process group of its own, so Ctrl-C reaches only us and a child's own children can be ended with it.
A child that ends is started again, each time after a longer pause. Whatever ends us ends the children: an ordinary stop
and an error by `Supervisor.stop`, kill -9 by the kernel (Linux).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import FrameType

from xinheng.database.errors import ChildFailed

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each further start of a child that keeps ending
STEADY_AFTER = 60.0  # seconds of life after which a child's earlier ends are forgotten
PATIENCE = 8.0  # seconds between asking a child to end and killing it


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def signal_on_death_of_parent(number: int) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel send `number` to the child when we die; None where that cannot be had.

    Linux sends it when the *thread* that started the child ends, so other threads than the main one go without.
    """
    if _libc is None or threading.current_thread() is not threading.main_thread():
        return None
    parent, prctl = os.getpid(), _libc.prctl

    def arm() -> None:
        prctl(1, number)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    return arm


@dataclass
class Child:
    """A command to keep running, under the name that messages give it.

    `at_our_death` is what the kernel sends it when we are killed: SIGKILL for one that would wait for what we take.
    """

    name: str
    command: Sequence[str]
    at_our_death: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    ends: int = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(self.command),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=signal_on_death_of_parent(self.at_our_death),
        )

    def signal(self, number: signal.Signals) -> None:
        """Send to the whole group; its leader may be gone while others of it live."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs children until interrupted.

    Args:
        children: started in this order, ended in the reverse one.
        tend: called every half second between the checks of the children; it may take its time.
        ready: asked until it says True; then `when_ready` is called once. Before that, a child that keeps ending ends
            the whole (ChildFailed): what never worked is not a crash to recover from.
        say: takes a sentence for the person at the terminal.
    """

    def __init__(
        self,
        children: Sequence[Child],
        *,
        say: Callable[[str], None],
        tend: Callable[[], None] = lambda: None,
        ready: Callable[[], bool] = lambda: True,
        when_ready: Callable[[], None] = lambda: None,
    ) -> None:
        self.children, self.say, self.tend, self.ready, self.when_ready = children, say, tend, ready, when_ready
        self.is_ready = False

    def run(self) -> None:
        """Return after Ctrl-C or SIGTERM, when nothing of ours is left; errors leave nothing behind either."""
        try:
            with interruptible():
                for child in self.children:
                    child.start()
                while True:
                    time.sleep(0.1 if not self.is_ready else 0.5)
                    for child in self.children:
                        self._look_after(child)
                    self.tend()
                    if not self.is_ready and self.ready():
                        self.is_ready = True
                        self.when_ready()
        except KeyboardInterrupt:
            self.say("stopping")
        finally:
            self.stop()

    def _look_after(self, child: Child) -> None:
        if child.process is not None and (code := child.process.poll()) is not None:
            child.signal(signal.SIGKILL)  # what it left: they may hold the port
            child.process = None
            child.ends = 1 if time.monotonic() - child.started > STEADY_AFTER else child.ends + 1
            if not self.is_ready and child.ends >= 3:
                raise ChildFailed(name=child.name, code=code)
            pause = PAUSES[min(child.ends, len(PAUSES)) - 1]
            child.started = time.monotonic() + pause
            self.say(f"{child.name} ended (code {code}), starting it again in {pause:g} s")
        if child.process is None and time.monotonic() >= child.started:
            child.start()

    def stop(self) -> None:
        """End every child and its group: ask, wait, kill. Further signals are held off meanwhile."""
        held = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for child in reversed(self.children):
                if child.process is not None:
                    child.process.terminate()
            deadline = time.monotonic() + PATIENCE
            for child in reversed(self.children):
                if child.process is not None:
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        child.process.wait(max(0.0, deadline - time.monotonic()))
                    child.signal(signal.SIGKILL)
                    child.process.wait()
                    child.process = None
        finally:
            for number, handler in held.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP interrupt like Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    held = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
