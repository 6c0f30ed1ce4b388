"""Distributions of ratios among peers, and where one company stands."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.engine.norms import (
    SHARES,
    Edge,
    InvalidNorm,
    Level,
    Norm,
    Origin,
    Policy,
    comparable,
    norms_sql,
    percentile,
    place,
    safer_than,
    shipped_policy,
    winsorised,
)
from xinheng.engine.rules.ruleset import shipped

POLICY = Policy(minimum_n=20, least_kept_n=1, caps={"l1": (0.0, 10.0)})
QUARTILES = ((0.25, 1.0), (0.5, 2.0), (0.75, 4.0))


def norm(industry="", *, n=20, origin=Origin.BOOK, ratio="l1", size_class="", quantiles=QUARTILES, period="2025"):
    return Norm(ratio, industry, size_class, n, quantiles, origin, "示例", period)


def built(rows, ratios=("l1",), **options):
    """`norms_sql` over rows of industry, size class and ratios: {(ratio, industry, size): (n, quantiles)}."""
    with duckdb.connect() as database:
        columns = ", ".join(f'"{ratio}" DOUBLE' for ratio in ratios)
        database.execute(f"CREATE TABLE companies (industry VARCHAR, size_class VARCHAR, {columns})")
        marks = ", ".join("(" + ", ".join("?" * (2 + len(ratios))) + ")" for _ in rows)
        database.execute(f"INSERT INTO companies VALUES {marks}", [cell for row in rows for cell in row])
        found = database.execute(norms_sql("companies", ratios, policy=POLICY, **options)).fetchall()
    return {tuple(row[:3]): (row[3], row[4:]) for row in found}


# ── building ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_quantiles_of_five_values_are_those_worked_out_by_hand():
    # Sorted 1 2 3 4 9; the quantile of a share p stands at position 4p from 0: p10 at 0.4, p95 at 3.8, p99 at 3.96.
    found = built([("C3511", "", value) for value in (3.0, 1.0, 9.0, 2.0, 4.0)])
    n, quantiles = found["l1", "C35", ""]
    assert n == 5
    assert quantiles == pytest.approx((1.04, 1.2, 1.4, 2.0, 3.0, 4.0, 7.0, 8.0, 8.8))


def test_a_company_counts_in_its_division_its_section_all_industries_and_its_size():
    rows = [("C3511", "small", 1.0), ("C26", "small", 2.0), ("F5174", "", 3.0), ("C", None, 4.0), (None, "micro", 5.0)]
    counts = {key[1:]: n for key, (n, _) in built(rows).items()}
    assert counts == {
        ("", ""): 5, ("", "small"): 2, ("", "micro"): 1,
        ("C", ""): 3, ("C", "small"): 2, ("C35", ""): 1, ("C35", "small"): 1, ("C26", ""): 1, ("C26", "small"): 1,
        ("F", ""): 1, ("F51", ""): 1,
    }  # fmt: skip


def test_without_size_classes_and_below_the_least_number_no_group_is_made():
    rows = [("C35", "small", 1.0), ("C35", "small", 2.0), ("C26", "small", 2.0)]
    assert set(built(rows, by_size=False)) == {("l1", key, "") for key in ("", "C", "C35", "C26")}
    assert {key[1] for key in built(rows, by_size=False, least_n=2)} == {"", "C", "C35"}


def test_unknown_values_are_not_counted_and_far_ones_stop_at_the_cap():
    n, quantiles = built([("C", "", value) for value in (None, float("nan"), -3.0, 5.0, 5000.0)])["l1", "", ""]
    assert n == 3
    assert quantiles[4] == 5.0
    assert quantiles[0] == pytest.approx(0.1)  # from 0 to 5 at 0.02 of the way
    assert quantiles[-1] == pytest.approx(9.9)


finite = st.floats(min_value=0, max_value=10, allow_nan=False)


@settings(deadline=None, max_examples=12)  # each example opens a database
@given(values=st.lists(finite, min_size=1, max_size=60), seed=st.randoms(use_true_random=False))
def test_quantiles_ascend_lie_within_the_data_and_do_not_depend_on_the_order(values, seed):
    n, quantiles = built([("C", "", value) for value in values])["l1", "C", ""]
    shuffled = list(values)
    seed.shuffle(shuffled)
    assert built([("C", "", value) for value in shuffled])["l1", "C", ""] == (n, quantiles)
    assert n == len(values)
    assert list(quantiles) == sorted(quantiles)
    assert min(values) <= quantiles[0]
    assert quantiles[-1] <= max(values)


def test_names_that_are_none_are_refused():
    with pytest.raises(Exception, match="not a name"):
        norms_sql("companies; drop table x", ["l1"])


def test_amounts_of_money_and_ratios_without_direction_are_not_compared():
    found = comparable(shipped())
    assert "l6" not in found
    assert "c4" not in found
    assert "ebit" not in found
    assert {"l1", "d1", "d8", "p1", "p4", "e2", "e3_days", "g1", "c1"} <= set(found)
    assert {ratio.direction for ratio in found.values()} == {"higher", "lower", "band"}
    assert set(shipped_policy().caps) <= set(found)


# ── a value's place ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, (25.0, Edge.BELOW)),
        (1.0, (25.0, Edge.WITHIN)),
        (1.5, (37.5, Edge.WITHIN)),
        (2.0, (50.0, Edge.WITHIN)),
        (3.0, (62.5, Edge.WITHIN)),
        (4.0, (75.0, Edge.WITHIN)),
        (4.1, (75.0, Edge.ABOVE)),
    ],
)
def test_between_quantiles_the_percentile_runs_straight_and_outside_it_is_a_bound(value, expected):
    assert percentile(QUARTILES, value) == expected


def test_a_value_that_many_share_stands_in_the_middle_of_them():
    assert percentile(((0.1, 0.0), (0.25, 0.0), (0.5, 0.0), (0.75, 1.0)), 0.0) == (30.0, Edge.WITHIN)


ascending = st.lists(finite, min_size=len(SHARES), max_size=len(SHARES)).map(sorted)


@given(values=ascending, one=finite, other=finite)
def test_a_higher_value_never_has_a_lower_percentile(values, one, other):
    quantiles = tuple(zip(SHARES, values, strict=True))
    low, high = sorted((one, other))
    assert percentile(quantiles, low)[0] <= percentile(quantiles, high)[0] + 1e-9


@given(values=st.lists(finite, min_size=len(SHARES), max_size=len(SHARES), unique=True).map(sorted))
def test_the_median_stands_at_fifty(values):
    assert percentile(tuple(zip(SHARES, values, strict=True)), values[4]) == (50.0, Edge.WITHIN)


def test_safer_follows_the_direction():
    assert safer_than(80, "higher") == 80
    assert safer_than(80, "lower") == 20
    assert safer_than(50, "band") == 100
    assert safer_than(80, "band") == safer_than(20, "band") == 40
    assert safer_than(80, "") is None


def test_values_are_winsorised_at_the_outer_percentiles_where_they_are_kept():
    kept = norm(quantiles=((0.01, 0.5), (0.5, 2.0), (0.99, 9.0)))
    assert [winsorised(value, kept) for value in (0.1, 3.0, 50.0)] == [0.5, 3.0, 9.0]
    assert winsorised(50.0, norm()) == 50.0


# ── which norm ───────────────────────────────────────────────────────────────────────────────────────────────────────


def placed(*norms, value=1.5, industry="C3511", size_class="small", direction="higher", ratio="l1"):
    return place(
        ratio, value, direction=direction, industry=industry, size_class=size_class, norms=norms, policy=POLICY
    )


def test_the_nearest_group_with_enough_companies_is_used():
    division, section, everybody = norm("C35"), norm("C"), norm("")
    assert placed(everybody, section, division).level is Level.DIVISION
    assert placed(everybody, section, norm("C35", n=19)).level is Level.SECTION
    assert placed(everybody, norm("C", n=19), norm("C35", n=19)).level is Level.ALL
    assert placed(everybody, section, industry="").level is Level.ALL
    assert placed(everybody, section, division, industry="C").level is Level.SECTION
    assert placed(norm("F"), everybody, industry="C3511").industry == ""


def test_own_size_goes_before_all_sizes_and_a_reference_before_the_book():
    sized = norm("C35", size_class="small")
    assert placed(norm("C35"), sized).size_class == "small"
    assert placed(norm("C35"), norm("C35", size_class="large")).size_class == ""
    reference = norm("C35", origin=Origin.REFERENCE)
    assert placed(norm("C35"), reference).origin is Origin.REFERENCE
    assert placed(norm("C35"), norm("C35", origin=Origin.REFERENCE, n=19)).origin is Origin.BOOK
    assert placed(norm("C35"), norm("C", origin=Origin.REFERENCE)).origin is Origin.BOOK


def test_what_was_passed_over_is_told_with_its_number():
    found = placed(norm("C35", n=7), norm("C"))
    assert found.note_en == "C35 has only 7, fewer than 20"
    assert found.note_zh == "C35只有 7 家，少于 20 家"
    assert placed(norm("C")).note_en == ""


def test_without_a_norm_or_a_value_there_is_no_percentile_but_a_reason():
    nothing = placed()
    assert (nothing.percentile, nothing.safer_than, nothing.level) == (None, None, Level.NONE)
    assert nothing.note_en == "There is no industry norm of this ratio yet"
    few = placed(norm("C35", n=7), norm("", n=9))
    assert few.percentile is None
    assert few.note_en == "Fewer than 20 companies to compare with: C35 has only 7, all industries has only 9"
    for unknown in (None, float("nan")):
        assert placed(norm("C35"), value=unknown).note_en == "The value is unknown, nothing to compare"


def test_a_position_carries_what_it_rests_on():
    found = placed(norm("C35", n=41, period="2024"), direction="lower")
    assert (found.percentile, found.safer_than, found.n, found.industry) == (37.5, 62.5, 41, "C35")
    assert (found.source, found.period, found.median) == ("示例", "2024", 2.0)


def test_a_value_beyond_the_cap_counts_as_the_cap():
    capped = norm("C35", quantiles=((0.25, 1.0), (0.5, 2.0), (0.99, 10.0)))
    assert placed(capped, value=5000.0).percentile == 99
    assert placed(capped, value=5000.0).edge is Edge.WITHIN
    assert placed(capped, value=5000.0).value == 5000.0


def test_a_wrong_industry_code_is_placed_among_all_industries():
    assert placed(norm("C35"), norm(""), industry="Z9").level is Level.ALL


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"quantiles": ((0.25, 2.0), (0.5, 1.0))},
        {"quantiles": ((0.5, 1.0), (0.25, 2.0))},
        {"quantiles": ((0.5, 1.0),)},
        {"quantiles": ((0.25, 1.0), (0.5, float("nan")))},
    ],
)
def test_quantiles_that_no_distribution_has_are_refused(wrong):
    with pytest.raises(InvalidNorm):
        norm("C35", **wrong)
