"""Bring the database and the static files up to this version: what `serve` and `demo` do before they serve.

A process of its own (`python -m xinheng.cli.prepare`), so that the supervisor stays small.
"""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
