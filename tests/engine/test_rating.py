"""Probabilities of default over several years, against the figures of the published benchmarks."""

import pytest

from xinheng.engine.errors import BadInput
from xinheng.engine.rating import annual_pd, conditional_pd


@pytest.mark.parametrize(("three_years", "one_year"), [(0.075, 0.025652), (0.20, 0.071682), (0.0, 0.0), (1.0, 1.0)])
def test_three_year_benchmarks_as_one_year(three_years, one_year):
    """EU 2016/1799, credit quality steps 4 and 5."""
    assert annual_pd(three_years, 3) == pytest.approx(one_year, abs=5e-7)


def test_conditional_rate_of_the_second_year():
    """BB of rated corporates: cumulative 0.72 and 2.24 percent, marginal 1.52, conditional 1.5310."""
    assert conditional_pd([0.0072, 0.0224], 2) == pytest.approx(0.015310, abs=5e-7)
    assert conditional_pd([0.0072, 0.0224], 1) == 0.0072


@pytest.mark.parametrize("call", [lambda: annual_pd(1.1, 3), lambda: annual_pd(0.1, 0),
                                  lambda: conditional_pd([0.2, 0.1], 2), lambda: conditional_pd([0.1], 2)])  # fmt: skip
def test_impossible_rates_are_refused(call):
    with pytest.raises(BadInput):
        call()
