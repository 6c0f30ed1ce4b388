"""Words to index and to look for: character pairs, so that any part of a Chinese or Latin name is found."""

import unicodedata
from collections.abc import Iterable


def pairs(text: str) -> set[str]:
    """The pairs of neighbouring characters of a text, folded to one case and width; a single character is itself."""
    folded = "".join(ch for ch in unicodedata.normalize("NFKC", text).casefold() if ch.isalnum())
    if len(folded) < 2:
        return {folded} if folded else set()
    return {folded[i : i + 2] for i in range(len(folded) - 1)}


def tokens(texts: Iterable[str]) -> list[str]:
    """What is stored for a customer: the pairs and the single characters of everything it may be found by."""
    found: set[str] = set()
    for text in texts:
        two = pairs(text)
        found |= two
        found |= {ch for pair in two for ch in pair}
    return sorted(found)
