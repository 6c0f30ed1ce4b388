"""The words and figures of documents."""

from decimal import Decimal

import pytest

from xinheng.documents.words import figure, money, money_in_words, operand, percent, plain


def test_the_result_is_one_sentence_in_each_language(healthy):
    score = f"{healthy.answer.score:.1f}"
    assert healthy.sentence("zh") == (
        f"综合得分 {score}，信用等级 BBB（信用一般）：成立年限加分最多，付款指数失分最多；"
        "建议额度 20 万元，由“需求法”决定，账期 45 天。"
    )
    assert healthy.sentence("en") == (
        f"Rated BBB (Average) with {score} points of 100: years in business speaks for it most, payment index costs "
        "most; proposed limit CNY 200,000, decided by need; terms 45 days."
    )


def test_no_credit_default_and_no_rating_are_said_plainly(failing, unknown, reported):
    assert failing.sentence("zh").endswith("；建议不予赊销，款到发货。")
    assert unknown.sentence("zh") == "评分卡中已知部分不足一半，不予评级，也不建议额度。"
    assert (unknown.grade, unknown.binding, unknown.terms_days, unknown.policy("zh")) == (None, "", None, "")
    default = reported({"in_insolvency": True}).sentence("en")
    assert default.startswith("A default event has happened: grade D (Default)")


def test_a_cap_on_the_grade_follows_the_sentence(reported):
    capped = reported({"unbalanced_findings": 1})
    assert capped.answer.grade == "BB"
    assert capped.sentence("zh").endswith("报表勾稽不平，最高 BB。")


STEPS = [
    ("limit_net_worth", "10% × 50,000,000"),
    ("limit_working_assets", "35,000,000 × 20%"),
    ("limit_capacity", "取中位数(5,000,000；4,000,000；7,000,000)"),
    ("limit_need", "1,200,000 × (60 + 取最大(10；0)) ÷ 365"),
    ("limit_expected_loss", "50,000 ÷ (0.7% × 45%)"),
    ("limit_peers", "缺少同行授信中位数"),
    ("limit_small_ticket", "不适用"),
]


@pytest.mark.parametrize(("step", "told"), STEPS, ids=[step for step, _told in STEPS])
def test_each_step_tells_its_arithmetic_or_why_there_is_none(healthy, step, told):
    found = next(row for row in healthy.steps if row.id == step)
    assert healthy.arithmetic(found, "zh") == told


def test_a_case_that_applied_stands_for_the_arithmetic(failing):
    steps = {row.id: row for row in failing.steps}
    assert failing.arithmetic(steps["limit_net_worth"], "zh") == "净资产不为正"
    assert failing.arithmetic(steps["limit_working_assets"], "en") == "Equity or working assets are not positive"


def test_values_are_told_by_the_row_that_applied_or_with_their_unit(healthy, failing):
    values = {line.id: healthy.value_of(line, "zh") for line in healthy.contributions}
    assert [values[key] for key in ("debt_ratio", "current_ratio", "overdue_days", "public_record")] == [
        "50.0%", "1.5 倍", "18 天", "—",
    ]  # fmt: skip
    record = next(line for line in failing.contributions if line.id == "public_record")
    assert failing.value_of(record, "zh") == "失信、严重违法或破产"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (money(None), "—"),
        (money(Decimal("1234567.50")), "1,234,567.50"),
        (money(Decimal(0)), "0"),
        (money_in_words(Decimal(5_000_000), "zh"), "500 万元"),
        (money_in_words(Decimal("123456.78"), "zh"), "123,456.78 元"),
        (money_in_words(Decimal(250_000_000), "zh"), "2.5 亿元"),
        (money_in_words(Decimal(5_000_000), "en"), "CNY 5,000,000"),
        (percent(-0.0001), "0.0%"),
        (plain(-0.001), "0"),
        (plain(1234.5), "1,234.5"),
        (figure(None, "天", "zh"), "—"),
        (figure(True, "", "en"), "yes"),
        (figure(5.8, "x", "en"), "5.8×"),
        (operand(0.007, "%", "zh"), "0.7%"),
    ],
)
def test_figures_are_written_as_people_read_them(told, expected):
    assert told == expected
