"""Every command that the help lists can be loaded."""

import pytest
from click.testing import CliRunner

from xinheng.cli import COMMANDS, main


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_command_loads_and_explains_itself(name):
    command = main.get_command(None, name)
    assert command is not None
    assert command.help


def test_help_lists_every_command():
    answer = CliRunner().invoke(main, ["--help"])
    assert answer.exit_code == 0
    assert all(name in answer.output for name in COMMANDS)
