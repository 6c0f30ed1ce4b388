"""The tutorial: its commands run, and print what it says they print."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from xinheng.cli import main

FOLDER = Path(__file__).parents[2] / "docs" / "tutorials"
TEXT = (FOLDER / "first-assessment.md").read_text("utf-8")
COMMANDS = re.findall(r"```\nxinheng (.+)\n```", TEXT)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copy(FOLDER / "first-assessment.xlsx", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command):
    return CliRunner().invoke(main, shlex.split(command), env={"COLUMNS": "100"})


def test_the_first_command_prints_what_the_tutorial_shows(folder):
    answer = run(COMMANDS[0])
    assert answer.exit_code == 0
    (shown,) = re.findall(r"```text\n(.+?)\n```", TEXT, re.DOTALL)
    printed = "\n".join(line.rstrip() for line in answer.stdout.splitlines()).strip("\n")
    assert printed == shown


def test_the_second_command_writes_what_the_tutorial_says(folder):
    assert run(COMMANDS[1]).exit_code == 0
    assert len(list((folder / "pages").glob("*.pdf"))) == 2
    assert (folder / "assessments.xlsx").stat().st_size > 0
