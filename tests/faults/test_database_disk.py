"""A full disk is called a full disk, and freeing space is enough."""

import shutil
import subprocess

import psycopg
import pytest

from xinheng.database import Cluster
from xinheng.database.backup import backup
from xinheng.database.errors import DiskFull

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(home):
    """A file system of its own in `home`; the size comes as the fixture's call."""
    mounted = home / "disk"
    mounted.mkdir(mode=0o755)
    home.chmod(0o755)

    def mount(megabytes: int):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "xinheng-test", mounted])
        if done.returncode:
            pytest.skip("a file system can be mounted by root only")
        return mounted

    yield mount
    subprocess.run(["umount", "-l", mounted], check=False)


def test_a_disk_too_small_for_a_database(small_disk):
    disk = small_disk(20)
    with pytest.raises(DiskFull) as caught:
        Cluster(disk / "data").start()
    assert str(disk) in caught.value.message("en")
    assert not (disk / "data" / "server").exists()
    assert not (disk / "data" / "server.partial").exists()


def test_a_disk_that_fills_up_stops_the_start_until_there_is_room(small_disk):
    disk = small_disk(120)
    with Cluster(disk / "data", settings={"shared_buffers": "16MB"}) as cluster, psycopg.connect(cluster.url) as book:
        book.execute("CREATE TABLE kept (n int)")
        book.execute("INSERT INTO kept VALUES (1)")
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free
    ballast.write_bytes(bytes(free))
    assert shutil.disk_usage(disk).free == 0

    with pytest.raises(DiskFull):
        Cluster(disk / "data", settings={"shared_buffers": "16MB"}).start()

    ballast.unlink()
    with Cluster(disk / "data", settings={"shared_buffers": "16MB"}) as cluster, psycopg.connect(cluster.url) as book:
        assert book.execute("SELECT n FROM kept").fetchall() == [(1,)]


def test_a_backup_onto_a_full_disk_leaves_no_file(home, small_disk):
    disk = small_disk(1)
    data = home / "data"
    with Cluster(data) as cluster:
        with psycopg.connect(cluster.url) as book:
            book.execute(
                "CREATE TABLE noise AS SELECT n, sha256(n::text::bytea) AS bytes FROM generate_series(1, 60000) n"
            )
        with pytest.raises(DiskFull):
            backup(cluster.url, home / "media", disk / "book.xinheng", version="1", say=lambda line: None)
        assert list(disk.iterdir()) == []
