"""The lines of the statements and how they add up, read from `models/statement_lines.toml`."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Line:
    """One line. `kind` is line, subtotal or memo (stands beside the sums); `parent` is what it adds to, with `sign`."""

    code: str
    statement: str
    section: str
    kind: str
    zh: str
    en: str
    parent: str = ""
    sign: int = 1
    aliases: tuple[str, ...] = ()


def _load() -> dict[str, Line]:
    text = files("xinheng.engine.models").joinpath("statement_lines.toml").read_text("utf-8")
    rows = tomllib.loads(text)["line"]
    return {row["code"]: Line(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in rows}


LINES: Mapping[str, Line] = _load()
FLOW_STATEMENTS = ("is", "cf", "supplement")

#: Supplement lines that are balances, not flows of the period.
BALANCES_OF_SUPPLEMENT = ("ar_allow",)
#: Cash-flow lines that are balances.
BALANCES_OF_CASH_FLOW = ("ce0", "ce1")


def is_flow(code: str) -> bool:
    """Whether a line is a flow of the period (may be annualised) rather than a balance."""
    if code in BALANCES_OF_SUPPLEMENT or code in BALANCES_OF_CASH_FLOW:
        return False
    return LINES[code].statement in FLOW_STATEMENTS


@cache
def sums() -> dict[str, tuple[tuple[str, int], ...]]:
    """Subtotal code → the lines that make it, with their signs; the order is bottom-up."""
    found: dict[str, list[tuple[str, int]]] = {}
    for line in LINES.values():
        if line.parent:
            found.setdefault(line.parent, []).append((line.code, line.sign))
    ordered: dict[str, tuple[tuple[str, int], ...]] = {}

    def place(code: str) -> None:
        for part, _ in found[code]:
            if part in found and part not in ordered:
                place(part)
        ordered[code] = tuple(found[code])

    for code in found:
        if code not in ordered:
            place(code)
    return ordered


def totals(lines: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What every subtotal would be, from the lines below it; a subtotal none of whose parts is given stays out."""
    known = dict(lines)
    computed: dict[str, Decimal] = {}
    for code, parts in sums().items():
        given = [known[part] * sign for part, sign in parts if part in known]
        if given:
            computed[code] = sum(given, Decimal(0))
            known[code] = computed[code]
    return computed


def _key(name: str) -> str:
    text = unicodedata.normalize("NFKC", name)
    return "".join(ch for ch in text if not ch.isspace() and ch not in "()（）:：*△#").lower()


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in LINES.values():
        for name in (line.zh, line.en, line.code, *line.aliases):
            found.setdefault(_key(name), line.code)
    return found


def find_line(name: str) -> str | None:
    """The code of the line that a heading names, in Chinese, English, by an alias or by its code."""
    return _names().get(_key(name))
