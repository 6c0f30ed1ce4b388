"""Industries and regions as people read, search and write them."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from xinheng.engine import identity
from xinheng.engine.errors import InvalidIndustryCode
from xinheng.engine.identity import IndustryLevel
from xinheng.server.accounts.language import reader_language

MOST_FOUND = 30
_LEVELS = (IndustryLevel.SECTION, IndustryLevel.DIVISION, IndustryLevel.GROUP)


def industry_name(code: str) -> str:
    """The industry's name in the reader's language; the code where it is none."""
    try:
        return str(getattr(identity.industry(code), reader_language()))
    except InvalidIndustryCode:
        return code


def region_name(code: str) -> str:
    """The region from the province down; in English the province, since only provinces have English names."""
    found = identity.region(code)
    return (found.province_en if reader_language() == "en" else found.name) or code


def written(code: str, name: str) -> str:
    """Code and name as one text, as the pickers offer it."""
    return f"{code} {name}" if code else ""


def industry_choices() -> list[tuple[Any, Any]]:
    """Sections with their divisions, for a select."""
    language = reader_language()
    return [
        (
            written(section.code, getattr(section, language)),
            [(section.code, _("All of %(section)s") % {"section": getattr(section, language)})]
            + [
                (division.code, written(division.code, getattr(division, language)))
                for division in identity.industries(IndustryLevel.DIVISION, within=section.code)
            ],
        )
        for section in identity.industries(IndustryLevel.SECTION)
    ]


def province_choices() -> list[tuple[str, str]]:
    english = reader_language() == "en"
    return [(code, names[english]) for code, names in identity.PROVINCES.items()]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def industries_found(text: str) -> list[str]:
    """Industries whose code begins with the text or whose name holds it, "C351 采矿、冶金、建筑专用设备制造"."""
    wanted, language, english = _folded(text), reader_language(), reader_language() == "en"
    # Groups carry the English name of their division: in English they would only repeat it.
    levels = _LEVELS[:2] if english and not wanted[:2].strip("abcdefghijklmnopqrst").isdigit() else _LEVELS
    rows = [row for level in levels for row in identity.industries(level)]
    starting = [row for row in rows if row.code.casefold().startswith(wanted) or row.code[1:].startswith(wanted or "!")]
    holding = [row for row in rows if row not in starting and wanted in _folded(getattr(row, language))]
    return [written(row.code, getattr(row, language)) for row in (starting + holding)[:MOST_FOUND]]


def industry_read(text: str) -> str:
    """The code that a text means: a code, "code name" as picked, or a name that only one industry has.

    Raises: InvalidIndustryCode where it means none, or several.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if match := re.match(r"([A-Ta-t]?\s?\d{2,4}|[A-Ta-t])(?=\s|$)", text):
        return identity.industry(match[1]).code
    named = {row.code for level in _LEVELS for row in identity.industries(level) if _folded(text) in (_folded(row.zh),)}
    if not named:
        levels = _LEVELS[:2]
        named = {row.code for lvl in levels for row in identity.industries(lvl) if _folded(text) == _folded(row.en)}
    if named:
        # A division with a single group shares its name; the finer code says more.
        return max(named, key=len)
    return identity.industry(text).code


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    provinces = {f"{code}0000": names[0] for code, names in identity.PROVINCES.items()}
    return provinces | {code: identity.region(code).name for code in identity.place_names()}


def regions_found(text: str) -> list[str]:
    """Regions in force whose code begins with the text or whose name holds it, "320582 江苏省苏州市张家港市"."""
    wanted = re.sub(r"\s", "", _folded(text))
    if not wanted:
        return [written(code, name) for code, name in _regions().items() if code.endswith("0000")][:MOST_FOUND]
    english = [f"{code}0000" for code, (_zh, en) in identity.PROVINCES.items() if _folded(en).startswith(wanted)]
    found = [code for code, name in _regions().items() if code.startswith(wanted) or wanted in name]
    current = [code for code in [*english, *sorted(found, key=len)] if identity.region(code).status == "current"]
    return [written(code, _regions()[code]) for code in dict.fromkeys(current[:MOST_FOUND])]


def region_read(text: str) -> str | None:
    """The code that a text means: six digits, "code name" as picked, or a name that only one region has; else None."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if match := re.match(r"(\d{2}|\d{4}|\d{6})(?=\s|$)", text):
        found = identity.region(match[1])
        return found.code if found.known or found.status == "unknown_county" else None
    wanted = text.replace(" ", "")
    named = [code for code, name in _regions().items() if name == wanted]
    named = named or [f"{code}0000" for code, (_zh, en) in identity.PROVINCES.items() if _folded(en) == _folded(text)]
    named = named or [code for code, name in identity.place_names().items() if name == wanted]
    return named[0] if len(named) == 1 else None
