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
