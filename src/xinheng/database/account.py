"""The user the server runs as: ourselves, or somebody unprivileged when we are root."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinheng.database.errors import DirectoryForeign, NoUnprivilegedUser


@dataclass(frozen=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """True when the server's user is not the one this process runs as."""
        return self.uid != os.geteuid()

    def spawn(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child run as this account and nothing more."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def obstacle(self, path: Path, *, needed: int = 5) -> Path | None:
        """The first thing on the way to `path` that this account may not enter, or `path` when it lacks `needed` there.

        `needed` are the bits of one rwx triple: 5 to read and run, 1 to pass through.
        """
        if not self.is_other:
            return None
        real = path.resolve()
        for step in [*reversed(real.parents), real]:
            status = step.stat()
            shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
            bits = needed if step == real else 1
            if (status.st_mode >> shift) & bits != bits:
                return step
        return None

    def own(self, path: Path) -> None:
        """Make a directory for the server alone (mode 0700); one that somebody else put there is refused, not taken."""
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=0o700)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (self.uid, os.geteuid()):
            raise DirectoryForeign(path=path, detail=f"it belongs to user {found.st_uid}")
        if found.st_uid != self.uid:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        if found.st_mode & 0o777 != 0o700:
            path.chmod(0o700)

    def make_private(self, path: Path) -> None:
        """Make a directory of ours that others cannot enter, but for the server's user, who may pass through."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.is_other:
            os.chown(path, os.geteuid(), self.gid)
        path.chmod(0o710 if self.is_other else 0o700)

    def make_open(self, path: Path) -> None:
        """Make a directory and its missing parents that the server's user may pass through; existing ones stay so."""
        for step in [*reversed(path.parents), path]:
            if not step.exists():
                step.mkdir(exist_ok=True)
                step.chmod(0o711 if self.is_other else 0o700)


def server_account(data: Path) -> Account:
    """Who runs the server of these data: we; under root the owner of existing data, else `postgres` or `nobody`."""
    if os.geteuid() != 0:
        me = os.geteuid()
        return Account(str(me), me, os.getegid())
    if data.exists() and (owner := data.stat().st_uid) != 0:
        try:
            entry = pwd.getpwuid(owner)
            return Account(entry.pw_name, owner, entry.pw_gid)
        except KeyError:
            return Account(str(owner), owner, data.stat().st_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoUnprivilegedUser()
