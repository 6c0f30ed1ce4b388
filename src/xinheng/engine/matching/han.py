"""The parts of a Chinese company name: 行政区划 + 字号 + 行业 + 组织形式, in this order by the rules for names of
companies (企业名称登记管理规定, 2020, article 6)."""

from __future__ import annotations

import re
from functools import lru_cache

from ..identity import PROVINCES, RegionStatus, place_names, region, split_name
from .letters import HAN, folded
from .parts import NameKind, NameParts, Role, Word, legal_forms, word_lists

_SUFFIX = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|特别行政区|地区|省|市|盟|县|区)$")
_BRACKETED = re.compile(r"\(([^()]*)\)")
_GROUP = re.compile(r"集团(?:公司)?$|^\(集团\)$")
_LOOSE_FORM = re.compile(r"(?:总公司|公司|有限)$")
_NOISE = re.compile(r"[\s,.·、，。\-—_/\\'\"“”‘’*#&]+")
_FIGURES = re.compile(
    r"(?:第?[〇零一二三四五六七八九十百]+(?=[厂店部号期分中医医建局院冶航汽纺化棉钢铁药])|第[〇零一二三四五六七八九十百]+|\d+)"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0}


def parse_chinese(given: str, spelled: str, kind: NameKind, common: frozenset[str]) -> NameParts:
    """Parts of a name in Chinese characters, given in its one spelling; `common` are further words of trade."""
    split = split_name(spelled)
    stem, form = split.stem, _form_classes().get(split.legal_form)
    places = [split.place] if split.place else []
    is_group = False
    body = stem.removeprefix(split.place)
    for inside in _BRACKETED.findall(body):
        if inside == "集团":
            is_group = True
        elif region_codes(inside):
            places.append(inside)
        else:
            continue
        body = body.replace(f"({inside})", "", 1)
    body = _NOISE.sub("", body.replace("(", "").replace(")", ""))
    if not split.legal_form and len(body) > 4:
        body = _LOOSE_FORM.sub("", body)
    if len(body) > 3 and _GROUP.search(body):
        is_group, body = True, _GROUP.sub("", body)
    nation = next((n for n in sorted(word_lists()["zh"]["nation"], key=len, reverse=True) if body.startswith(n)), "")
    if nation and len(body) - len(nation) >= 2:
        places.append("中国")
        body = body.removeprefix(nation)
    own, trades = _trades(folded(body), common)
    words = [Word(p, Role.PLACE, HAN, "|".join(sorted(region_codes(p)))) for p in places]
    words += [Word(found, Role.NUMBER, HAN, _value(found)) for found in _FIGURES.findall(own)]
    # The figure stays in the name's own part: 第一 and 第二 differ there too.
    words += [Word(own, Role.OWN, HAN)] if own else []
    words += [Word(trade, Role.TRADE, HAN) for trade in trades]
    text = _NOISE.sub("", folded(spelled))
    return NameParts(given, kind, text, HAN, tuple(words), frozenset({form} if form else ()), split.branch, is_group)


def _trades(body: str, common: frozenset[str]) -> tuple[str, list[str]]:
    """What a company is called and what it does: 鑫淼精密机械 → 鑫淼, [精密机械]. Two characters at least are its own,
    unless the whole is words of trades."""
    words, longest = _trade_words()
    found: list[str] = []
    end = len(body)
    while end > 2:
        lengths = range(min(longest, end - 2), 0, -1)
        size = next((n for n in lengths if (word := body[end - n : end]) in words or word in common), 0)
        if not size:
            break
        found.insert(0, body[end - size : end])
        end -= size
    return body[:end], found


@lru_cache(maxsize=1)
def _form_classes() -> dict[str, str]:
    return {written: row["class"] for row in legal_forms()["zh"] for written in row["written"]}


@lru_cache(maxsize=1)
def _trade_words() -> tuple[frozenset[str], int]:
    words = frozenset(word_lists()["zh"]["trade"])
    return words, max(map(len, words))


@lru_cache(maxsize=1)
def place_codes() -> dict[str, frozenset[str]]:
    """Name of a place, full or short → the codes that it may stand for, without trailing zeros. 朝阳 is several."""
    found: dict[str, set[str]] = {"中国": {""}, "全国": {""}}
    named = [(code, zh) for code, (zh, _) in PROVINCES.items()] + list(place_names().items())
    current = {code for code, _ in named if region(code).status is RegionStatus.CURRENT}
    for code, name in named:
        for spelled in {name, _SUFFIX.sub("", name)}:
            if len(spelled) > 1:
                found.setdefault(spelled, set()).add(code)
    # An abolished division counts only where no present one has its name: 中山 was once a county of another city.
    return {
        name: frozenset(re.sub("(?:00)+$", "", code) for code in (codes & current or codes))
        for name, codes in found.items()
    }


@lru_cache(maxsize=4096)
def region_codes(place: str) -> frozenset[str]:
    """Codes of a run of places, 广西柳州市: those of the last that lie within the one before, where that is told."""
    known = place_codes()
    if place in known:
        return known[place]
    for cut in range(2, len(place) - 1):
        outer, inner = place[:cut], place[cut:]
        if outer in known and (codes := region_codes(inner)):
            within = {c for c in codes if any(c.startswith(o) for o in known[outer])}
            return frozenset(within) or codes
    return frozenset()


def _value(figure: str) -> str:
    """十二 → 12, 一二三 → 123, 第一 → 1."""
    text = figure.removeprefix("第")
    if text.isdecimal():
        return str(int(text))
    if "十" in text or "百" in text:
        total = digit = 0
        for character in text:
            if character in "十百":
                total += (digit or 1) * (10 if character == "十" else 100)
                digit = 0
            else:
                digit = _DIGITS[character]
        return str(total + digit)
    return str(int("".join(str(_DIGITS[c]) for c in text)))
