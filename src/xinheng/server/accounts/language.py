"""The reader's language, as the engine names it."""

from typing import Literal

from django.utils.translation import get_language

from xinheng.engine.errors import EngineError


def reader_language() -> Literal["zh", "en"]:
    """Chinese unless the reader chose English."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def told(error: EngineError) -> str:
    """The engine's sentence in the reader's language."""
    return error.message(reader_language())
