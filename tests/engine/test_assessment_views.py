"""What is read from one assessment: caps, labels, units, and what another grade would bring."""

from dataclasses import replace
from decimal import Decimal

import pytest

from xinheng.engine.assessment import Assessor

FACTS = {
    "ta": Decimal(100), "tl": Decimal(105), "eq": Decimal(-5), "ca": Decimal(60), "cl": Decimal(50),
    "payment_index": 80.0, "overdue_share": 0.0, "overdue_max_days": 0, "statements_years": 1,
    "purchases_12m": Decimal(7_300_000), "terms_days": 60, "years_in_business": 10.0, "size_class": "small",
    "registered_capital": Decimal(5_000_000), "customer_age_years": 5.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def runner():
    return Assessor()


def test_only_the_cap_that_applies_is_named_though_others_hold_to_the_same_grade(runner):
    answer = runner.one(FACTS)
    assert (answer.grade, answer.results["grade__by_score"]) == ("CCC", 4)
    assert [cap.id for cap in runner.caps_in_force(answer)] == ["cap_negative_equity"]


def test_a_cap_above_the_grade_by_score_is_not_in_force(runner):
    answer = runner.one(FACTS | {"eq": Decimal(5), "tl": Decimal(95), "statements_years": 0, "payment_index": 30.0})
    assert answer.results["grade__cap_no_statements"] is True
    assert (answer.grade, answer.results["grade__by_score"]) == ("B", 6)
    assert runner.caps_in_force(answer) == []


def test_an_assessment_without_a_result_for_each_cap_names_all_of_the_grade(runner):
    answer = runner.one(FACTS)
    old = {name: value for name, value in answer.results.items() if not name.startswith("grade__cap_")}
    named = [cap.id for cap in runner.caps_in_force(replace(answer, results=old))]
    assert named == ["cap_adverse_opinion", "cap_negative_equity", "cap_dishonest"]


def test_what_each_grade_would_bring(runner):
    sums = {"ta": 40_000_000, "tl": 20_000_000, "eq": 20_000_000, "ca": 9_000_000, "cl": 3_000_000}
    answer = runner.one(FACTS | {name: Decimal(amount) for name, amount in sums.items()})
    effects = {effect.grade: effect for effect in runner.by_grade(answer)}
    assert next(iter(effects)) == "AAA"
    assert [(e.pd_12m, e.terms_days) for e in (effects["A"], effects["B"])] == [(0.0025, 60), (0.06, 15)]
    # Need decides: 7,300,000 × 60 ÷ 365; capacity is the median of 10% × 20,000,000 and 20% × 6,000,000.
    assert effects["A"].limit == effects["B"].limit == effects[answer.grade].limit == answer.limit == 1_200_000
    assert effects["CCC"].limit == 0


@pytest.mark.parametrize(
    ("name", "label", "unit"),
    [
        ("tp", ("利润总额", "Profit before tax"), "元"),
        ("cogs", ("营业成本", "Operating cost"), "元"),
        ("ie", ("利息费用", "Interest expense"), "元"),
        ("gross_ar__prior", ("应收账款余额（上年）", "Gross receivables (prior year)"), "元"),
        ("grade_factor_value", ("等级系数", "Factor by grade"), ""),
        ("working_assets_share_share", ("营运资产比例表", "Share of working assets"), "%"),
        ("pd_12m", ("违约概率（12 个月）", "Probability of default, 12 months"), "%"),
        ("score__size", ("企业规模（得分）", "Size class (points)"), ""),
        ("net_worth_share", ("净资产比例", "Share of net worth"), "%"),
        ("nobody", ("nobody", "nobody"), ""),
    ],
)
def test_labels_and_units(runner, name, label, unit):
    assert (runner.label(name), runner.unit(name)) == (label, unit)


def test_the_same_figure_a_period_earlier(runner):
    assert [runner.prior(name) for name in ("ta", "ta_prior", "ta_prior2", "gross_ar", "l1")] == [
        "ta_prior", "ta_prior2", None, "gross_ar__prior", None,
    ]  # fmt: skip
