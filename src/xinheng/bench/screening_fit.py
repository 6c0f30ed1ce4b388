"""Logistic regression with costs that cannot turn negative: how the weights of the name matcher were learnt.

Small enough to be read: Newton steps along one coefficient at a time, each cut off at zero, with a ridge that pulls
towards one, so that a feature that few pairs show keeps a sensible cost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

#: profile → the features whose costs are learnt; the Chinese ones are set by reasoning, no public pairs exist
FITTED = {
    "company": (
        "spelling", "edits", "swapped", "trade", "extra", "lone", "place", "place_extra", "number", "number_extra",
        "form",
    ),
    "person": ("spelling", "edits", "swapped", "extra", "initials", "lineage"),
}  # fmt: skip
RIDGE = 0.5
PRIOR = 1.0
SWEEPS = 60


def fit(sizes: Sequence[Sequence[float]], labels: Sequence[bool]) -> tuple[float, list[float]]:
    """The base and the costs that make the labels likeliest.

    Args:
        sizes: a row per pair, a column per feature, 0 to 1.
    Returns: base and costs on the scale of log odds; costs are 0 or more.
    """
    count = len(sizes[0])
    base, costs = 1.0, [PRIOR] * count
    odds = [base - math.fsum(PRIOR * size for size in row) for row in sizes]
    rows_of = [[i for i, row in enumerate(sizes) if row[j]] for j in range(count)]
    for _ in range(SWEEPS):
        likely = [_logistic(z) for z in odds]
        slope = math.fsum(p - y for p, y in zip(likely, labels, strict=True))
        step = slope / (math.fsum(p * (1 - p) for p in likely) + 1e-9)
        base -= step
        odds = [z - step for z in odds]
        for j, rows in enumerate(rows_of):
            slope, bend = RIDGE * (costs[j] - PRIOR), RIDGE
            for i in rows:
                p = _logistic(odds[i])
                slope -= (p - labels[i]) * sizes[i][j]
                bend += p * (1 - p) * sizes[i][j] ** 2
            fresh = max(0.0, costs[j] - slope / bend)
            for i in rows:
                odds[i] -= (fresh - costs[j]) * sizes[i][j]
            costs[j] = fresh
    return base, costs


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))
