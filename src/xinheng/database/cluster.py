"""The embedded PostgreSQL: made, started, found and stopped under our own supervision (ADR 0004).

One fact decides who owns a data directory: the lock on its `lock` file. The server inherits the locked descriptor and
we close ours, so the kernel keeps the lock for exactly as long as one process of that server lives, whoever started it
and whatever became of them. Whether a server *answers* is only ever proven by a real connection; process ids prove
nothing.

    <data_dir>/           ours; entered by us and the server's user only
        lock  secret      0600
        server.log
        server/           PostgreSQL's data directory, 0700; complete whenever it exists
        server.partial/   an initialisation under way, or one that was stopped
        run/              the socket, 0700
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import psycopg

from xinheng.database.account import server_account
from xinheng.database.binaries import ENVIRONMENT, Binaries, find_binaries
from xinheng.database.diagnosis import explain
from xinheng.database.errors import (
    ClusterInUse,
    DatabaseError,
    DataDamaged,
    DirectoryForeign,
    DirectoryUnreachable,
    InitialisationFailed,
    StartFailed,
    WrongMajorVersion,
    WrongPassword,
)
from xinheng.database.places import data_home, sync_directory, write_private
from xinheng.database.processes import signal_on_death_of_parent

log = logging.getLogger("xinheng.database")

NAME = "xinheng"  # of the database and of its role, which may create databases and nothing else
SOCKET_PATH_LIMIT = 107  # bytes, Linux; `.s.PGSQL.5432` included
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Cluster:
    """One PostgreSQL cluster in `data_dir`, reached through a Unix socket of its own with a password of its own.

    Args:
        data_dir: created when missing. Under root its parents must let the server's user pass.
        settings: PostgreSQL parameters on top of SETTINGS, e.g. `{"fsync": "off"}` for a throw-away cluster.
        progress: called with a sentence whenever something takes long or is worth knowing.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = log.info,
    ) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.data = self.data_dir / "server"
        self.log = self.data_dir / "server.log"
        self.settings = {**SETTINGS, **(settings or {})}
        self.progress = progress
        self.account = server_account(self.data)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket_dir(self) -> Path:
        """Where the socket lies: in the data directory, or in a short private one when that path is too long for it."""
        inside = self.data_dir / "run"
        if len(os.fsencode(inside / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path("/tmp") / f"xinheng-{self.account.uid}-{digest}"  # noqa: S108  0700, its owner is checked

    @property
    def url(self) -> str:
        """The DATABASE_URL of this cluster, whether it runs or not; without a password before it was made."""
        try:
            password = (self.data_dir / "secret").read_text()
        except OSError:
            password = ""
        return f"postgresql://{NAME}:{password}@/{NAME}?host={quote(str(self.socket_dir), safe='/')}"

    def attach(self) -> str | None:
        """The URL of a server that answers here, whoever started it; None when none does."""
        return self.url if self._answers() else None

    def start(self) -> str:
        """Have a server answering, ours or another's; returns its URL. Waits for a recovery as long as it takes."""
        if url := self.attach():
            self._forget()
            self.progress(f"embedded PostgreSQL already running, data in {self.data_dir}")
            return url
        binaries = find_binaries().reachable_by(self.account, data_home())
        self._prepare()
        with self._lock() as lock:
            if lock is None:
                self._forget()
                return self.url
            self._initialise(binaries, lock)
            self._launch(binaries, lock)
        self._wait_until_ready()
        self.progress(f"embedded PostgreSQL {binaries.version}, data in {self.data_dir}")
        return self.url

    def _forget(self) -> None:
        """Let go of a server of ours that has ended, now that another one answers."""
        if self.process is not None and self.process.poll() is not None:
            self.process = None

    def stop(self, *, patience: float = 60.0) -> None:
        """Stop the server if this object started it and wait until it is gone; one that we attached to goes on."""
        if self.process is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, as a last resort
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
                break
        self.process = None

    def __enter__(self) -> Cluster:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        """Directories with the rights they need. Only ours are touched."""
        try:
            if self.data_dir.exists():
                if self.data_dir.stat().st_uid != os.geteuid():
                    owner = self.data_dir.stat().st_uid
                    raise DirectoryForeign(path=self.data_dir, detail=f"its owner is user {owner}, not {os.geteuid()}")
                for entry in self.data_dir.iterdir():
                    if entry.name.split(".")[0] not in {"lock", "secret", "server", "run"}:
                        raise DirectoryForeign(path=self.data_dir, detail=f"it contains {entry.name}")
            else:
                self.account.make_open(self.data_dir.parent)
            self.account.make_private(self.data_dir)
            if obstacle := self.account.obstacle(self.data_dir, needed=1):
                raise DirectoryUnreachable(user=self.account.name, path=obstacle, target=self.data_dir)
            self.account.own(self.socket_dir)
        except PermissionError as error:
            raise DirectoryForeign(path=error.filename or self.data_dir, detail=error.strerror) from error
        except OSError as error:
            raise self._explain(str(error)) from error

    @contextlib.contextmanager
    def _lock(self) -> Iterator[int | None]:
        """The lock, once no process of a server or an initialisation has it; None when another's server answers."""
        descriptor = os.open(self.data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        waiting = _Waiting(self.progress, "another process is starting or stopping the embedded PostgreSQL")
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if self._answers():
                        yield None
                        return
                    waiting.step()
                    continue
                yield descriptor
                return
        finally:
            os.close(descriptor)  # never LOCK_UN: that would take the lock from the server that inherited it

    def _run(self, command: list[Any], lock: int, **options: Any) -> subprocess.CompletedProcess[str]:
        """One of PostgreSQL's programs, to its end, as the server's user; it dies with us, the lock in its hand."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=ENVIRONMENT,
            cwd="/",
            pass_fds=[lock],
            start_new_session=True,
            preexec_fn=signal_on_death_of_parent(signal.SIGKILL),
            **self.account.spawn(),
            **options,
        )

    def _initialise(self, binaries: Binaries, lock: int) -> None:
        """Make the data directory beside its place and move it there whole; clear a half-made one of a stopped run."""
        partial = self.data_dir / "server.partial"
        if partial.exists():
            shutil.rmtree(partial)
        if self.data.exists():
            return
        self.progress(f"creating the embedded database in {self.data_dir}")
        password = secrets.token_urlsafe(32)
        self.account.own(partial)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
        sync, fast = (["--no-sync"], ["-F"]) if self.settings.get("fsync") == "off" else ([], [])
        how = ["-U", "postgres", "--encoding=UTF8", "--auth=reject", "--no-locale", "--data-checksums"]
        done = self._run([binaries.bin / "initdb", "-D", partial, *how, "--no-instructions", *locale, *sync], lock)
        if done.returncode == 0:
            # The superuser has no password, so nobody logs in as it.
            (partial / "pg_hba.conf").write_text("local all all scram-sha-256\nhost all all all scram-sha-256\n")
            done = self._run(
                [binaries.bin / "postgres", "--single", *fast, "-D", partial, "postgres"],
                lock,
                input=f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{password}'\nCREATE DATABASE {NAME} OWNER {NAME}\n",
            )
        if done.returncode or "ERROR" in done.stderr or "FATAL" in done.stderr:
            shutil.rmtree(partial, ignore_errors=True)
            raise self._explain(done.stderr.strip(), InitialisationFailed)
        write_private(self.data_dir / "secret", password)
        partial.rename(self.data)
        sync_directory(self.data_dir)

    def _launch(self, binaries: Binaries, lock: int) -> None:
        """Start the server in the foreground as our child, holding the lock."""
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise DataDamaged(path=self.data, detail=error) from error
        if found != str(binaries.major):
            raise WrongMajorVersion(path=self.data, found=found, given=binaries.version, binaries=binaries.bin)
        if not (self.data_dir / "secret").exists():
            raise WrongPassword(path=self.data_dir / "secret")
        self._clear_stale_pid_files()
        if self.process is not None:
            self.process.wait()  # it was killed, for we hold the lock; now it is reaped
        if self.log.exists() and self.log.stat().st_size > 16 * 2**20:
            self.log.replace(self.log.with_suffix(".log.1"))
        options = {**self.settings, "unix_socket_directories": f'"{self.socket_dir}"'}
        with open(self.log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                [binaries.bin / "postgres", "-D", self.data, *(f"--{k}={v}" for k, v in options.items())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C reaches us first
                preexec_fn=signal_on_death_of_parent(signal.SIGINT),
                **self.account.spawn(),
            )

    def _clear_stale_pid_files(self) -> None:
        """Remove what a dead server left, even when its number belongs to another process (or a zombie) by now.

        We hold the lock, so no server of ours is left. One that somebody else started here works in this directory, and
        it would stop if its file went away. Where /proc cannot tell, PostgreSQL finds it by its shared memory.
        """
        pid_file = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, IndexError):
            if os.path.samefile(f"/proc/{pid_file.read_text().split()[0]}/cwd", self.data):
                raise ClusterInUse(path=self.data)
        pid_file.unlink(missing_ok=True)
        (self.socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _wait_until_ready(self) -> None:
        """Return when the server answers; it may recover for hours. Raises when it ended instead."""
        assert self.process is not None
        waiting = _Waiting(self.progress, "PostgreSQL is starting or recovering")
        try:
            while not self._answers():
                if self.process.poll() is not None:
                    self.process = None
                    with self.log.open("rb") as lines:
                        lines.seek(self._log_start)
                        raise self._explain(lines.read()[-4000:].decode(errors="replace").strip())
                waiting.step()
        except BaseException:
            self.stop()
            raise

    def _explain(self, text: str, otherwise: type[DatabaseError] = StartFailed) -> DatabaseError:
        return explain(text, home=self.data_dir, data=self.data, log=self.log, otherwise=otherwise)

    def _answers(self) -> bool:
        """The proof of life: one real connection, or a refusal that only a server that is up can give."""
        if not os.access(self.data_dir / "secret", os.R_OK):
            return False
        try:
            psycopg.connect(self.url, connect_timeout=10, application_name="xinheng supervisor").close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise WrongPassword(path=self.data_dir / "secret") from error
            if "database subdirectory" in str(error):
                raise self._explain(str(error)) from error
            return any(words in str(error) for words in ("too many clients", "slots are reserved", "does not exist"))
        return True


class _Waiting:
    """Short sleeps, with a sentence every few seconds."""

    def __init__(self, progress: Callable[[str], None], what: str) -> None:
        self.progress, self.what, self.begun, self.said = progress, what, time.monotonic(), 0.0

    def step(self) -> None:
        time.sleep(0.05)
        passed = time.monotonic() - self.begun
        if passed - self.said >= 5:
            self.said = passed
            self.progress(f"{self.what}, {passed:.0f} s so far")
