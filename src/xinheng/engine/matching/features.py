"""In what two names disagree: each feature is 0 where they agree and at most 1, so that no disagreement ever helps.

What a feature means and how it is told stands in `features.toml`, what it weighs in `weights.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from .alignment import Alignment, align, dense_edits, same_place, sounds_alike
from .letters import HAN
from .parts import FATHER, NameKind, NameParts, Role, Word

CHINESE = "chinese"
#: changed letters that leave nothing of a likeness
_MANY_EDITS = 4
#: what a slip in the words for what a company does counts, beside other words
_SLIP = 0.4


@dataclass(frozen=True, slots=True)
class Finding:
    """A feature that speaks: its size and the words of either name it speaks of."""

    feature: str
    size: float
    left: str = ""
    right: str = ""


def profile_of(left: NameParts, right: NameParts) -> str:
    """Which weights apply: `chinese` for two company names in Chinese characters, else the kind of name."""
    if left.kind is NameKind.COMPANY and left.script == right.script == HAN:
        return CHINESE
    return NameKind.PERSON.value if left.kind is NameKind.PERSON else NameKind.COMPANY.value


def findings(left: NameParts, right: NameParts) -> list[Finding]:
    """Every disagreement of two names; none where they agree in all. Sides must be given in one order."""
    profile = profile_of(left, right)
    if profile == CHINESE:
        found = _chinese(left, right)
    else:
        aligned = align(left, right)
        found = [*_spelling(left, right, aligned), *_unanswered(left, right, aligned)]
        found += _person(left, right, aligned) if profile == NameKind.PERSON else _company(left, right, aligned)
    return [f for f in found if f.size > 0]


def _spelling(left: NameParts, right: NameParts, aligned: Alignment) -> Iterable[Finding]:
    off = [pair for pair in aligned.pairs if pair.distance > 0 and not pair.is_initial]
    if off:
        worst = max(off, key=lambda pair: pair.distance)
        yield Finding("spelling", min(1.0, 2 * worst.distance), worst.left.text, worst.right.text)
        # One slip of the pen is common, a second beside it much less so.
        edits = sum(pair.distance * max(len(pair.left.text), len(pair.right.text)) for pair in off) / _MANY_EDITS
        yield Finding("edits", min(1.0, edits**1.5), _texts(p.left for p in off), _texts(p.right for p in off))


def _unanswered(left: NameParts, right: NameParts, aligned: Alignment) -> Iterable[Finding]:
    own_left, own_right = _of(aligned.left, Role.OWN), _of(aligned.right, Role.OWN)
    trade_left, trade_right = _of(aligned.left, Role.TRADE), _of(aligned.right, Role.TRADE)
    trades = min(len(trade_left), len(trade_right))
    yield Finding("trade", min(1.0, float(trades)), _texts(trade_left), _texts(trade_right))
    rest_left, rest_right = len(own_left) + len(trade_left) - trades, len(own_right) + len(trade_right) - trades
    swapped = min(rest_left, rest_right)
    words = max(1.0, (len(left.words) + len(right.words)) / 2)
    texts = _texts([*own_left, *trade_left]), _texts([*own_right, *trade_right])
    yield Finding("swapped", min(1.0, 0.5 + swapped / words) if swapped else 0.0, *texts)
    extra = max(rest_left, rest_right) - swapped
    yield Finding("extra", min(1.0, extra / 4), *texts)
    if left.kind is NameKind.PERSON:
        return
    matched = [p for p in aligned.pairs if p.left.role is p.right.role is Role.OWN]
    if len(matched) < 2 and (aligned.left or aligned.right):
        yield Finding("lone", 1.0 - len(matched) / 2, _texts(p.left for p in matched), _texts(p.right for p in matched))


def _company(left: NameParts, right: NameParts, aligned: Alignment) -> Iterable[Finding]:
    for role, differ, extra in ((Role.PLACE, "place", "place_extra"), (Role.NUMBER, "number", "number_extra")):
        one, other = _of(aligned.left, role), _of(aligned.right, role)
        if one and other:
            yield Finding(differ, 1.0, _texts(one), _texts(other))
        elif one or other:
            yield Finding(extra, 1.0, _texts(one), _texts(other))
    if left.forms and right.forms and left.forms.isdisjoint(right.forms):
        yield Finding("form", 1.0, "/".join(sorted(left.forms)), "/".join(sorted(right.forms)))


def _person(left: NameParts, right: NameParts, aligned: Alignment) -> Iterable[Finding]:
    initials = [pair for pair in aligned.pairs if pair.is_initial]
    if initials:
        size = len(initials) / len(aligned.pairs)
        yield Finding("initials", size, _texts(p.left for p in initials), _texts(p.right for p in initials))
    fathers = [(pair.left.code, pair.right.code) for pair in aligned.pairs]
    if (FATHER, "") in fathers and ("", FATHER) in fathers:
        yield Finding("lineage", 1.0, left.text, right.text)


def _chinese(left: NameParts, right: NameParts) -> list[Finding]:
    own_left, own_right = _text_of(left, Role.OWN), _text_of(right, Role.OWN)
    trade_left, trade_right = _text_of(left, Role.TRADE), _text_of(right, Role.TRADE)
    found: list[Finding] = []
    # One says what it does and the other does not; or the cut between the two parts fell elsewhere: whole bodies first.
    if own_left + trade_left == own_right + trade_right:
        pass
    elif _slip_in_trade(own_left, trade_left, own_right, trade_right):
        found.append(Finding("trade", _SLIP, own_left + trade_left, own_right + trade_right))
    elif (misread := _misread_place(left, right)) is not None:
        found.append(Finding("place_extra", 1.0, *misread))
        found += _chinese_trade(trade_left, trade_right)
    else:
        found += _chinese_own(own_left, own_right)
        found += _chinese_trade(trade_left, trade_right)
    one, other = _of(left.words, Role.NUMBER), _of(right.words, Role.NUMBER)
    if sorted(w.code for w in one) != sorted(w.code for w in other):
        found.append(Finding("number", 1.0, _texts(one), _texts(other)))
    if not any(f.feature == "place_extra" for f in found):
        found += _chinese_place(_of(left.words, Role.PLACE), _of(right.words, Role.PLACE))
    if left.forms and right.forms and left.forms.isdisjoint(right.forms):
        found.append(Finding("form", 1.0, "/".join(sorted(left.forms)), "/".join(sorted(right.forms))))
    elif bool(left.forms) != bool(right.forms):
        found.append(Finding("form_extra", 1.0, "/".join(left.forms), "/".join(right.forms)))
    if left.branch != right.branch:
        found.append(Finding("branch", 1.0, left.branch, right.branch))
    if left.is_group != right.is_group:
        found.append(Finding("group", 1.0, "集团" if left.is_group else "", "集团" if right.is_group else ""))
    return found


def _misread_place(left: NameParts, right: NameParts) -> tuple[str, str] | None:
    """The places, where one of them is mistyped and was taken for part of the own name: 深圳市恒驰 and 深川市恒驰."""
    for one, other in ((left, right), (right, left)):
        own, longer = _text_of(one, Role.OWN), _text_of(other, Role.OWN)
        if len(own) < 2 or len(longer) - len(own) < 1 or not (longer.startswith(own) or longer.endswith(own)):
            continue
        rest = longer.removesuffix(own) if longer.endswith(own) else longer.removeprefix(own)
        places, others = _text_of(one, Role.PLACE), _text_of(other, Role.PLACE) + rest
        if len(places) > 1 and OSA.distance(places, others) == 1:
            return (places, others) if one is left else (others, places)
    return None


def _slip_in_trade(own_left: str, trade_left: str, own_right: str, trade_right: str) -> bool:
    """Whether one slip after their own words keeps what one does from being recognised: 科技 and 科枝, 物流 and 流物.
    Two words that are both recognised, 电子 and 电机, are no slip."""
    own, one, other = min(len(own_left), len(own_right)), own_left + trade_left, own_right + trade_right
    if own_left == own_right or trade_left == trade_right or own < 2:
        return False
    return one[:own] == other[:own] and OSA.distance(one, other) == 1


def _chinese_own(one: str, other: str) -> Iterable[Finding]:
    if one == other:
        return
    short, long = sorted((one, other), key=len)
    if len(short) >= 2 and len(long) > len(short) and (long.startswith(short) or long.endswith(short)):
        yield Finding("extra", min(1.0, 0.35 * (len(long) - len(short))), one, other)
        return
    if len(one) == len(other) and all(x == y or sounds_alike(x, y) for x, y in zip(one, other, strict=True)):
        yield Finding("homophone", 1.0, one, other)
        return
    if sorted(one) == sorted(other):
        yield Finding("order", 1.0, one, other)
        return
    yield Finding("swapped", min(1.0, 1.5 * dense_edits(one, other) / max(len(one), len(other), 1)), one, other)


def _chinese_trade(one: str, other: str) -> Iterable[Finding]:
    if one == other:
        return
    short, long = sorted((one, other), key=len)
    if not short:
        yield Finding("trade_extra", 1.0, one, other)
    elif short in long or _within(short, long):
        yield Finding("trade_extra", 0.5, one, other)
    elif sorted(one) == sorted(other):
        yield Finding("trade", _SLIP, one, other)
    else:
        yield Finding("trade", 1.0, one, other)


def _within(short: str, long: str) -> bool:
    """Whether all characters of one stand in the other in their order: 机械 in 机电设备机械."""
    rest = iter(long)
    return all(character in rest for character in short)


def _chinese_place(one: list[Word], other: list[Word]) -> Iterable[Finding]:
    if {w.text for w in one} == {w.text for w in other}:
        return
    if not one or not other:
        yield Finding("place_extra", 1.0, _texts(one), _texts(other))
    elif not all(any(same_place(a.code, b.code) for b in other) for a in one):
        yield Finding("place", 1.0, _texts(one), _texts(other))


def _of(words: Iterable[Word], role: Role) -> list[Word]:
    return [word for word in words if word.role is role]


def _text_of(name: NameParts, role: Role) -> str:
    return "".join(word.text for word in name.words if word.role is role)


def _texts(words: Iterable[Word]) -> str:
    return " ".join(word.text for word in words)
