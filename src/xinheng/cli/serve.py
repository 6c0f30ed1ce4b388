"""`xinheng serve`: the database, the pages and the worker, started together and ended together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

import click

from xinheng.cli.database import say, told_plainly
from xinheng.database import attended
from xinheng.database.errors import PortInUse, PreparationFailed
from xinheng.database.processes import Child, Supervisor, interruptible

SETTINGS = "xinheng.server.config.settings"
THREADS = 8  # of one web process; each holds one connection to the database


def serve_until_stopped(
    *,
    host: str,
    port: int,
    workers: int,
    before: Sequence[Sequence[str]] = (),
    announce: Callable[[str], None] = say,
) -> None:
    """Serve until Ctrl-C or SIGTERM. Everything started here is gone when this returns, the database last.

    Args:
        workers: web processes.
        before: commands to run once the database is up to date and before the pages are served.
        announce: called with the address as soon as the page really answers.
    """
    refuse_taken_port(host, port)
    address = f"http://{host}:{port}/"
    python = [sys.executable, "-m"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    web = [*python, "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", str(workers)]
    limits = {"--blocking-threads": THREADS, "--backpressure": 2 * THREADS, "--workers-kill-timeout": 5}
    web += [str(word) for pair in limits.items() for word in pair]
    web += ["--no-ws", "--log-level", "error", "xinheng.server.config.wsgi:application"]
    worker = [*python, "django", "procrastinate", "worker", "--shutdown-graceful-timeout", "5"]
    with contextlib.suppress(KeyboardInterrupt), interruptible(), attended(say) as keep_database:
        for command in [[*python, "xinheng.cli.prepare"], *before]:
            if code := subprocess.run(command).returncode:
                raise PreparationFailed(code=code)
        Supervisor(
            [Child("worker", worker, at_our_death=signal.SIGKILL), Child("web", web)],
            say=say,
            tend=keep_database,
            ready=lambda: answers(host, port),
            when_ready=lambda: announce(address),
        ).run()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise PortInUse while nothing has been started yet."""
    try:
        family, _, _, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except OSError as error:
        raise PortInUse(host=host, port=port, detail=error.strerror) from error


def answers(host: str, port: int) -> bool:
    """Whether the sign-in page is really served."""
    local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared, not bound
    try:
        with urllib.request.urlopen(f"http://{local}:{port}/accounts/login/", timeout=10) as page:
            return bool(page.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500  # e.g. a host name that XINHENG_HOSTS does not list: it serves, only not us
    except OSError:
        return False


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the pages and work through the jobs until Ctrl-C.

    Uses the server named by DATABASE_URL, else the embedded PostgreSQL, which is started and stopped with it.
    """
    begun = time.monotonic()

    def announce(address: str) -> None:
        click.echo(f"Xinheng 信衡 answers at {address} (after {time.monotonic() - begun:.1f} s). Ctrl-C ends it.")

    with told_plainly():
        serve_until_stopped(host=host, port=port, workers=workers, announce=announce)
