"""Probabilities of default over other spans than a year."""

from __future__ import annotations

from collections.abc import Sequence

from xinheng.engine.errors import BadInput


def annual_pd(cumulative: float, years: float) -> float:
    """The one-year probability behind one over several years, with a constant hazard.

    Args:
        cumulative: probability of default within `years`, 0 to 1.
        years: length of the span, above 0.
    Raises: BadInput when the probability or the span is outside its range.
    """
    if not 0 <= cumulative <= 1 or not years > 0:
        raise BadInput(detail_zh="违约概率应在 0 至 1 之间，年数应大于 0", detail_en="a probability and years above 0")
    return float(1 - (1 - cumulative) ** (1 / years))


def conditional_pd(cumulative: Sequence[float], year: int) -> float:
    """The probability of default in one year of those who had not defaulted before it.

    Args:
        cumulative: probability of default by the end of year 1, 2, …; never falling.
        year: 1 for the first.
    Raises: BadInput when the year is not there, the rates fall, or nobody is left.
    """
    there = 1 <= year <= len(cumulative)
    before = cumulative[year - 2] if there and year > 1 else 0.0
    if not there or not 0 <= before <= cumulative[year - 1] <= 1 or before == 1:
        raise BadInput(
            detail_zh="累计违约率应逐年不降且不超过 1", detail_en="cumulative rates that never fall, up to 1"
        )
    return (cumulative[year - 1] - before) / (1 - before)
