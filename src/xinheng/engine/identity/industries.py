"""Industries of GB/T 4754-2017: sections, divisions and groups, and the forms in which their codes are written.

A code is written here with its section letter: C, C35, C351, C3511. The 473 groups are listed; the 1,382 classes are
not, so a four-digit code is accepted when its division exists.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from ..errors import InvalidIndustryCode

VERSION = "GB/T 4754-2017"

_WRITTEN = re.compile(r"([A-T]?)((?:\d{2,4})?)")


class IndustryLevel(StrEnum):
    """How far down a code goes."""

    SECTION = "section"  # 门类, a letter
    DIVISION = "division"  # 大类, two digits
    GROUP = "group"  # 中类, three digits
    CLASS = "class"  # 小类, four digits


@dataclass(frozen=True, slots=True)
class Industry:
    """One industry. For a class, and a group in English, the names are those of the nearest level that has one."""

    code: str
    level: IndustryLevel
    zh: str
    en: str

    @property
    def section(self) -> str:
        """The section's letter."""
        return self.code[0]

    @property
    def division(self) -> str | None:
        """The division with its letter, C35; None for a section."""
        return self.code[:3] if len(self.code) >= 3 else None


_LEVELS = {1: IndustryLevel.SECTION, 3: IndustryLevel.DIVISION, 4: IndustryLevel.GROUP, 5: IndustryLevel.CLASS}


@lru_cache(maxsize=1)
def _table() -> dict[str, Industry]:
    table: dict[str, Industry] = {}
    text = (files("xinheng.engine.models") / "industries_2017.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        code = row["code"]
        table[code] = Industry(code, _LEVELS[len(code)], row["zh"], row["en"] or table[code[:3]].en)
    return table


@lru_cache(maxsize=1)
def _sections() -> dict[str, str]:
    """Division number → section letter."""
    return {code[1:]: code[0] for code, found in _table().items() if found.level is IndustryLevel.DIVISION}


def section_of(division: str) -> str:
    """The section's letter for a code that begins with a division: `35` → C. Raises InvalidIndustryCode."""
    letter = _sections().get(division[:2])
    if letter is None:
        raise InvalidIndustryCode(value=division)
    return letter


@lru_cache(maxsize=4096)
def industry(code: str) -> Industry:
    """Look an industry up.

    Args: code: with or without the section letter, blanks allowed: `C3511`, `3511`, `c 35`, `C`.
    Returns: the industry, its code written with the letter.
    Raises: InvalidIndustryCode when the form is wrong, the division or group does not exist, or the letter is another
        section's.
    """
    match = _WRITTEN.fullmatch(re.sub(r"[\s.\-]", "", unicodedata.normalize("NFKC", code)).upper())
    if match is None or not (match[1] or match[2]):
        raise _invalid(code, "可填 C、C35、C351、C3511 或 3511", "accepted are C, C35, C351, C3511 or 3511")
    letter, digits = match[1], match[2]
    if digits:
        right = _sections().get(digits[:2])
        if right is None:
            raise _invalid(code, f"没有大类 {digits[:2]}", f"there is no division {digits[:2]}")
        if letter and letter != right:
            zh = f"大类 {digits[:2]} 属于门类 {right}"
            raise _invalid(code, zh, f"division {digits[:2]} belongs to section {right}")
        letter = right
    full = letter + digits
    table = _table()
    if full in table:
        return table[full]
    if len(digits) == 3:
        raise _invalid(code, f"没有中类 {digits}", f"there is no group {digits}")
    nearest = table.get(full[:4]) or table[full[:3]]
    return Industry(full, IndustryLevel.CLASS, nearest.zh, nearest.en)


def industries(level: IndustryLevel, *, within: str = "") -> list[Industry]:
    """All industries of one level in the order of their codes; `within` keeps those below a code (C, C35)."""
    return [found for code, found in sorted(_table().items()) if found.level is level and code.startswith(within)]


def _invalid(value: str, zh: str, en: str) -> InvalidIndustryCode:
    return InvalidIndustryCode(value=value, detail_zh=zh, detail_en=en)
