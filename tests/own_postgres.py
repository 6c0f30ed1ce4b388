"""A PostgreSQL of the test run's own, unless DATABASE_URL names one.

The test settings start it, because they are read before anything else and must know its address; it goes when the
interpreter does, however the run ends.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from xinheng.database.cluster import Cluster

QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


def start() -> None:
    if os.environ.get("DATABASE_URL"):
        return
    # Directly below the temporary folder: as root the server runs as an unprivileged user, who must get there.
    home = Path(tempfile.mkdtemp(prefix="xinheng-test-"))
    home.chmod(0o755)
    cluster = Cluster(home / "pg", settings=QUICK)
    os.environ["DATABASE_URL"] = cluster.start()
    os.environ["XINHENG_DATA"] = str(home / "data")

    def end() -> None:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(end)
