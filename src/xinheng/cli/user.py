"""`xinheng user`: accounts from the command line, above all the first one."""

import click

from xinheng.cli.product import product, refuse
from xinheng.server.accounts.choices import Role


@click.group()
def user() -> None:
    """Accounts: make the first one here, the others on the page of accounts."""


@user.command("create")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(Role.values), help="One or more.")
@click.option("--name", default="", help="The person's name as pages show it.")
@click.option("--language", default="zh-hans", show_default=True, type=click.Choice(["zh-hans", "en"]))
@click.password_option(help="Asked for when it is not given.")
def create(username: str, roles: tuple[str, ...], name: str, language: str, password: str) -> None:
    """Give USERNAME an account with roles."""
    with product():
        from django.contrib.auth.password_validation import validate_password

        from xinheng.server.accounts.models import User
        from xinheng.server.accounts.services import user_create

        if User.objects.filter(username=username).exists():
            refuse(zh=f"已有账号 {username}", en=f"There is an account {username} already")
        validate_password(password, User(username=username))
        made = user_create(username=username, password=password, roles=roles, display_name=name, language=language)
        click.echo(f"{made.username}: {', '.join(sorted(roles))}")


@user.command("list")
def list_users() -> None:
    """The accounts with their roles."""
    with product():
        from xinheng.server.accounts.models import User

        for one in User.objects.order_by("username").prefetch_related("groups"):
            state = "" if one.is_active else "  (closed)"
            click.echo(f"{one.username:<20} {', '.join(sorted(g.name for g in one.groups.all()))}{state}")
