"""One distribution by its quantiles, and a value's place in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import isfinite

from ..errors import BadInput

#: The shares at which quantiles are kept: p01 p05 p10 p25 p50 p75 p90 p95 p99.
SHARES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


class InvalidNorm(BadInput):
    """Quantiles that no distribution can have. Data: `ratio`, `industry`."""

    code = "norm_invalid"
    zh = "行业参照值（{industry} {ratio}）有误"
    en = "The norm of {ratio} in {industry} is wrong"


class Origin(StrEnum):
    """Where a norm comes from."""

    REFERENCE = "reference"  # published figures that somebody loaded
    BOOK = "book"  # built from the newest assessments of our own customers


class Edge(StrEnum):
    """Where a value lies against the kept quantiles."""

    WITHIN = "within"
    BELOW = "below"  # under the lowest kept quantile: the percentile is at most the one given
    ABOVE = "above"  # over the highest: at least the one given


@dataclass(frozen=True, slots=True)
class Norm:
    """The distribution of one ratio among the companies of one group.

    Args:
        ratio: the id in the rule set, such as `l1`.
        industry: GB/T 4754 division (C35) or section (C); empty for all industries.
        size_class: large, medium, small or micro; empty for all sizes.
        n: companies counted, 1 or more.
        quantiles: pairs of share (0–1) and value in the unit that the rules store (a share for %, so 0.5 is 50 %),
            both ascending, two or more.
        source, period: as they are shown beside every percentile.
    Raises: InvalidNorm.
    """

    ratio: str
    industry: str
    size_class: str
    n: int
    quantiles: tuple[tuple[float, float], ...]
    origin: Origin
    source: str = ""
    period: str = ""

    def __post_init__(self) -> None:
        finite = all(isfinite(value) for _, value in self.quantiles)
        falling = any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(self.quantiles))
        if self.n < 1 or len(self.quantiles) < 2 or falling or not finite:
            raise InvalidNorm(
                ratio=self.ratio, industry=self.industry or "—",
                detail_zh="家数应不少于 1，分位值应由小到大", detail_en="n must be 1 or more and quantiles must ascend",
            )  # fmt: skip

    def quantile(self, share: float) -> float | None:
        """The value at a kept share; None where it is not kept."""
        return next((value for at, value in self.quantiles if at == share), None)


def percentile(quantiles: tuple[tuple[float, float], ...], value: float) -> tuple[float, Edge]:
    """Where a value stands, by straight lines between the kept quantiles.

    Args: quantiles as in `Norm`; value in the same unit.
    Returns: the percentile (0–100), and whether the value lies outside what is kept; then the percentile is that of the
        nearest kept quantile. A value that several quantiles share stands in the middle of their shares.
    """
    values = [at for _, at in quantiles]
    if value < values[0]:
        return quantiles[0][0] * 100, Edge.BELOW
    if value > values[-1]:
        return quantiles[-1][0] * 100, Edge.ABOVE
    first, after = bisect_left(values, value), bisect_right(values, value)
    if first < after:
        return (quantiles[first][0] + quantiles[after - 1][0]) * 50, Edge.WITHIN
    (low, below), (high, above) = quantiles[first - 1], quantiles[first]
    return (low + (high - low) * (value - below) / (above - below)) * 100, Edge.WITHIN


def safer_than(at: float, direction: str) -> float | None:
    """The share of peers in % that a percentile is safer than.

    Args: direction: `higher` or `lower` is safer; `band`: the middle is, so those count that lie farther from the
        median.
    Returns: 0–100; None for a ratio without direction.
    """
    if direction == "higher":
        return at
    if direction == "lower":
        return 100 - at
    if direction == "band":
        return 100 - 2 * abs(at - 50)
    return None


def winsorised(value: float, norm: Norm) -> float:
    """The value drawn to the 1st and 99th percentile of its peers, where the norm keeps them."""
    low, high = norm.quantile(SHARES[0]), norm.quantile(SHARES[-1])
    if low is not None:
        value = max(low, value)
    return value if high is None else min(high, value)
