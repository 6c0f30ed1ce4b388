"""`xinheng manage`: Django's management commands on the configured database."""

import os
import sys

import click

from xinheng import database


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command on the configured database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    with database.running():
        from django.core.management import execute_from_command_line

        execute_from_command_line(["xinheng manage", *arguments])
    sys.exit(0)
