"""Size classes: worked examples, statuses, and properties over the whole table."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.errors import InvalidIndicator, InvalidIndustryCode
from xinheng.engine.identity import SizeClass, SizeStatus, industries, industry, size_class, size_rules
from xinheng.engine.identity.industries import IndustryLevel
from xinheng.engine.identity.size import IndustryRule

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "identity.toml").read_text(encoding="utf-8"))
ORDER = list(SizeClass)


def wan(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text) * 10_000


@pytest.mark.parametrize("case", CASES["size"], ids=lambda case: case["industry"])
def test_worked_examples(case: dict[str, str]) -> None:
    employees = case.get("employees")
    found = size_class(
        case["industry"],
        None if employees is None else int(employees),
        wan(case.get("revenue_wan")),
        wan(case.get("total_assets_wan")),
    )
    assert (found.status, found.size_class) == (SizeStatus.OK, SizeClass(case["result"]))
    assert found.rules == ("size_classes_2017", "1")


def test_each_indicator_shows_the_class_it_gives() -> None:
    found = size_class("3511", 350, wan("1800"), None)
    assert [(entry.indicator, entry.value, entry.size_class) for entry in found.per_indicator] == [
        ("employees", Decimal(350), SizeClass.MEDIUM),
        ("revenue", Decimal(18_000_000), SizeClass.SMALL),
    ]


def test_missing_indicator_is_said_with_the_best_that_is_possible() -> None:
    found = size_class("C35", 350, None, None)
    assert (found.size_class, found.status, found.missing) == (None, SizeStatus.MISSING_INPUT, ("revenue",))
    assert found.best_possible is SizeClass.MEDIUM
    nothing = size_class("C35", None, None, wan("5000"))
    assert (nothing.status, nothing.best_possible, nothing.missing) == (
        SizeStatus.MISSING_INPUT,
        None,
        ("employees", "revenue"),
    )


@pytest.mark.parametrize("code", ["J66", "G53", "P", "Q84", "Q8411", "S92", "T97"])
def test_industries_that_the_rules_do_not_cover(code: str) -> None:
    found = size_class(code, 1000, wan("100000"), wan("100000"))
    assert (found.size_class, found.status) == (None, SizeStatus.NOT_APPLICABLE)


@pytest.mark.parametrize("code", ["G", "G59", "F", "K70", "Q", "H"])
def test_a_code_too_coarse_to_tell_asks_for_more(code: str) -> None:
    found = size_class(code, 1000, wan("100000"), wan("100000"))
    assert (found.size_class, found.status, found.missing) == (None, SizeStatus.MISSING_INPUT, ("industry_group",))


@pytest.mark.parametrize(
    ("code", "rule"),
    [("G591", "transport"), ("G5921", "storage"), ("K701", "property_development"), ("K702", "property_management"),
     ("K7040", "other"), ("Q851", "other"), ("M74", "other"), ("I64", "information_transmission")],
)  # fmt: skip
def test_scopes(code: str, rule: str) -> None:
    assert size_class(code, 1, Decimal(1), Decimal(1)).industry_rule == rule


def test_the_table_has_sixteen_industries_that_do_not_overlap() -> None:
    rules = size_rules()
    assert len(rules.industries) == 16
    for group in industries(IndustryLevel.GROUP):
        hits = [rule.id for rule in rules.industries if group.code.startswith(rule.scope)]
        excluded = group.code.startswith(rules.not_covered)
        assert len(hits) == (0 if excluded else 1), group


@pytest.mark.parametrize(
    ("arguments", "indicator"),
    [((-1, None, None), "employees"), ((1, None, Decimal(-1)), "total_assets"), ((1, Decimal("NaN"), None), "revenue")],
)
def test_impossible_figures_are_refused(arguments: tuple[int, Decimal | None, Decimal | None], indicator: str) -> None:
    with pytest.raises(InvalidIndicator) as refused:
        size_class("C35", *arguments)
    assert refused.value.data["indicator"] == indicator


def test_wrong_industry_is_refused() -> None:
    with pytest.raises(InvalidIndustryCode):
        size_class("A35", 1, Decimal(1), None)


covered = st.sampled_from(size_rules().industries)


@given(covered, st.data())
def test_bounds_are_inclusive_and_one_below_drops_a_class(rule: IndustryRule, data: st.DataObject) -> None:
    indicator = data.draw(st.sampled_from(sorted(rule.bounds)))
    position = data.draw(st.integers(0, 2))
    bound = rule.bounds[indicator][position]
    values = {name: Decimal(10) ** 13 for name in ("employees", "revenue", "total_assets")}
    code = industry(rule.scope[0]).code
    at = values | {indicator: bound}
    below = values | {indicator: bound - 1}
    assert size_class(code, int(at["employees"]), at["revenue"], at["total_assets"]).size_class is ORDER[position]
    found = size_class(code, int(below["employees"]), below["revenue"], below["total_assets"])
    assert found.size_class is ORDER[position + 1]


@given(
    covered,
    st.integers(0, 5000),
    st.integers(0, 500_000),
    st.integers(0, 500_000),
    st.integers(0, 1000),
    st.integers(0, 100_000),
)
def test_more_never_makes_a_company_smaller(
    rule: IndustryRule, employees: int, revenue: int, assets: int, hired: int, sold: int
) -> None:
    code = industry(rule.scope[0]).code
    before = size_class(code, employees, wan(str(revenue)), wan(str(assets))).size_class
    after = size_class(code, employees + hired, wan(str(revenue + sold)), wan(str(assets + sold))).size_class
    assert before is not None
    assert after is not None
    assert ORDER.index(after) <= ORDER.index(before)
