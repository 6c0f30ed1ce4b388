"""One file with everything: the database, the uploaded papers, and a manifest that proves both.

The file is a tar of `database.dump` (pg_dump's custom format), `media/…` and, last, `manifest.json` with the size and
sha256 of every member and the number of rows of every table, counted in the snapshot that was dumped. It appears under
its name only when whole. `restore` fills a fresh database beside the present one, counts its rows, and only then
exchanges the two by renaming, in one transaction.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xinheng.database.binaries import ENVIRONMENT, find_binaries, version_of
from xinheng.database.errors import (
    BackupDamaged,
    BackupFailed,
    BinariesBroken,
    BinariesMissing,
    DatabaseError,
    DiskFull,
    NotEmpty,
    RestoreFailed,
    Unreachable,
)

FORMAT = 1
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
DUMP, MANIFEST = "database.dump", "manifest.json"
TABLES = """
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1
"""


def backup(url: str, media: Path, target: Path, *, version: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Write database and media into `target`; returns the manifest.

    Raises FileExistsError when `target` exists, BackupFailed or DiskFull with nothing left behind.
    """
    if target.exists():
        raise FileExistsError(target)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:  # 0700
            work = Path(name)
            say("dumping the database")
            manifest = {
                "format": FORMAT,
                "version": version,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
            manifest |= _dump(url, work / DUMP)
            manifest["members"] = members = {}
            with tarfile.open(work / "backup.tar", "w") as archive:
                members[DUMP] = _add(archive, work / DUMP, DUMP)
                (work / DUMP).unlink()
                for path in sorted(path for path in media.rglob("*") if path.is_file() and not path.is_symlink()):
                    inside = str(PurePosixPath("media", *path.relative_to(media).parts))
                    with contextlib.suppress(FileNotFoundError):  # deleted since we looked
                        members[inside] = _add(archive, path, inside)
                (work / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))
                archive.add(work / MANIFEST, MANIFEST)
            with open(work / "backup.tar", "rb+") as whole:
                os.fsync(whole.fileno())
            (work / "backup.tar").chmod(0o600)
            os.link(work / "backup.tar", target)  # unlike a rename this never replaces what came meanwhile
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(path=target.parent) from error
        raise BackupFailed(detail=error) from error
    return manifest


def restore(
    url: str, media: Path, source: Path, *, replace: bool = False, keep: bool = False, say: Callable[[str], None]
) -> dict[str, Any]:
    """Put the content of `source` in the place of the database and the media; returns the manifest.

    Args:
        replace: allow it although the database has tables.
        keep: leave the replaced database and media under the names that `say` is told.
    Raises: BackupDamaged, NotEmpty, RestoreFailed; in every case the present database and media are as they were.
    """
    name = str(conninfo_to_dict(url)["dbname"])
    with _connect(url) as present:
        tables = len(present.execute(TABLES).fetchall())
    if tables and not replace:
        raise NotEmpty(name=name, tables=tables)
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    fresh, former = f"{name}_restored_{stamp}", f"{name}_before_{stamp}"
    media.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=media.parent) as directory:
            work = Path(directory)
            say("checking the backup")
            manifest = _unpack(source, work)
            with _connect(url, dbname="postgres", autocommit=True) as server:
                server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(fresh)))
                try:
                    say("restoring the database")
                    _fill(url, fresh, work / DUMP, manifest)
                    with _exchanged_media(media, work / "media", stamp):
                        _exchange_databases(server, name, fresh, former)
                except BaseException:
                    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(fresh)))
                    raise
                former_media = media.with_name(f"{media.name}.before-{stamp}")
                if keep:
                    say(f"the former database is now {former}, the former files are in {former_media}")
                else:
                    server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(former)))
                    shutil.rmtree(former_media, ignore_errors=True)
    except psycopg.Error as error:
        raise RestoreFailed(detail=error) from error
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(path=media.parent) from error
        raise RestoreFailed(detail=error) from error
    return manifest


def _connect(url: str, *, autocommit: bool = False, **changes: str) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(make_conninfo(url, **changes), autocommit=autocommit, connect_timeout=20)
    except psycopg.OperationalError as error:
        raise Unreachable(server=address(url), detail=error) from error


def address(url: str) -> str:
    """The URL without its password, for people to read."""
    return make_conninfo("", **{key: value for key, value in conninfo_to_dict(url).items() if key != "password"})


def _program(name: str, server_major: int) -> Path:
    """`pg_dump` or `pg_restore`, of the embedded binaries or on PATH, not older than the server."""
    candidates = []
    with contextlib.suppress(BinariesMissing, BinariesBroken):
        candidates.append(find_binaries().bin / name)
    if on_path := shutil.which(name):
        candidates.append(Path(on_path))
    for candidate in candidates:
        with contextlib.suppress(BinariesBroken):
            if int(version_of(candidate).split(".")[0]) >= server_major:
                return candidate
    raise BackupFailed(detail=f"no {name} of version {server_major} or newer was found; install it and put it on PATH")


def _run(program: Path, url: str, *arguments: Any, failure: type[DatabaseError], **changes: str) -> None:
    parts = {**conninfo_to_dict(url), **changes}
    password = parts.pop("password", None)  # through the environment: a command line is for everyone to read
    environment = ENVIRONMENT | ({"PGPASSWORD": str(password)} if password else {})
    command = [program, *arguments, f"--dbname={make_conninfo('', **parts)}"]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        if "No space left on device" in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise failure(detail=done.stderr.strip()[-800:])


def _count_rows(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows by table; the names are quoted by the server."""
    names = [str(name) for (name,) in connection.execute(TABLES)]
    rows = (connection.execute(sql.SQL("SELECT count(*) FROM " + name)).fetchone() for name in names)  # noqa: S608
    return {name: row[0] for name, row in zip(names, rows, strict=True) if row}


def _dump(url: str, target: Path) -> dict[str, Any]:
    with _connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot(), current_database()").fetchone()
        assert row is not None
        server = connection.info.server_version
        program = _program("pg_dump", server // 10_000)
        _run(program, url, "--format=custom", f"--snapshot={row[0]}", f"--file={target}", failure=BackupFailed)
        return {"database": row[1], "server_version": server, "rows": _count_rows(connection)}


def _add(archive: tarfile.TarFile, path: Path, name: str) -> dict[str, Any]:
    """Add a file exactly as long as it was when we looked, and say what went in."""
    with path.open("rb") as content:
        info = archive.gettarinfo(name, name, content)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        digest = hashlib.sha256()
        archive.addfile(info, _Hashing(content, digest))
        return {"size": info.size, "sha256": digest.hexdigest()}


class _Hashing:
    """A reader that hashes what passes through it."""

    def __init__(self, content: IO[bytes], digest: Any) -> None:
        self.content, self.digest = content, digest

    def read(self, size: int = -1) -> bytes:
        data = self.content.read(size)
        self.digest.update(data)
        return data


def _unpack(source: Path, work: Path) -> dict[str, Any]:
    """Write the members into `work` (`database.dump`, `media/`) and hold them against the manifest."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    (work / "media").mkdir()
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                parts = PurePosixPath(member.name).parts
                content = archive.extractfile(member)
                is_media = len(parts) > 1 and parts[0] == "media" and ".." not in parts
                if content is None or not member.isreg() or not (is_media or member.name in (DUMP, MANIFEST)):
                    raise BackupDamaged(path=source, detail=f"unexpected member {member.name}")
                if member.name == MANIFEST:
                    manifest = json.loads(content.read(64 * 2**20))
                    continue
                target = work.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                digest = hashlib.sha256()
                with target.open("xb") as output:
                    shutil.copyfileobj(_Hashing(content, digest), output, 2**20)
                target.chmod(0o600)
                found[member.name] = {"size": member.size, "sha256": digest.hexdigest()}
    except (tarfile.TarError, EOFError, ValueError, FileExistsError, FileNotFoundError, IsADirectoryError) as error:
        raise BackupDamaged(path=source, detail=error) from error
    if manifest is None or manifest.get("format") != FORMAT:
        raise BackupDamaged(
            path=source, detail="its end with the manifest is missing" if manifest is None else "format"
        )
    if found != manifest["members"]:
        wrong = sorted(
            k for k in found.keys() | manifest["members"].keys() if found.get(k) != manifest["members"].get(k)
        )
        raise BackupDamaged(path=source, detail=f"{wrong[0]} is not what was written")
    return manifest


def _fill(url: str, fresh: str, dump: Path, manifest: dict[str, Any]) -> None:
    """Load the dump into the fresh database and count."""
    program = _program("pg_restore", manifest["server_version"] // 10_000)
    how = ("--no-owner", "--no-privileges", "--exit-on-error", "--jobs=2", dump)
    _run(program, url, *how, failure=RestoreFailed, dbname=fresh)
    with _connect(url, dbname=fresh, autocommit=True) as connection:
        counted = _count_rows(connection)
        if counted != manifest["rows"]:
            wrong = sorted(k for k, n in manifest["rows"].items() if counted.get(k) != n) or sorted(counted)
            raise RestoreFailed(detail=f"{wrong[0]}: {counted.get(wrong[0])} of {manifest['rows'].get(wrong[0])} rows")
        connection.execute("ANALYZE")


@contextlib.contextmanager
def _exchanged_media(media: Path, fresh: Path, stamp: str) -> Iterator[None]:
    """The fresh media in place of the former; back again when the block fails."""
    former = media.with_name(f"{media.name}.before-{stamp}")
    had = media.exists()
    if had:
        media.rename(former)
    fresh.rename(media)
    try:
        yield
    except BaseException:
        media.rename(fresh)
        if had:
            former.rename(media)
        raise


def _exchange_databases(server: psycopg.Connection[Any], present: str, fresh: str, former: str) -> None:
    """Both renames in one transaction. Whoever is connected is disconnected and finds the new one on coming back."""
    name = sql.Identifier(present)
    server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
    try:
        ours = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND backend_type = %s"
        server.execute(ours, (present, "client backend"))
        with server.transaction():
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(name, sql.Identifier(former)))
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), name))
    except BaseException:
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
        raise
    with contextlib.suppress(psycopg.Error):  # the exchange is done; a former database that stays closed is no failure
        server.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(former)))
