"""A name and its parts, each with the part it plays: what the comparison works on."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from ..identity import normalise_name
from .letters import HAN, LATIN, folded, romanised, script_of, simplified

#: ln 200
LEAST_IDF = 5.3
SMALLEST_BOOK = 1_000


class NameKind(StrEnum):
    """Whose name it is: it decides which words weigh."""

    COMPANY = "company"  # any organisation
    PERSON = "person"  # a natural person
    THING = "thing"  # a ship, an aircraft


class Role(StrEnum):
    """What a part of a name does in it."""

    OWN = "own"  # what tells it from others, 字号
    TRADE = "trade"  # what it does, 行业
    PLACE = "place"  # where it is, 行政区划
    NUMBER = "number"  # a figure, 第一, II


@dataclass(frozen=True, slots=True)
class Word:
    """One part: `text` folded, `script` it is written in, `code` the region or the figure it stands for."""

    text: str
    role: Role
    script: str = LATIN
    code: str = ""


@dataclass(frozen=True, slots=True)
class NameParts:
    """A name as it is compared.

    Attributes:
        given: as it was given.
        text: one spelling: without case, width, accents and punctuation, in simplified characters.
        words: in the order of the name, without forms, titles and joining words.
        forms: classes of legal form, `limited`; empty when the name tells none.
        branch: 苏州分; empty for the company itself.
        is_group: calls itself 集团.
    """

    given: str
    kind: NameKind
    text: str
    script: str
    words: tuple[Word, ...]
    forms: frozenset[str] = frozenset()
    branch: str = ""
    is_group: bool = False

    def own(self) -> str:
        """What tells the name from others, run together; the whole text where nothing does."""
        return "".join(word.text for word in self.words if word.role is Role.OWN) or self.text


@dataclass(frozen=True, slots=True)
class Corpus:
    """Words that say little in a certain book, because many of its names have them: they count as words of trade."""

    latin: frozenset[str] = frozenset()
    chinese: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], *, least_idf: float = LEAST_IDF) -> Corpus:
        """Learn from the names of a book.

        Args:
            least_idf: natural logarithm of how many names there are for one that has the word; words below it, thus
                in more names than that, are common. The default is one name in two hundred.
        Returns: nothing common for a book under `SMALLEST_BOOK` names, where frequencies are chance.
        """
        count, latin, chinese = 0, Counter[str](), Counter[str]()
        for name in names:
            count += 1
            parts = parse(name)
            own = [word for word in parts.words if word.role is Role.OWN]
            if parts.script == HAN:
                chinese.update(w.text[-n:] for w in own for n in _ENDINGS if len(w.text) >= n + 2)
            else:
                latin.update({romanised(word.text) for word in own})
        if count < SMALLEST_BOOK:
            return cls()
        common = [frozenset(w for w, n in c.items() if math.log(count / n) < least_idf) for c in (latin, chinese)]
        return cls(*common)


_NOTHING_COMMON = Corpus()
_ENDINGS = (2, 3, 4)
_PUNCTUATION = re.compile(r"[^\w\s\u0e00-\u0eff\u1780-\u17ff\u0900-\u0dff]+|_")
_DOTTED = re.compile(r"(?<!\w)(?:\w[.．]\s?){2,}(?:\w(?!\w))?|(?<!\w)\w(?:[/&]\w)+(?!\w)")
_APOSTROPHE_S = re.compile(r"['’`]s\b")
_APOSTROPHES = re.compile("['’`‘ʻʼʿʾ]")
_ROMAN = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
    "xiii": 13, "xiv": 14, "xv": 15, "xvi": 16, "xvii": 17, "xviii": 18, "xix": 19, "xx": 20,
}  # fmt: skip
_MOST_WORDS = 40
_SON_OF = frozenset(("bin", "ben", "ibn", "bint"))
#: the `code` of a word that names the father, or his fathers
FATHER = "father"


@lru_cache(maxsize=1)
def word_lists() -> dict[str, Any]:
    """`words.toml`."""
    return tomllib.loads(files("xinheng.engine.matching").joinpath("words.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def latin_words() -> dict[str, frozenset[str]]:
    """Lists of words by what they do: trade, places, particles, titles, person_particles."""
    read = word_lists()
    return {
        "trade": frozenset(read["latin"]["trade"]),
        "places": frozenset(read["latin"]["places"]),
        "particles": frozenset(read["latin"]["particles"]),
        "titles": frozenset(read["person"]["titles"]),
        "person_particles": frozenset(read["person"]["particles"]),
    }


@lru_cache(maxsize=1)
def nicknames() -> dict[str, frozenset[int]]:
    """Given name → the groups of names that it stands for."""
    found: dict[str, set[int]] = {}
    for at, group in enumerate(word_lists()["person"]["nicknames"]):
        for name in group:
            found.setdefault(name, set()).add(at)
    return {name: frozenset(groups) for name, groups in found.items()}


@lru_cache(maxsize=1)
def legal_forms() -> dict[str, Any]:
    """`forms.toml`."""
    return tomllib.loads(files("xinheng.engine.matching").joinpath("forms.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _latin_forms() -> tuple[dict[tuple[str, ...], str], int]:
    forms = {tuple(written.split()): row["class"] for row in legal_forms()["latin"] for written in row["written"]}
    return forms, max(map(len, forms))


@lru_cache(maxsize=16384)
def parse(name: str, kind: NameKind = NameKind.COMPANY, corpus: Corpus = _NOTHING_COMMON) -> NameParts:
    """The parts of a name; see `NameParts`. Any text has parts; an empty one has none.

    Args:
        corpus: words that are common in the book that the name is of, beside those that are common anywhere.
    """
    spelled = simplified(normalise_name(name))
    script = script_of(spelled)
    if kind is NameKind.PERSON:
        return _person(name, spelled, script)
    if script == HAN:
        from .han import parse_chinese

        return parse_chinese(name, spelled, kind, corpus.chinese)
    return _company(name, spelled, script, kind, corpus.latin)


def _company(given: str, spelled: str, script: str, kind: NameKind, common: frozenset[str]) -> NameParts:
    lists, short = latin_words(), word_lists()["latin"]["short"]
    plain = [w for token in _tokens(spelled) for w in short.get(token, token).split()]
    kept, forms = _without_forms(plain) if kind is NameKind.COMPANY else (plain, frozenset[str]())
    words = []
    for at, token in enumerate(kept):
        latin = romanised(token)
        figure = _figure(token, first=at == 0)
        if figure:
            words.append(Word(token, Role.NUMBER, LATIN, figure))
        elif token in lists["particles"]:
            continue
        elif latin in lists["places"]:
            words.append(Word(token, Role.PLACE, script_of(token), latin))
        else:
            trade = latin in lists["trade"] or latin in common
            words.append(Word(token, Role.TRADE if trade else Role.OWN, script_of(token)))
    if not words:
        words = [Word(token, Role.OWN, script_of(token)) for token in kept or plain]
    return NameParts(given, kind, " ".join(plain), script, tuple(_tens_joined(words)), forms)


def _person(given: str, spelled: str, script: str) -> NameParts:
    lists = latin_words()
    if script == HAN:
        tokens = [t for t in re.split(r"[\s·•,，.]+", folded(spelled)) if t]
    else:
        tokens = _tokens(re.sub(r"(?<=\w)-(?=\w)", " ", spelled), initials_apart=True)
    fathers = {after for token, after in pairwise(tokens) if token in _SON_OF}
    kept = [t for t in tokens if t not in lists["titles"] and t not in lists["person_particles"]]
    kept, forms = _without_forms(kept)
    unique = list(dict.fromkeys(kept)) if len(set(kept)) > 1 else kept
    words = tuple(Word(t, Role.OWN, script_of(t), FATHER if t in fathers else "") for t in unique or tokens)
    return NameParts(given, NameKind.PERSON, " ".join(tokens), script, words, forms)


def _tokens(spelled: str, *, initials_apart: bool = False) -> list[str]:
    """Words between blanks and punctuation; A.B.C. is one word, unless it is the initials of a person."""
    text = folded(spelled)
    text = _APOSTROPHE_S.sub("", text)
    text = _APOSTROPHES.sub("", text)
    if not initials_apart:
        text = _DOTTED.sub(lambda found: re.sub(r"[.．\s]", "", found[0]) + " ", text)
    return _PUNCTUATION.sub(" ", text).split()[:_MOST_WORDS]


def _without_forms(tokens: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Legal forms at either end taken off, again and again; one word at least is left."""
    forms, longest = _latin_forms()
    left, found = list(tokens), set[str]()
    latin = [romanised(t) for t in left]
    while len(left) > 1:
        for size in range(min(longest, len(left) - 1), 0, -1):
            head, tail = tuple(latin[:size]), tuple(latin[-size:])
            if tail in forms:
                found.add(forms[tail])
                del left[-size:], latin[-size:]
                break
            # At the front only what is no word of its own there: OOO, Limited Liability Company, not "Company 23".
            if forms.get(head):
                found.add(forms[head])
                del left[:size], latin[:size]
                break
        else:
            break
    return left, frozenset(found - {""})


def _figure(token: str, *, first: bool) -> str:
    """The number that a word stands for, as digits; empty when it is none. A name may begin with "I" or "One"."""
    if token.isdecimal():
        return str(int(token))
    if token in word_lists()["latin"]["numbers"]:
        return str(word_lists()["latin"]["numbers"][token])
    return "" if first or token not in _ROMAN else str(_ROMAN[token])


def _tens_joined(words: list[Word]) -> Iterator[Word]:
    """Forty four → 44."""
    at = 0
    while at < len(words):
        word, after = words[at], words[at + 1] if at + 1 < len(words) else None
        if after and word.role is after.role is Role.NUMBER and word.text.isalpha() and after.text.isalpha():
            ten, one = int(word.code), int(after.code)
            if ten % 10 == 0 and ten >= 20 and one < 10:
                yield Word(f"{word.text} {after.text}", Role.NUMBER, LATIN, str(ten + one))
                at += 2
                continue
        yield word
        at += 1
