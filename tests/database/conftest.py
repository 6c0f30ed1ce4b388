"""A place for clusters and, once for this folder, one that runs."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from xinheng.database import Cluster

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "16MB"}


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory that the server's user may pass through (pytest's own are closed to it under root)."""
    path = Path(tempfile.mkdtemp(prefix="xinheng-place-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    path = Path(tempfile.mkdtemp(prefix="xinheng-cluster-"))
    with Cluster(path, settings=QUICK) as running:
        yield running
    shutil.rmtree(path)


@pytest.fixture
def quick() -> dict[str, str]:
    return dict(QUICK)


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch, place: Path) -> Path:
    """No DATABASE_URL, data in `place`, English messages: what a newcomer's shell has."""
    for name in list(os.environ):
        if name in ("DATABASE_URL", "LC_ALL", "LC_MESSAGES", "LANG") or name.startswith(("PG", "XINHENG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XINHENG_DATA", str(place / "home"))
    return place
