"""What commands share that work on the book: the database runs, its tables are of this version, Django is ready."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

import click

from xinheng.cli.database import say, told_plainly
from xinheng.database import running
from xinheng.database.errors import user_language

BAD_INPUT = 2


@contextlib.contextmanager
def product() -> Iterator[None]:
    """The book, ready to be worked on; texts are in the language of the terminal.

    A refusal of the product (what a form would show beside a field) becomes its sentences and exit code 2.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinheng.server.config.settings")
    with told_plainly(), running(say):
        import django
        import structlog

        django.setup()
        # Standard output is for the answer.
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
        from django.core.exceptions import PermissionDenied, ValidationError
        from django.core.management import call_command
        from django.utils import translation

        from xinheng.engine.errors import EngineError

        call_command("migrate", interactive=False, verbosity=0)
        language = user_language()
        with translation.override("zh-hans" if language == "zh" else "en"):
            try:
                yield
            except ValidationError as error:
                _end(" ".join(error.messages))
            except PermissionDenied as error:
                _end(str(error))
            except EngineError as error:
                _end(error.message("zh" if language == "zh" else "en"))


def refuse(*, zh: str, en: str) -> NoReturn:
    """Say why nothing was done, in the language of the terminal, and end."""
    _end(zh if user_language() == "zh" else en)


def _end(sentence: str) -> NoReturn:
    click.echo(click.style(sentence, fg="red"), err=True)
    sys.exit(BAD_INPUT)
