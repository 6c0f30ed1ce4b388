"""`xinheng doctor`, `xinheng backup`, `xinheng restore`."""

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from xinheng import __version__
from xinheng.database import backup as backups
from xinheng.database import media_home, running
from xinheng.database.errors import BackupDamaged, DatabaseError, NotEmpty, user_language

BAD_INPUT = (BackupDamaged, NotEmpty)  # exit code 2; every other one is about the environment: 3
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def say(line: str) -> None:
    click.echo(line, err=True)


@contextlib.contextmanager
def told_plainly(*, as_json: bool = False) -> Iterator[None]:
    """An error of the database as two lines, or as JSON, and its exit code."""
    try:
        yield
    except DatabaseError as error:
        language = user_language()
        if as_json:
            click.echo(json.dumps({"error": error.code, "message": error.message(), "remedy": error.remedy()}))
        click.echo(click.style(error.message(language), fg="red"), err=True)
        click.echo(error.remedy(language), err=True)
        sys.exit(2 if isinstance(error, BAD_INPUT) else 3)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with this environment and how to mend it. Exit code 3 when something fails."""
    from xinheng.database.doctor import examine

    findings, language = [], user_language()
    for finding in examine():
        findings.append(finding)
        if not as_json:
            click.echo(f"{click.style(f'{finding.status:4}', fg=COLOURS[finding.status])}  {finding.text(language)}")
            if finding.remedy is not None:
                click.echo(f"      → {finding.remedy.in_language(language)}")
    failed = any(finding.status == "fail" for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": not failed, "findings": [f.as_dict() for f in findings]}, ensure_ascii=False))
    sys.exit(3 if failed else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Write the database and the uploaded files into FILE, which must not exist yet."""
    if file.exists():
        raise click.BadParameter(f"{file} exists; a backup never replaces a file.", param_hint="FILE")
    if not file.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no directory {file.absolute().parent}.", param_hint="FILE")
    with told_plainly(as_json=as_json), running(say) as url:
        manifest = backups.backup(url, media_home(), file.absolute(), version=__version__, say=say)
    _report(manifest, file, "written", as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace a database that is not empty.")
@click.option("--keep", is_flag=True, help="Keep the replaced database and files under another name.")
@click.option("--json", "as_json", is_flag=True, help="Print what was restored as JSON.")
def restore(file: Path, replace: bool, keep: bool, as_json: bool) -> None:
    """Restore a FILE that `backup` wrote. On any failure the present database and files stay as they are."""
    with told_plainly(as_json=as_json), running(say) as url:
        manifest = backups.restore(url, media_home(), file.absolute(), replace=replace, keep=keep, say=say)
    _report(manifest, file, "restored", as_json)


def _report(manifest: dict[str, object], file: Path, what: str, as_json: bool) -> None:
    rows, members = manifest["rows"], manifest["members"]
    assert isinstance(rows, dict)
    assert isinstance(members, dict)
    figures = {"tables": len(rows), "rows": sum(rows.values()), "files": len(members) - 1}
    if as_json:
        click.echo(json.dumps({"file": str(file), "made_at": manifest["made_at"], **figures}))
    else:
        click.echo(f"{what}: {figures['tables']} tables, {figures['rows']} rows, {figures['files']} files ({file})")
