"""What is wrong with this environment and how to mend it: each check looks at the real thing, not at notes about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psycopg
from packaging.requirements import Requirement
from psycopg.conninfo import conninfo_to_dict

from xinheng.database.account import server_account
from xinheng.database.backup import address
from xinheng.database.binaries import find_binaries, version_of
from xinheng.database.cluster import Cluster
from xinheng.database.connection import embedded, running
from xinheng.database.errors import DatabaseError, DirectoryUnreachable, Words
from xinheng.database.places import data_home

OLDEST_SERVER = 15
SPACE_FAIL, SPACE_WARN = 200 * 2**20, 2 * 2**30  # bytes free
HEARTBEAT = 60  # seconds without a sign of life after which a worker counts as gone


@dataclass(frozen=True)
class Finding:
    """One line of the report. `key` is stable, for programs."""

    key: str
    status: Literal["ok", "warn", "fail"]
    words: Words
    remedy: Words | None = None

    def text(self, language: str | None = None) -> str:
        return self.words.in_language(language)

    def as_dict(self) -> dict[str, Any]:
        remedy = self.remedy.in_language(None) if self.remedy else None
        return {"check": self.key, "status": self.status, "message": self.text(), "remedy": remedy}


def _failed(key: str, error: DatabaseError) -> Finding:
    words = Words(error.message("en"), error.message("zh"))
    return Finding(key, "fail", words, Words(error.remedy("en"), error.remedy("zh")))


def examine() -> Iterator[Finding]:
    """Every check in the order in which things depend on each other. Starts the embedded server if it does not run."""
    yield _python()
    yield from _packages()
    yield from _installation()
    yield from _space()
    if not os.environ.get("DATABASE_URL"):
        try:
            yield _binaries()
            if not embedded().data.exists():
                yield _trial()
                return
        except DatabaseError as error:
            yield _failed("embedded", error)
            return
    try:
        with running(lambda line: None) as url:
            yield from _server(url)
    except DatabaseError as error:
        yield _failed("database", error)


def _python() -> Finding:
    version = ".".join(str(n) for n in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    remedy = Words("Install Python 3.11 or newer.", "请安装 Python 3.11 或更高版本。")
    return Finding(
        "python", "ok" if good else "fail", Words(f"Python {version}", f"Python {version}"), None if good else remedy
    )


def _packages() -> Iterator[Finding]:
    remedy = Words("Run `make setup`.", "运行 `make setup`。")
    try:
        needed = [Requirement(line) for line in importlib.metadata.requires("xinheng") or ()]
    except importlib.metadata.PackageNotFoundError:
        yield Finding("packages", "warn", Words("Xinheng itself is not installed.", "信衡本身尚未安装。"), remedy)
        return
    wrong = []
    for requirement in needed:
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = importlib.metadata.version(requirement.name)
            if not requirement.specifier.contains(found, prereleases=True):
                wrong.append(f"{requirement.name} {found} ({requirement.specifier})")
        except importlib.metadata.PackageNotFoundError:
            wrong.append(requirement.name)
    if wrong:
        names = ", ".join(wrong)
        yield Finding(
            "packages", "fail", Words(f"Missing or unfit packages: {names}", f"缺少或版本不符的软件包：{names}"), remedy
        )
    else:
        count = len(needed)
        yield Finding("packages", "ok", Words(f"{count} packages as required", f"{count} 个软件包符合要求"))


def _installation() -> Iterator[Finding]:
    """What `make setup` puts beside the code: front-end files, translations; the font of the documents."""
    spec = importlib.util.find_spec("xinheng")
    root = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    setup = Words("Run `make setup`.", "运行 `make setup`。")
    vendor = [p for p in (root / "server/web/static/vendor").rglob("*") if p.is_file()]
    if vendor:
        yield Finding("assets", "ok", Words(f"{len(vendor)} front-end files", f"{len(vendor)} 个前端文件"))
    else:
        yield Finding("assets", "fail", Words("The front-end files are missing.", "缺少前端文件。"), setup)
    sources = list(root.rglob("locale/*/LC_MESSAGES/django.po"))
    missing = [path for path in sources if not path.with_suffix(".mo").exists()]
    if missing:
        words = Words(f"{len(missing)} translations are not compiled.", f"{len(missing)} 份译文尚未编译。")
        yield Finding("translations", "warn", words, Words("Run `make messages`.", "运行 `make messages`。"))
    else:
        yield Finding("translations", "ok", Words(f"{len(sources)} translations", f"{len(sources)} 份译文"))
    fonts = importlib.util.find_spec("pylopdf_fonts_zh_cn")
    places = [Path(p) for p in (fonts.submodule_search_locations or ())] if fonts else []
    if any(p.suffix.lower() in (".ttf", ".otf", ".ttc") for place in places for p in place.rglob("*")):
        yield Finding("fonts", "ok", Words("Chinese font for documents", "文档所用中文字体"))
    else:
        words = Words("The Chinese font for PDF documents is missing.", "缺少生成 PDF 所需的中文字体。")
        yield Finding("fonts", "fail", words, setup)
    browsers = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    if any(browsers.glob("chromium*")) or shutil.which("chromium") or shutil.which("google-chrome"):
        yield Finding("browser", "ok", Words("Chromium, for the browser tests", "Chromium（供浏览器测试使用）"))
    else:
        words = Words("No Chromium; only the browser tests need it.", "没有 Chromium；仅浏览器测试需要。")
        yield Finding("browser", "warn", words, Words("Run `make setup-dev`.", "运行 `make setup-dev`。"))


def _space() -> Iterator[Finding]:
    home = data_home()
    place = next(path for path in [home, *home.parents] if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        words = Words(f"No right to write in {place}.", f"没有写入 {place} 的权限。")
        remedy = Words("Set XINHENG_DATA to a directory of your own.", "将 XINHENG_DATA 设为属于自己的目录。")
        yield Finding("data_directory", "fail", words, remedy)
        return
    data = home / "database" / "server"
    account = server_account(data)
    if obstacle := account.obstacle(place, needed=1):
        error = DirectoryUnreachable(user=account.name, path=obstacle, target=data.parent)
        yield _failed("data_directory", error)
        return
    if data.exists() and data.stat().st_mode & 0o077:
        words = Words(f"Others may read {data}.", f"其他用户可以读取 {data}。")
        yield Finding(
            "data_directory", "fail", words, Words(f"Run `chmod 0700 {data}`.", f"运行 `chmod 0700 {data}`。")
        )
    else:
        yield Finding("data_directory", "ok", Words(f"Data in {home}", f"数据目录 {home}"))
    free = shutil.disk_usage(place).free
    size = f"{free / 2**30:.1f} GB"
    words = Words(f"{size} free in {place}", f"{place} 剩余 {size}")
    remedy = Words(
        "Free some space, or set XINHENG_DATA to another disk.", "腾出空间，或将 XINHENG_DATA 设到其他磁盘。"
    )
    status: Literal["ok", "warn", "fail"] = "fail" if free < SPACE_FAIL else "warn" if free < SPACE_WARN else "ok"
    yield Finding("space", status, words, None if status == "ok" else remedy)


def _binaries() -> Finding:
    binaries = find_binaries()
    for name in ("initdb", "pg_dump", "pg_restore"):
        version_of(binaries.bin / name)
    words = f"PostgreSQL {binaries.version} ({binaries.provider}, {binaries.bin})"
    return Finding("embedded", "ok", Words(words, words))


def _trial() -> Finding:
    """No data yet: prove that a database can be made and started, in a place that is thrown away."""
    begun = time.monotonic()
    home = Path(tempfile.mkdtemp(prefix="xinheng-doctor-"))
    try:
        with Cluster(home, settings={"fsync": "off", "shared_buffers": "16MB"}, progress=lambda line: None):
            took = time.monotonic() - begun
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return Finding(
        "database",
        "ok",
        Words(
            f"No database yet; a trial one was made and started in {took:.1f} s (`xinheng serve` makes the real one)",
            f"尚无数据库；试建一个并启动用时 {took:.1f} 秒（运行 `xinheng serve` 时正式建立）",
        ),
    )


def _server(url: str) -> Iterator[Finding]:
    try:
        connection = psycopg.connect(url, connect_timeout=15, autocommit=True)
    except psycopg.OperationalError as error:
        server, why = address(url), str(error).strip()
        words = Words(f"The database {server} does not answer: {why}", f"数据库 {server} 没有应答：{why}")
        remedy = Words(
            "Check DATABASE_URL, that the server runs, and that this machine may connect.",
            "检查 DATABASE_URL、服务器是否运行，以及本机是否允许连接。",
        )
        yield Finding("database", "fail", words, remedy)
        return
    with connection:
        where = address(url) if os.environ.get("DATABASE_URL") != embedded().url else "embedded"
        version = connection.info.server_version
        text = f"PostgreSQL {version // 10_000}.{version % 10_000} ({where})"
        old = version < OLDEST_SERVER * 10_000
        remedy = Words(f"Use PostgreSQL {OLDEST_SERVER} or newer.", f"请使用 PostgreSQL {OLDEST_SERVER} 或更高版本。")
        yield Finding("database", "fail" if old else "ok", Words(text, text), remedy if old else None)
        row = connection.execute(
            "SELECT current_setting('server_encoding'), has_schema_privilege(current_schema(), 'CREATE'),"
            " has_database_privilege(current_database(), 'TEMPORARY'), rolcreatedb OR rolsuper, current_user"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row is not None
        encoding, may_create, may_temporary, may_createdb, user = row
        name = conninfo_to_dict(url).get("dbname")
        if encoding != "UTF8":
            words = Words(f"The encoding of the database is {encoding}.", f"数据库的编码是 {encoding}。")
            how = f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0"
            yield Finding("encoding", "fail", words, Words(f"Make a new one: {how}", f"另建一个：{how}"))
        if not (may_create and may_temporary):
            words = Words(f"User {user} may not create tables.", f"用户 {user} 没有建表权限。")
            how = f"ALTER DATABASE {name} OWNER TO {user}"
            yield Finding("privileges", "fail", words, Words(f"As its superuser: {how}", f"以超级用户执行：{how}"))
        elif not may_createdb:
            words = Words(f"User {user} may not create databases.", f"用户 {user} 没有新建数据库的权限。")
            how = f"ALTER ROLE {user} CREATEDB"
            yield Finding("privileges", "warn", words, Words(f"`restore` needs it: {how}", f"`restore` 需要：{how}"))
        else:
            yield Finding("privileges", "ok", Words(f"User {user} has the rights needed", f"用户 {user} 权限充足"))
        yield _migrations()
        yield _worker(connection)


def _migrations() -> Finding:
    environment = {"DJANGO_SETTINGS_MODULE": "xinheng.server.config.settings", **os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--check"], env=environment, capture_output=True, text=True
    )
    if done.returncode == 0:
        return Finding("migrations", "ok", Words("The tables are those of this version", "数据表与本版本一致"))
    pending = re.findall(r"^  (\w+\.\w+)$", done.stdout, re.MULTILINE)
    if pending or "unapplied" in done.stdout or not done.stderr:
        words = Words("The tables are those of an older version.", "数据表属于较早的版本。")
        return Finding(
            "migrations",
            "warn",
            words,
            Words("`xinheng serve` brings them up to date.", "运行 `xinheng serve` 时自动更新。"),
        )
    why = done.stderr.strip().splitlines()[-1]
    words = Words(f"The server's code does not load: {why}", f"服务端代码无法载入：{why}")
    return Finding("migrations", "fail", words, Words("Run `make setup`.", "运行 `make setup`。"))


def _worker(connection: psycopg.Connection[Any]) -> Finding:
    remedy = Words("`xinheng serve` runs one.", "`xinheng serve` 会运行它。")
    try:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)",
            (HEARTBEAT,),
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        row = None
    if row and row[0]:
        return Finding("worker", "ok", Words(f"{row[0]} workers alive", f"{row[0]} 个后台任务进程在运行"))
    return Finding(
        "worker", "warn", Words("No worker is alive; imports wait.", "没有后台任务进程在运行，导入将排队。"), remedy
    )
