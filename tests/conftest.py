"""What every test may use: a PostgreSQL of its own for the run, the reference data, users by role.

The cluster is started before Django is loaded, because the settings read its address, and thrown away at the end.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from xinheng.database.cluster import Cluster

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_state: dict[str, object] = {}



def _start_database() -> None:
    if os.environ.get("DATABASE_URL"):
        return
    # Directly below /tmp: the server runs as an unprivileged user when we are root and must be able to get there.
    home = Path(tempfile.mkdtemp(prefix="xinheng-test-"))
    home.chmod(0o755)
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
    cluster = Cluster(home / "pg", settings=quick)
    os.environ["DATABASE_URL"] = cluster.start()
    os.environ["XINHENG_DATA"] = str(home / "data")
    _state.update(cluster=cluster, home=home)


_start_database()


def pytest_unconfigure() -> None:
    cluster = _state.pop("cluster", None)
    if isinstance(cluster, Cluster):
        cluster.stop()
        shutil.rmtree(str(_state.pop("home")), ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """`shared_data("cn_codes/gb2260_areas.csv.gz")` → its path, or the test is skipped where the folder is missing."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"reference data {name} is not beside this checkout")
        return path

    return find
