"""Finding the header of a table that people made: titles above it, two-storey headers with merged cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

#: how far down a header is looked for
SEARCHED_ROWS = 30

_BRACKETS = re.compile(r"[(\[【{〔<][^()\[\]【】{}〔〕<>]*[)\]】}〕>]")
_NOISE = re.compile(r"[\s_\-*:/\\.,;'\"·、]+")
_NUMBER = re.compile(
    r"[+\-(¥$]?[\d.,%]+\)?(E[+\-]\d+)?|\d{4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?(\s[\d:]+)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Header:
    """Where the header lies and what it says.

    `row` and `last_row` are row numbers of the file (equal unless the header has two storeys), `labels` one text per
    column ("" where a column has none), `titles` the texts of the rows above.
    """

    row: int
    last_row: int
    labels: tuple[str, ...]
    titles: tuple[tuple[int, tuple[str, ...]], ...] = ()


def normalised(label: str) -> str:
    """A label reduced to what counts: `*客户 编号（必填）` → `客户编号`. Brackets go, unless nothing else is there."""
    text = unicodedata.normalize("NFKC", label).lower()
    bare = _NOISE.sub("", _BRACKETS.sub("", text))
    return bare or _NOISE.sub("", text)


def find_header(rows: Sequence[tuple[int, Sequence[str]]], vocabulary: frozenset[str]) -> Header | None:
    """The header among the first rows of a table, or None.

    Args:
        rows: row number and cells of the first rows that are not blank.
        vocabulary: normalised labels that a header of these tables may hold.

    A row with known labels wins, the one with most of them; without any, the first row of two or more texts that is
    followed by a row as wide. A row that could be data (numbers, dates) is no header.
    """
    rows = rows[:SEARCHED_ROWS]
    best, best_score = -1, 0
    for index, (_, cells) in enumerate(rows):
        score = _known(cells, vocabulary)
        if score > best_score:
            best, best_score = index, score
    if best < 0 or (best_score < 2 and len(_texts(rows[best][1])) > 2 * best_score + 2):
        plain = _plain_header(rows)
        best = plain if plain is not None else best
    if best < 0:
        return None
    first, labels = best, [cell.strip() for cell in rows[best][1]]
    last = best
    if (above := best - 1) >= 0 and _is_upper_storey(rows[above], rows[best]):
        labels, first = _storeys(rows[above][1], rows[best][1], vocabulary), above
    elif best + 1 < len(rows) and _is_upper_storey(rows[best], rows[best + 1], vocabulary):
        labels, last = _storeys(rows[best][1], rows[best + 1][1], vocabulary), best + 1
    while labels and not labels[-1]:
        labels.pop()
    titles = tuple((number, tuple(cell.strip() for cell in cells if cell.strip())) for number, cells in rows[:first])
    return Header(rows[first][0], rows[last][0], tuple(labels), titles)


def _known(cells: Sequence[str], vocabulary: frozenset[str]) -> int:
    return len({normalised(cell) for cell in cells if cell.strip()} & vocabulary)


def _texts(cells: Sequence[str]) -> list[str]:
    return [cell for cell in cells if cell.strip()]


def _plain_header(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    for index, (_, cells) in enumerate(rows):
        texts = _texts(cells)
        if len(texts) < 2 or any(_NUMBER.fullmatch(text.strip()) for text in texts) or len(set(texts)) < len(texts):
            continue
        following = [len(_texts(row)) for _, row in rows[index + 1 : index + 4]]
        if not following or max(following) >= len(texts) // 2:
            return index
    return None


def _is_upper_storey(
    upper: tuple[int, Sequence[str]],
    lower: tuple[int, Sequence[str]],
    vocabulary: frozenset[str] | None = None,
) -> bool:
    """Whether `lower` completes the header `upper`: adjacent, without data, naming columns that `upper` left blank."""
    if lower[0] != upper[0] + 1:
        return False
    width = max(len(upper[1]), len(lower[1]))
    above = [*upper[1], *[""] * (width - len(upper[1]))]
    below = [*lower[1], *[""] * (width - len(lower[1]))]
    texts = _texts(below)
    if len(texts) < 2 or len(_texts(above)) < 2 or any(_NUMBER.fullmatch(text.strip()) for text in texts):
        return False
    filled_in = [i for i in range(1, width) if not above[i].strip() and below[i].strip() and any(above[:i])]
    missing_below = any(above[i].strip() and not below[i].strip() for i in range(width))
    if not filled_in or not missing_below:
        return False
    return vocabulary is None or _known(below, vocabulary) > 0


def _storeys(upper: Sequence[str], lower: Sequence[str], vocabulary: frozenset[str]) -> list[str]:
    """One label per column of a header of two storeys: a merged upper cell covers the blanks to its right."""
    labels: list[str] = []
    cover = ""
    for index in range(max(len(upper), len(lower))):
        above = upper[index].strip() if index < len(upper) else ""
        below = lower[index].strip() if index < len(lower) else ""
        cover = above or (cover if below else "")
        if not below or not cover:
            labels.append(below or above)
        elif normalised(f"{cover}{below}") in vocabulary or normalised(below) not in vocabulary:
            labels.append(f"{cover}{below}")
        else:
            labels.append(below)
    return labels
