"""Formulas in words and in figures, as a person reads them."""

# ruff: noqa: E501 - a table of cases reads best one case a line

import pytest

from xinheng.engine.assessment import Assessor
from xinheng.engine.rules.language import RuleError
from xinheng.engine.rules.wording import in_figures, in_words, required

LABELS = {
    "ca": ("流动资产合计", "Current assets"),
    "inv": ("存货", "Inventories"),
    "cl": ("流动负债合计", "Current liabilities"),
    "eq": ("所有者权益", "Equity"),
    "share": ("净资产比例", "Share of net worth"),
    "step": ("取整步长", "Step"),
    "grade": ("等级", "Grade"),
}


def words(text, to="zh"):
    return in_words(text, lambda name: LABELS[name][to == "en"], to, term={"A": "好"}.get)


def figures(text, to="zh", **known):
    def prior(name):
        return f"{name}_prior" if name in ("eq", "ca") else None

    return in_figures(text, known.get, prior, to, plain=lambda name: float(known[name]) if name in known else None)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("(ca - inv) / (cl)", "(流动资产合计 − 存货) ÷ 流动负债合计", "(Current assets − Inventories) ÷ Current liabilities"),
        ("ca - (inv - cl)", "流动资产合计 − (存货 − 流动负债合计)", "Current assets − (Inventories − Current liabilities)"),
        ("ca - inv - cl", "流动资产合计 − 存货 − 流动负债合计", "Current assets − Inventories − Current liabilities"),
        ("(ca) / (average(eq))", "流动资产合计 ÷ 平均所有者权益", "Current assets ÷ average of Equity"),
        ("ca / average(eq + inv)", "流动资产合计 ÷ 平均(所有者权益 + 存货)", "Current assets ÷ average of (Equity + Inventories)"),
        (
            "coalesce(ca, 0) + inv",
            "流动资产合计 + 存货（未知项按 0 计）",
            "Current assets + Inventories (unknown items count as 0)",
        ),
        ("coalesce(ca, inv) * 2", "(流动资产合计，未知则用 存货) × 2", "(Current assets, or where unknown Inventories) × 2"),
        ("least_known(ca, inv)", "取最小(流动资产合计；存货)", "smallest of (Current assets; Inventories)"),
        ("round_down(ca, step)", "流动资产合计 按 取整步长 向下取整", "Current assets rounded down (Step)"),
        (
            "case when coalesce(ca, 0) = 0 then inv end",
            "若流动资产合计 = 0：存货；否则未知（未知项按 0 计）",
            "if Current assets = 0: Inventories; otherwise unknown (unknown items count as 0)",
        ),
        ("ca is not null and not inv > 1", "流动资产合计已知 且 非 存货 > 1", "Current assets is known and not Inventories > 1"),
        ("grade in ('A') or ca between 1 and 2", "等级属于好 或 流动资产合计在 1 至 2 之间", "Grade is one of 好 or Current assets between 1 and 2"),
        ("-ca * abs(inv)", "−流动资产合计 × 绝对值(存货)", "−Current assets × absolute value of (Inventories)"),
    ],
)  # fmt: skip
def test_a_formula_is_told_in_words(text, zh, en):
    assert (words(text), words(text, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("text", "known", "told"),
    [
        ("share * eq", {"share": "10%", "eq": "5,000.00"}, "10% × 5,000.00"),
        ("share * eq", {"share": "10%", "eq": "-5.00"}, "10% × (-5.00)"),
        ("share * eq", {"share": "10%"}, "10% × —"),
        ("ca / average(eq)", {"ca": "3", "eq": "4", "eq_prior": "2"}, "3 ÷ ((4 + 2) ÷ 2)"),
        ("ca / average(eq)", {"ca": "3", "eq": "4"}, "3 ÷ 4"),
        ("average(coalesce(eq, 0) + ca)", {"eq": "4", "ca": "3", "ca_prior": "1"}, "((4 + 3 + 0 + 1) ÷ 2)"),
        ("ca - prior(ca)", {"ca": "3", "ca_prior": "1"}, "3 − 1"),
        ("coalesce(ca * 2, inv)", {"inv": "7"}, "7"),
        ("coalesce(ca * 2, inv)", {"ca": "3", "inv": "7"}, "(3 × 2)"),
        ("least_known(ca, inv, cl)", {"ca": "3", "cl": "7"}, "取最小(3；7)"),
        ("greatest(round_down(least_known(ca, inv), step), 0)", {"ca": "325", "inv": "410", "step": "100"},
         "取最大(取最小(325；410) 按 100 向下取整；0)"),
        ("case when ca > 1 then inv else cl end", {"ca": "1", "inv": "1", "cl": "2"}, "2"),
        ("case when coalesce(eq, 0) = 0 then inv else cl end", {"inv": "1", "cl": "2"}, "1"),
        ("case when ca > 1 then inv end", {"ca": "1", "inv": "1"}, "—"),
        ("case when ca > 1 then inv else cl end", {"inv": "1", "cl": "2"}, "若— > 1：1；否则2"),
        ("case when ca > 1 then inv else cl end", {"ca": "3", "inv": "1", "cl": "2"}, "1"),
    ],
)  # fmt: skip
def test_the_figures_are_put_in(text, known, told):
    assert figures(text, **known) == told


def test_what_a_formula_cannot_do_without():
    assert required("ca + coalesce(inv, 0) - average(cl) + least_known(eq, share)") == ["ca", "cl"]


def test_only_the_language_is_told():
    for text in ("ca; drop table facts", "read_csv('x')", ""):
        with pytest.raises(RuleError):
            words(text)


@pytest.mark.parametrize("to", ["zh", "en"])
def test_every_shipped_formula_can_be_told_without_a_code(to):
    runner = Assessor()
    known = set(runner.catalogue) | set(runner.program.nodes) | set(runner.rules.parameters)
    for quantity in runner.rules.quantities.values():
        for text in [quantity.formula, *(case.when for case in quantity.cases)]:
            told = in_words(text, lambda name: f"«{name}»", to)
            assert "coalesce" not in told
            assert "_known" not in told
            assert {part.partition("»")[0] for part in told.split("«")[1:]} <= known
