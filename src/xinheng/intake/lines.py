"""Columns of the statement kind: one per line of the CAS forms, from the engine's catalogue of lines."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from xinheng.intake.kinds import Column


def line_columns() -> tuple[Column, ...]:
    """A column per statement line: its code, its Chinese and English name, an amount."""
    try:
        text = files("xinheng.engine.models").joinpath("statement_lines.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    lines = tomllib.loads(text)["line"]
    return tuple(
        Column(line["code"], line["zh"], line["en"], "amount", aliases=tuple(line.get("aliases", ()))) for line in lines
    )
