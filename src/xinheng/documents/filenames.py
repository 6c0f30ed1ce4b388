"""File names made from what customer files call a company: safe on every system, and no two the same."""

from __future__ import annotations

import unicodedata

_MOST_BYTES = 120  # well below the 255 bytes of file systems, with room for a number and an ending
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = {f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"}
_RESERVED = {"con", "prn", "aux", "nul", "clock$"} | _DEVICES


def file_name(text: str, ending: str, taken: set[str]) -> str:
    """A file name for a text, and note it as taken.

    Args:
        text: a company's name or anything else; separators, control and formatting characters become `_`.
        ending: with its dot, `.pdf`.
        taken: names given before, without case; the new one is added, a name that is there gets a number.
    Returns: one path component: no separator, no leading dot, no reserved device name, at most about 130 bytes.
    """
    stem = _safe(text)
    name, number = stem, 1
    while f"{name}{ending}".casefold() in taken:
        number += 1
        name = f"{stem} ({number})"
    taken.add(f"{name}{ending}".casefold())
    return f"{name}{ending}"


def _safe(text: str) -> str:
    normal = unicodedata.normalize("NFC", text)
    clean = "".join("_" if c in _FORBIDDEN or not c.isprintable() else c for c in normal)
    clean = _within(" ".join(clean.split()), _MOST_BYTES).strip(" .")
    if not clean.strip("_. "):
        return "company"
    return f"_{clean}" if clean.split(".")[0].rstrip().casefold() in _RESERVED else clean


def _within(text: str, most: int) -> str:
    """At most so many bytes, never half a character."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
