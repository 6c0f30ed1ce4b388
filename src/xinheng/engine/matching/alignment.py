"""Which part of one name answers to which part of the other, and how far the two are apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from .letters import DENSE, HAN, LATIN, readings, romanised, skeleton, sound
from .parts import NameKind, NameParts, Role, Word, nicknames

#: farther apart than this, two words are two words and no spellings of one
APART = 0.5
#: half of what a changed character counts: it is read alike, or stands in another spelling of the same sound
_ALIKE = 0.5
#: a short form of a given name, Bob for Robert
_NICKNAME = 0.2
#: same consonants in another script
_SAME_SKELETON = 0.2
_SHORTEST_JOINED = 5
_CLOSE_ENOUGH_TO_JOIN = 0.13
_MOST_JOINED = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words that answer to each other; `distance` 0 for the same, up to `APART`."""

    left: Word
    right: Word
    distance: float
    is_initial: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Pairs of words, and those that nothing answers to."""

    pairs: tuple[Pair, ...]
    left: tuple[Word, ...]
    right: tuple[Word, ...]


def align(left: NameParts, right: NameParts) -> Alignment:
    """The closest words of two names paired off, the closest first. The caller gives the sides in a fixed order."""
    one, other = joined(left.words, right.words), joined(right.words, left.words)
    initials = left.kind is NameKind.PERSON
    found = []
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            initial = initials and is_initial(a, b)
            distance = (
                0.3 if initial else word_distance(a.text, a.script, a.role, a.code, b.text, b.script, b.role, b.code)
            )
            if distance < APART:
                found.append((distance, abs(i - j), i, j, initial))
    found.sort()
    used_left, used_right, chosen = set[int](), set[int](), []
    for distance, _, i, j, initial in found:
        if i not in used_left and j not in used_right:
            used_left.add(i)
            used_right.add(j)
            chosen.append((i, j, distance, initial))
    chosen.sort()
    return Alignment(
        tuple(Pair(one[i], other[j], distance, initial) for i, j, distance, initial in chosen),
        tuple(word for i, word in enumerate(one) if i not in used_left),
        tuple(word for j, word in enumerate(other) if j not in used_right),
    )


def joined(words: Sequence[Word], others: Sequence[Word]) -> tuple[Word, ...]:
    """Neighbouring words run together where the other name writes them as one: Coca Cola for CocaCola."""
    found = list(words)
    for size in range(_MOST_JOINED, 1, -1):
        at = 0
        while at + size <= len(found):
            window = found[at : at + size]
            text = "".join(word.text for word in window)
            if (
                len(text) >= _SHORTEST_JOINED
                and all(word.script == window[0].script and word.role is not Role.NUMBER for word in window)
                and any(_is_one_word(text, window, other) for other in others)
            ):
                role = Role.OWN if any(w.role is Role.OWN for w in window) else window[0].role
                found[at : at + size] = [Word(text, role, window[0].script)]
            at += 1
    return tuple(found)


def _is_one_word(text: str, window: Sequence[Word], other: Word) -> bool:
    if other.role is Role.NUMBER or other.script != window[0].script:
        return False
    whole = OSA.distance(text, other.text) / max(len(text), len(other.text))
    return whole <= _CLOSE_ENOUGH_TO_JOIN and all(
        OSA.distance(w.text, other.text) / max(len(w.text), len(other.text)) > whole for w in window
    )


def is_initial(one: Word, other: Word) -> bool:
    """A letter for a word that begins with it."""
    short, long = sorted((one.text, other.text), key=len)
    return len(short) == 1 and len(long) > 1 and one.script == other.script == LATIN and long.startswith(short)


@lru_cache(maxsize=1 << 17)
def word_distance(
    a: str, script_a: str, role_a: Role, code_a: str, b: str, script_b: str, role_b: Role, code_b: str
) -> float:
    """How far two words are apart: 0 for the same, 1 for nothing in common."""
    if (role_a is Role.NUMBER) != (role_b is Role.NUMBER):
        return 1.0
    if role_a is Role.NUMBER:
        return 0.0 if code_a == code_b else 1.0
    if a == b:
        return 0.0
    if role_a is role_b is Role.PLACE:
        return 0.0 if code_a and same_place(code_a, code_b) else 1.0
    if script_a == script_b:
        return _within_script(a, b, script_a)
    return _across_scripts(a, b)


def same_place(one: str, other: str) -> bool:
    """Whether a place of one lies in a place of the other: 江苏省 and 苏州市; codes apart by |, an empty one is all."""
    return any(x.startswith(y) or y.startswith(x) for x in one.split("|") for y in other.split("|"))


def _within_script(a: str, b: str, script: str) -> float:
    longest = max(len(a), len(b))
    if script in DENSE:
        return (
            min(1.0, 2 * dense_edits(a, b) / longest) if script == HAN else min(1.0, 2 * OSA.distance(a, b) / longest)
        )
    if script != LATIN:
        return OSA.distance(a, b) / longest
    if not nicknames().get(a, frozenset()).isdisjoint(nicknames().get(b, frozenset())):
        return _NICKNAME
    by_sound = OSA.distance(sound(a), sound(b))
    return (OSA.distance(a, b) * (1 - _ALIKE) + by_sound * _ALIKE) / longest


def _across_scripts(a: str, b: str) -> float:
    one, other = sound(romanised(a)), sound(romanised(b))
    distance = OSA.distance(one, other) / max(len(one), len(other), 1)
    bones = skeleton(romanised(a))
    if len(bones) > 1 and bones == skeleton(romanised(b)):
        return min(distance, _SAME_SKELETON)
    return distance


def dense_edits(a: str, b: str) -> float:
    """Characters to change, add or drop between two words; one that is read alike counts half."""
    edits = float(OSA.distance(a, b))
    if len(a) == len(b) and edits == sum(x != y for x, y in zip(a, b, strict=True)):
        return sum((_ALIKE if sounds_alike(x, y) else 1.0) for x, y in zip(a, b, strict=True) if x != y)
    return edits


def sounds_alike(one: str, other: str) -> bool:
    """Whether two characters share a reading."""
    return not readings(one).isdisjoint(readings(other))
