"""Columns of the statement kind: one per line of the CAS forms, from the engine's catalogue of lines."""

from __future__ import annotations

from xinheng.engine.statements import LINES
from xinheng.intake.kinds import Column


def line_columns() -> tuple[Column, ...]:
    """A column per statement line: its code, its Chinese and English name, an amount."""
    return tuple(Column(line.code, line.zh, line.en, "amount", aliases=tuple(line.aliases)) for line in LINES.values())
