"""The lines of the statements and how they add up, read from `models/statement_lines.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from xinheng.engine.errors import DefinitionError


@dataclass(frozen=True)
class Line:
    """One line of a statement.

    Args:
        statement: bs, is, cf or supplement.
        kind: line, subtotal, or memo (stands beside the sums).
        parent, sign: the subtotal that it adds to, and how.
        of: the line that a memo line is part of.
        replaces: lines that an old merged line stands for; where it is given, they are details of it and add nothing.
        signed: may be negative.
        rare: blank in most companies, so that a blank counts as nil.
        consolidated: only in consolidated statements.
        balance: stands at the end of the period although its statement is one of flows.
        aliases: headings seen in files.
    """

    code: str
    statement: str
    section: str
    kind: str
    zh: str
    en: str
    parent: str = ""
    sign: int = 1
    of: str = ""
    replaces: tuple[str, ...] = ()
    signed: bool = False
    rare: bool = False
    consolidated: bool = False
    balance: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def indent(self) -> int:
        """How far in the line is printed: totals 0, lines 1, "of which" lines 2."""
        return {"subtotal": 0, "line": 1}.get(self.kind, 2 if self.of else 1)


SOURCE = "statement_lines.toml"


def _load() -> dict[str, Line]:
    rows = tomllib.loads(files("xinheng.engine.models").joinpath(SOURCE).read_text("utf-8"))["line"]
    lines = {
        row["code"]: Line(**{**row, **{key: tuple(row.get(key, ())) for key in ("aliases", "replaces")}})
        for row in rows
    }
    named = {code for line in lines.values() for code in (line.parent, line.of, *line.replaces) if code}
    if len(lines) < len(rows) or not named <= set(lines):
        raise DefinitionError(source=SOURCE, detail_zh="行重复或不存在", detail_en="a line is doubled or unknown")
    return lines


LINES: Mapping[str, Line] = _load()


def is_flow(code: str) -> bool:
    """Whether a line is a flow of the period (may be annualised) rather than a balance."""
    return LINES[code].statement != "bs" and not LINES[code].balance


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


@cache
def _merged() -> dict[str, tuple[str, ...]]:
    """Line → the old merged lines that stand for it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in LINES.values():
        for part in line.replaces:
            found[part] = (*found.get(part, ()), line.code)
    return found


def parts_of(subtotal: str, given: Mapping[str, Decimal]) -> tuple[tuple[str, int], ...]:
    """The lines that make a subtotal here: without those that an old merged line, where given, stands for."""
    return tuple(
        (part, sign)
        for part, sign in sums()[subtotal]
        if not any(merged in given for merged in _merged().get(part, ()))
    )


def totals(lines: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What every subtotal would be, from the lines below it; a subtotal none of whose parts is given stays out.

    A subtotal that has lines below it is computed from them even where another figure was given: the caller shows both.
    """
    known = dict(lines)
    computed: dict[str, Decimal] = {}
    for code in sums():
        given = [known[part] * sign for part, sign in parts_of(code, known) if part in known]
        if given:
            computed[code] = sum(given, Decimal(0))
            known[code] = computed[code]
    return computed


@cache
def needs() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Subtotal → groups of lines, of each of which one must be given before the subtotal may be told from them.

    A sum of lines takes blanks for nil, but revenue alone is no operating profit: where usual lines stand on both
    sides, each side is needed. A sum of subtotals needs all its usual parts: money paid is not known from receipts.
    """
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for code, parts in sums().items():
        usual = [(part, sign) for part, sign in parts if not LINES[part].rare]
        if any(part in sums() for part, _ in parts):
            found[code] = tuple((part,) for part, _ in usual)
        else:
            sides = sorted({sign for _, sign in usual}, reverse=True)
            able = usual if len(sides) > 1 else parts
            found[code] = tuple(tuple(part for part, sign in able if sign == side) for side in sides)
    return found


def completed(lines: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The lines with blank subtotals told from the lines below, where those suffice (`needs`); what is given stays."""
    known = dict(lines)
    for code in sums():
        if code not in known and all(any(part in known for part in group) for group in needs()[code]):
            given = [known[part] * sign for part, sign in parts_of(code, known) if part in known]
            if given:
                known[code] = sum(given, Decimal(0))
    return known


def sums_as_json() -> dict[str, object]:
    """The sums for a page that adds up as one types, ready for JSON.

    Returns: `order` (subtotals, bottom-up), `sums` (subtotal → list of [line, sign]), `replaces` (old merged line →
        lines that add nothing while it is given), `needs` (subtotal → groups, see `needs`).
    """
    return {
        "order": list(sums()),
        "sums": {code: [list(part) for part in parts] for code, parts in sums().items()},
        "replaces": {line.code: list(line.replaces) for line in LINES.values() if line.replaces},
        "needs": {code: [list(group) for group in groups] for code, groups in needs().items()},
    }


_ORDINAL = re.compile(r"^([(（]?[一二三四五六七八九十\d]+[)）、.．]+)\s*")
_LEAD = re.compile(r"^(其中|减|加)\s*[:：]\s*")
_REMARK = re.compile(r"[(（][^()（）]*(填列|亏损|或股东权益|或股本)[^()（）]*[)）]")


def _key(name: str) -> str:
    text = unicodedata.normalize("NFKC", name)
    return "".join(ch for ch in text if not ch.isspace() and ch not in "()（）:：*△#☆、,，\"“”'").lower()


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in LINES.values():
        found.setdefault(_key(line.code), line.code)
    for line in LINES.values():
        for name in (line.zh, line.en, *line.aliases):
            found.setdefault(_key(name), line.code)
    for line in LINES.values():
        for name in (line.zh, *line.aliases):
            found.setdefault(_key(_bare(name)), line.code)
    return found


def _bare(name: str) -> str:
    """A heading without its ordinal, 加/减/其中 and remarks on signs."""
    text = _REMARK.sub("", name).strip()
    while (shorter := _LEAD.sub("", _ORDINAL.sub("", text))) != text:
        text = shorter
    return text


def find_line(name: str) -> str | None:
    """The code of the line that a heading names, in Chinese, English, by an alias or by its code.

    Ordinals (一、), 加/减/其中 and remarks such as （损失以“－”号填列） are passed over.
    """
    return _names().get(_key(name)) or _names().get(_key(_bare(name)))
