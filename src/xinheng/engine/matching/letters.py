"""Scripts and sounds: what script a text is in, how it is written in Latin letters, and what sounds alike."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import Any

from opencc import OpenCC
from pypinyin import Style, pinyin

HAN = "han"
LATIN = "latin"
#: scripts in which one character holds a syllable or more, so that one changed character says much
DENSE = frozenset((HAN, "hangul", "kana"))

_RANGES = (
    (0x3040, 0x30FF, "kana"), (0x31F0, 0x31FF, "kana"), (0x2E80, 0x9FFF, HAN), (0xF900, 0xFAFF, HAN),
    (0x20000, 0x3FFFF, HAN), (0xAC00, 0xD7AF, "hangul"), (0x0370, 0x03FF, "greek"), (0x1F00, 0x1FFF, "greek"),
    (0x0400, 0x052F, "cyrillic"), (0x0530, 0x058F, "armenian"), (0x0590, 0x05FF, "hebrew"), (0x0600, 0x06FF, "arabic"),
    (0x0750, 0x077F, "arabic"), (0x10A0, 0x10FF, "georgian"), (0x1C90, 0x1CBF, "georgian"),
)  # fmt: skip
#: accents that fall away; the marks of Indic scripts, Thai and Khmer are vowels and stay
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u200c\u200d]")
_UNIFIED = re.compile("[\u4e00-\u9fff]")
_VOWELS = re.compile("[aeiouyhw]+")
_DOUBLED = re.compile(r"(.)\1+")
_HANGUL_BASE, _VOWEL_COUNT, _FINAL_COUNT = 0xAC00, 21, 28
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("xinheng.engine.matching").joinpath("scripts.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    single = [t for name, t in _tables().items() if name not in ("hangul", "sounds")]
    return {ord(letter): latin for t in single for letter, latin in zip(t["from"], t["to"], strict=True)}


@lru_cache(maxsize=1)
def _sounds() -> tuple[re.Pattern[str], dict[str, str]]:
    table = dict(zip(_tables()["sounds"]["from"], _tables()["sounds"]["to"], strict=True))
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


@lru_cache(maxsize=1)
def _simplifier() -> Any:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Traditional characters to simplified ones, 華為 → 华为; everything else unchanged."""
    return text if text.isascii() else str(_simplifier().convert(text))


def script_of(text: str) -> str:
    """The script of most letters of a text; Latin when there is no letter."""
    if text.isascii():
        return LATIN
    if len(_UNIFIED.findall(text)) * 2 > len(text):
        return HAN
    counts: dict[str, int] = {}
    for character in text:
        if character.isascii():
            name = LATIN if character.isalpha() else ""
        else:
            code = ord(character)
            name = next((s for low, high, s in _RANGES if low <= code <= high), "")
            if not name and unicodedata.category(character)[0] in "LM":
                name = unicodedata.name(character, "unknown").split()[0].casefold()
        if name:
            counts[name] = counts.get(name, 0) + 1
    return max(sorted(counts), key=counts.__getitem__, default=LATIN)


def folded(text: str) -> str:
    """Without case, width and accents; one spelling of what looks the same."""
    text = unicodedata.normalize("NFKC", text).casefold()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)) if apart != text or _ACCENTS.search(text) else text


@lru_cache(maxsize=65536)
def romanised(text: str) -> str:
    """A folded text in Latin letters; letters of a script that has no table stay as they are."""
    if text.isascii():
        return text
    return "".join(map(_romanise, text.translate(_HIRAGANA_TO_KATAKANA)))


@lru_cache(maxsize=16384)
def _romanise(character: str) -> str:
    code = ord(character)
    if code < 0x80:
        return character
    if (found := _letters().get(code)) is not None:
        return found
    if 0 <= code - _HANGUL_BASE < 11172:
        table, at = _tables()["hangul"], code - _HANGUL_BASE
        initial, rest = divmod(at, _VOWEL_COUNT * _FINAL_COUNT)
        vowel, final = divmod(rest, _FINAL_COUNT)
        return str(table["initial"][initial] + table["vowel"][vowel] + table["final"][final])
    return first_reading(character)


@lru_cache(maxsize=32768)
def readings(character: str) -> frozenset[str]:
    """Every toneless pinyin of a character; of another character the character itself."""
    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


@lru_cache(maxsize=32768)
def first_reading(character: str) -> str:
    """The commonest toneless pinyin of a character, whatever word it stands in."""
    return str(pinyin(character, style=Style.NORMAL)[0][0])


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """A key of how a word in Latin letters sounds: spellings of one sound become one, doubled letters single."""
    pattern, table = _sounds()
    return _DOUBLED.sub(r"\1", pattern.sub(lambda found: table[found[0]], romanised(word)))


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The consonants of how a word sounds, r and l as one: what survives a script without vowels."""
    return _DOUBLED.sub(r"\1", _VOWELS.sub("", sound(word)).replace("l", "r").replace("f", "p").replace("v", "b"))
