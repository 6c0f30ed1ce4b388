"""What every test may use. The database of the run is started by the test settings (`own_postgres`)."""

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """`shared_data("cn_codes/gb2260_areas.csv.gz")` → its path, or the test is skipped where the folder is missing."""

    def find(name: str) -> Path:
        path = SHARED_DATA / name
        if not path.exists():
            pytest.skip(f"reference data {name} is not beside this checkout")
        return path

    return find


@pytest.fixture(autouse=True)
def no_counted_attempts():
    """Sign-ins are counted in the cache, by address; those of one test are not those of the next."""
    from django.core.cache import cache

    cache.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem):
    """Before the last test's fixtures go: end what the browser's driver left open, or the test database cannot be
    dropped. The driver calls back in contexts of its own, in each of which Django opens a connection."""
    if nextitem is not None:
        return
    import psycopg
    from django.db import connections

    ours = connections["default"]
    if not str(ours.settings_dict["NAME"]).startswith("test_"):
        return
    keep = ours.connection.info.backend_pid if ours.connection is not None and not ours.connection.closed else 0
    with psycopg.connect(**ours.get_connection_params()) as one:
        one.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            [keep],
        )
