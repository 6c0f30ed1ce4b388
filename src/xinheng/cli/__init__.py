"""The command line: thin commands, each loaded only when it is called, so that `--help` answers at once."""

from importlib import import_module

import click

from xinheng import __version__

#: command name → "module:attribute" of its click command, and the line `--help` shows for it.
COMMANDS: dict[str, tuple[str, str]] = {
    "assess": ("xinheng.cli.assess:assess", "Assess companies from files, without a server."),
    "backup": ("xinheng.cli.database:backup", "Write the database and the uploaded files into one file."),
    "bench": ("xinheng.cli.bench:bench", "Measure the product beside its yardsticks."),
    "demo": ("xinheng.cli.demo:demo", "Load the demo book and serve it."),
    "doctor": ("xinheng.cli.database:doctor", "Say what is wrong with this environment and how to mend it."),
    "import": ("xinheng.cli.imports:import_file", "Import a file into the book."),
    "manage": ("xinheng.cli.manage:manage", "Run a Django management command on the configured database."),
    "norms": ("xinheng.cli.norms:norms", "Build, load and show industry norms."),
    "restore": ("xinheng.cli.database:restore", "Restore a file that `backup` wrote."),
    "serve": ("xinheng.cli.serve:serve", "Serve the pages and work through the jobs."),
    "user": ("xinheng.cli.user:user", "Accounts: make the first one, list them."),
    "validate": ("xinheng.cli.validate:validate", "Check identifiers in a file."),
}


class LazyGroup(click.Group):
    """A click group whose commands are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xinheng")
def main() -> None:
    """Xinheng 信衡: whom to trust with trade credit, with how much, for how long, and why."""
