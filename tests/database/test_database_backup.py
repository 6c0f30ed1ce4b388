"""A backup is proven by restoring it; a restore that fails changes nothing."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from xinheng.cli import main
from xinheng.database.backup import backup, restore
from xinheng.database.errors import BackupDamaged, BackupFailed, NotEmpty, RestoreFailed

ROWS = [
    (1, "信衡科技", "1234.50", b"\x00\xff"),
    (2, 'O\'Brien \\ "x"\n', "-0.01", None),
    (3, "", "99999999999999.99", b""),
]


def quiet(line: str) -> None:
    pass


@pytest.fixture
def database(cluster):
    """URL of a database of its own in the folder's cluster."""
    name = f"book_{os.urandom(4).hex()}"
    with psycopg.connect(cluster.url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield make_conninfo(cluster.url, dbname=name)
        rest = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (name + "%",)).fetchall()
        for (one,) in rest:
            server.execute(f"DROP DATABASE {one} WITH (FORCE)")


def fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE customer (id bigint PRIMARY KEY, name text, amount numeric(18,2), paper bytea)"
        )
        connection.execute('CREATE SCHEMA "Odd name"')
        connection.execute(
            'CREATE TABLE "Odd name"."Kunde ""x""" (id int GENERATED ALWAYS AS IDENTITY, at timestamptz)'
        )
        connection.execute('INSERT INTO "Odd name"."Kunde ""x""" (at) SELECT now() FROM generate_series(1, 7)')
        connection.cursor().executemany("INSERT INTO customer VALUES (%s, %s, %s, %s)", ROWS)


def content(url: str) -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT id, name, amount::text, paper FROM customer ORDER BY id").fetchall()


def databases(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        names = "SELECT datname FROM pg_database WHERE datname LIKE current_database() || '%'"
        return {name for (name,) in connection.execute(names)}


@pytest.fixture
def media(tmp_path) -> Path:
    path = tmp_path / "media"
    (path / "papers" / "2024").mkdir(parents=True)
    (path / "papers" / "2024" / "执照.pdf").write_bytes(b"%PDF " + bytes(range(256)) * 500)
    (path / "empty.txt").touch()
    return path


def files(media: Path) -> dict[str, bytes]:
    return {str(p.relative_to(media)): p.read_bytes() for p in media.rglob("*") if p.is_file()}


@pytest.fixture
def made(database, media, tmp_path) -> Path:
    fill(database)
    backup(database, media, tmp_path / "book.tar", version="1.2", say=quiet)
    return tmp_path / "book.tar"


def test_rows_and_files_come_back_as_they_were(database, media, made):
    before = files(media)
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM customer WHERE id < 3")
        connection.execute("CREATE TABLE later (n int)")
    (media / "empty.txt").write_text("altered")
    (media / "later.txt").write_text("later")

    manifest = restore(database, media, made, replace=True, say=quiet)

    assert content(database) == [(i, n, a, p) for i, n, a, p in ROWS]
    assert manifest["rows"] == {"public.customer": 3, '"Odd name"."Kunde ""x"""': 7}
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('later')").fetchone() == (None,)
        connection.execute('INSERT INTO "Odd name"."Kunde ""x""" (at) VALUES (now())')
        assert connection.execute('SELECT max(id) FROM "Odd name"."Kunde ""x"""').fetchone() == (8,), "sequences too"
    assert files(media) == before
    assert len(databases(database)) == 1, "the replaced one is gone"
    assert [path.name for path in media.parent.iterdir() if path.name.startswith("media")] == ["media"]


def test_it_is_restored_into_an_empty_database_without_being_told_to_replace(cluster, database, media, made, tmp_path):
    with psycopg.connect(cluster.url, autocommit=True) as server:
        name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {name}")
    restore(database, tmp_path / "new" / "media", made, say=quiet)
    assert len(content(database)) == 3
    assert files(tmp_path / "new" / "media") == files(media)


def test_a_full_database_is_not_replaced_by_accident(database, media, made):
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM customer WHERE id = 1")
    with pytest.raises(NotEmpty) as caught:
        restore(database, media, made, say=quiet)
    assert "--replace" in caught.value.remedy("zh")
    assert len(content(database)) == 2


def test_people_who_are_connected_do_not_stop_a_restore(database, media, made):
    with psycopg.connect(database) as reader:
        reader.execute("SELECT * FROM customer")
        restore(database, media, made, replace=True, say=quiet)
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")
    assert len(content(database)) == 3


def test_the_replaced_ones_can_be_kept(database, media, made):
    with psycopg.connect(database) as connection:
        connection.execute("DELETE FROM customer WHERE id = 1")
    told: list[str] = []
    restore(database, media, made, replace=True, keep=True, say=told.append)
    (former,) = databases(database) - {psycopg.conninfo.conninfo_to_dict(database)["dbname"]}
    assert len(content(make_conninfo(database, dbname=former))) == 2
    assert former in told[-1]
    assert [path for path in media.parent.glob("media.before-*") if (path / "empty.txt").exists()]


def rewritten(made: Path, change) -> Path:
    """The same archive with `change(name, data) -> (name, data) | None` applied to every member."""
    target = made.with_name("changed.tar")
    with tarfile.open(made) as old, tarfile.open(target, "w") as new:
        for member in old:
            changed = change(member.name, old.extractfile(member).read())
            if changed is not None:
                info = tarfile.TarInfo(changed[0])
                info.size = len(changed[1])
                new.addfile(info, io.BytesIO(changed[1]))
    return target


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda n, d: (n, d[:-1] + b"x") if n.endswith("pdf") else (n, d), "执照.pdf"),
        (lambda n, d: (n, d[: len(d) // 2]) if n == "database.dump" else (n, d), "database.dump"),
        (lambda n, d: None if n == "manifest.json" else (n, d), "manifest"),
        (lambda n, d: None if n.endswith("empty.txt") else (n, d), "empty.txt"),
        (lambda n, d: ("media/../../escaped", d) if n.endswith("empty.txt") else (n, d), "escaped"),
        (lambda n, d: ("/tmp/escaped", d) if n.endswith("empty.txt") else (n, d), "escaped"),
        (lambda n, d: (n, d.replace(b'"format": 1', b'"format": 9')), "format"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_changes(database, media, made, change, said):
    before = files(media), content(database), databases(database)
    with pytest.raises(BackupDamaged, match=said):
        restore(database, media, rewritten(made, change), replace=True, say=quiet)
    assert (files(media), content(database), databases(database)) == before
    assert not list(media.parent.parent.rglob("escaped"))
    assert not list(media.parent.glob(".restore-*"))


@pytest.mark.parametrize("size", [0, 100, 5000, 130_000])
def test_a_cut_or_foreign_file_is_refused(database, media, made, size):
    made.write_bytes(made.read_bytes()[:size])
    with pytest.raises(BackupDamaged):
        restore(database, media, made, replace=True, say=quiet)
    made.write_bytes(b"no archive at all" * 1000)
    with pytest.raises(BackupDamaged):
        restore(database, media, made, replace=True, say=quiet)
    assert len(content(database)) == 3


def test_a_dump_that_lost_rows_is_caught_by_counting_before_the_exchange(database, media, made):
    def lie(name: str, data: bytes):
        if name != "manifest.json":
            return name, data
        manifest = json.loads(data)
        manifest["rows"]["public.customer"] = 4
        return name, json.dumps(manifest).encode()

    before = files(media), databases(database)
    with pytest.raises(RestoreFailed, match=r"public.customer: 3 of 4 rows"):
        restore(database, media, rewritten(made, lie), replace=True, say=quiet)
    assert (files(media), databases(database)) == before


def test_files_go_back_when_the_databases_cannot_be_exchanged(database, media, made, monkeypatch):
    from xinheng.database import backup as module

    def fail(*arguments: object) -> None:
        raise psycopg.OperationalError("the server went away")

    (media / "later.txt").write_text("later")
    before = files(media), content(database), databases(database)
    monkeypatch.setattr(module, "_exchange_databases", fail)
    with pytest.raises(RestoreFailed, match="went away"):
        restore(database, media, made, replace=True, say=quiet)
    assert (files(media), content(database), databases(database)) == before


def test_the_manifest_proves_every_member_and_the_file_is_private(made, media):
    assert made.stat().st_mode & 0o777 == 0o600
    with tarfile.open(made) as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile("manifest.json"))
        for name, proof in manifest["members"].items():
            data = archive.extractfile(name).read()
            assert proof == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert names == ["database.dump", "media/empty.txt", "media/papers/2024/执照.pdf", "manifest.json"]
    assert manifest["version"] == "1.2"
    assert [path.name for path in made.parent.iterdir() if path.name.startswith(".")] == []


def test_a_backup_that_fails_leaves_no_file(database, media, tmp_path, monkeypatch):
    fill(database)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("XINHENG_PG_BIN", str(tmp_path / "bin"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(BackupFailed, match="pg_dump"):
        backup(database, media, tmp_path / "book.tar", version="1.2", say=quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "media"]


def test_an_existing_file_is_never_replaced(database, media, made):
    before = made.read_bytes()
    with pytest.raises(FileExistsError):
        backup(database, media, made, version="1.2", say=quiet)
    assert made.read_bytes() == before


def test_the_password_is_on_no_command_line(database, media, tmp_path, monkeypatch):
    fill(database)
    seen: list[str] = []
    run = subprocess.run

    def spy(command, **options):
        seen.extend(map(str, command))
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", spy)
    backup(database, media, tmp_path / "book.tar", version="1.2", say=quiet)
    assert any("pg_dump" in word for word in seen)
    assert psycopg.conninfo.conninfo_to_dict(database)["password"] not in " ".join(seen)


def test_the_commands_do_it_and_tell(own_environment, database, monkeypatch, tmp_path):
    fill(database)
    monkeypatch.setenv("DATABASE_URL", database)
    file = str(tmp_path / "book.xinheng")
    run = CliRunner().invoke
    done = run(main, ["backup", file, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"] == 10
    assert run(main, ["backup", file]).exit_code == 2
    assert run(main, ["restore", file]).exit_code == 2
    assert run(main, ["restore", str(tmp_path / "none")]).exit_code == 2
    done = run(main, ["restore", file, "--replace"])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"restored: 2 tables, 10 rows, 0 files ({file})\n"
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert run(main, ["backup", str(tmp_path / "other")]).exit_code == 3
