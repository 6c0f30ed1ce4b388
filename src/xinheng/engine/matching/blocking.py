"""Keys under which files that may be of one company meet, so that a million need not be compared with a million."""

from __future__ import annotations

from collections.abc import Iterator

from .letters import HAN, romanised, skeleton
from .parts import NameParts, Role
from .records import Prepared

#: identifiers decide: files that share one are paired with the first of them however many they are
EXACT = frozenset(("uscc", "lei", "tax_id", "reg_no"))
_MOST_LATIN_KEYS = 6
#: characters of an own name that few companies share: it may meet its like without a place
_TELLING = 3


def blocking_keys(prepared: Prepared) -> Iterator[tuple[str, str]]:
    """Kind and text of every key of a file. Two files with a key in common are compared, where not too many share it.

    A name alone is a key with its place, because names that agree less need a phone, an address or a code beside them
    to be proposed, and meet under the keys of these.
    """
    yield from prepared.codes.items()
    if code := prepared.raw_uscc:
        # One wrong character leaves one half whole.
        yield "code", "1" + code[8:13]
        yield "code", "2" + code[13:18]
    if prepared.phone:
        yield "phone", prepared.phone
    if prepared.numbers:
        road = "".join(c for c in prepared.address if not c.isspace())
        at = next(i for i, c in enumerate(road) if c.isdigit())
        yield "address", f"{prepared.city}/{road[max(0, at - 2) : at]}/{'/'.join(prepared.numbers[:3])}"
    yield from _names(prepared.name, prepared.city)


def _names(name: NameParts, city: str) -> Iterator[tuple[str, str]]:
    own = name.own()
    if name.script == HAN:
        trade = "".join(w.text for w in name.words if w.role is Role.TRADE)
        yield "name", f"{own}{trade}/{city[:2]}"
        yield "own", f"{own}/{city}"
        if len(own) >= _TELLING:
            yield "name", own + trade
        return
    words = sorted({romanised(w.text) for w in name.words if w.role is Role.OWN}) or [romanised(own)]
    yield "name", " ".join(words)
    for word in sorted(words, key=len, reverse=True)[:_MOST_LATIN_KEYS]:
        yield "sound", skeleton(word) or word
