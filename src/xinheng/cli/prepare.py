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
    from xinheng.server.accounts.models import User

    if not User.objects.exists() and "XINHENG_DEMO" not in os.environ:
        hint = "nobody can sign in yet / 还没有账号: xinheng user create NAME --role administrator"
        print(hint, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
