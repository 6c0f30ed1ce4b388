"""`xinheng demo`: the demo book, loaded once and served."""

import datetime as dt
import os
import sys

import click

from xinheng.cli.database import told_plainly
from xinheng.cli.serve import serve_until_stopped


@click.command()
@click.option("--customers", default=300, show_default=True, type=click.IntRange(1, 1_000_000), help="Companies.")
@click.option("--seed", default=20260101, show_default=True, help="Equal seeds give equal books.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day on which the book ends.  [default: today]")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def demo(customers: int, seed: int, as_of: dt.datetime | None, host: str, port: int) -> None:
    """Load the demo book where it is missing, then serve it until Ctrl-C. A second run keeps the data."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    os.environ["XINHENG_DEMO"] = "1"  # the sign-in page then names the demo users
    load = [sys.executable, "-m", "xinheng.server.config.load_demo", str(customers), str(seed)]
    if as_of is not None:
        load.append(as_of.date().isoformat())

    def announce(address: str) -> None:
        from xinheng.server.config.demo_users import PASSWORD, USERS

        click.echo(f"\nXinheng 信衡 answers at {address}  (Ctrl-C ends it)")
        for username, name, roles in USERS:
            click.echo(f"  {username:<10} {', '.join(roles):<16} {name}")
        click.echo(f"  password: {PASSWORD}")

    with told_plainly():
        serve_until_stopped(host=host, port=port, workers=1, before=[load], announce=announce)
