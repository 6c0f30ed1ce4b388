"""What one set of real data gave, and the small sums that several sets need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Part:
    """What one set gave, and the seconds of all work on it.

    `files` are rows of `import_file`, `tables` are (heading, header, rows), `notes` are sentences.
    """

    name: str
    title: str
    files: list[dict[str, Any]] = field(default_factory=list)
    tables: list[tuple[str, Sequence[str], list[Sequence[object]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def auc(values: Sequence[float | None], bad: Sequence[bool]) -> float | None:
    """How well higher values part good from bad: the chance that a good one has the higher value, ties half.

    Args: values, None where unknown (left out); bad: whether the same company defaulted.
    Returns: 0.5 says nothing, 1 parts them wholly, below 0.5 higher is worse; None without one of each.
    """
    known = [(value, is_bad) for value, is_bad in zip(values, bad, strict=True) if value is not None]
    good = [value for value, is_bad in known if not is_bad]
    worse = [value for value, is_bad in known if is_bad]
    if not good or not worse:
        return None
    won = sum((one > other) + 0.5 * (one == other) for one in good for other in worse)
    return won / (len(good) * len(worse))
