"""Every worked example of the shipped rules, asked of those rules; and the edge rules of the ratios."""

import datetime as dt
from decimal import Decimal

import duckdb
import pytest

from xinheng.engine.assessment import ANNUALISED, AVG_FALLBACK, Assessor, WrongFact
from xinheng.engine.rules.compiler import Program
from xinheng.engine.rules.examples import sample_company, work
from xinheng.engine.rules.forms import Model
from xinheng.engine.rules.ruleset import DEFAULT_DOCUMENTS, GATE_DOCUMENTS, RuleSet, shipped
from xinheng.engine.statements import AuditOpinion, Statement, check, statement_facts

WAN = Decimal(10_000)
RATINGS = (7, 6, 8, 6, 7, 5, 6, 7, 5, 5, 4, 6, 8, 7, 6, 6, 7, 5)


def sample_statements():
    lines = sample_company()
    closing = {name: amount for name, amount in lines.items() if not name.endswith("_prior")}
    opening = {name.removesuffix("_prior"): amount for name, amount in lines.items() if name.endswith("_prior")}
    return (
        Statement(dt.date(2025, 12, 31), closing, audit_opinion=AuditOpinion.UNQUALIFIED, entry_unit=WAN),
        Statement(dt.date(2024, 12, 31), opening, audit_opinion=AuditOpinion.UNQUALIFIED, entry_unit=WAN),
    )


def sample_facts():
    runner = Assessor()
    facts = dict(statement_facts(sample_statements(), dt.date(2026, 6, 30)))
    facts |= {"market_value": 8000 * WAN, "ohlson_size": 7.0, "bad_asset_share": 0.01, "industry_section": "C"}
    facts |= {"expected_purchases_net": 3650 * WAN, "terms_days": 60, "dbt_weighted": 10.0}
    names = [name for name in runner.catalogue if name.startswith("rating_")]
    return facts | dict(zip(names, RATINGS, strict=True))


@pytest.fixture(scope="module")
def runner():
    return Assessor()


@pytest.fixture(scope="module")
def gate(runner):
    return Program(shipped(GATE_DOCUMENTS), runner.catalogue)


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


EXAMPLES = [
    (documents, example)
    for documents in (DEFAULT_DOCUMENTS, GATE_DOCUMENTS)
    for examples in shipped(documents).examples.values()
    for example in examples
]


@pytest.mark.parametrize(("documents", "example"), EXAMPLES, ids=[example.id for _documents, example in EXAMPLES])
def test_worked_example(runner, gate, database, documents, example):
    answers = work(example, runner.program if documents == DEFAULT_DOCUMENTS else gate, database)
    assert [answer for answer in answers if not answer.agrees] == []
    assert len(answers) == len(example.expect) > 0


def test_every_document_and_every_model_has_an_example(runner):
    assert [name for name in DEFAULT_DOCUMENTS if not runner.rules.examples_of(name)] == []
    told = {name for examples in runner.rules.examples.values() for example in examples for name in example.expect}
    models = [form.id for form in runner.rules.forms.values() if isinstance(form, Model)]
    assert [name for name in models if name not in told] == []
    coded = [form.id for form in runner.rules.quantities.values() if form.code]
    assert (len(coded), [name for name in coded if name not in told]) == (48, [])


def test_the_examples_come_out_of_one_assessment_too(runner):
    """The page works examples on a part of the rules; the whole set gives the same for the sample company."""
    answer = runner.one(sample_facts())
    expected = {"l1": 1.5, "altman_z": 3.0896, "characteristics": 63.6, "limit_need": Decimal("7910000.00")}
    assert {name: answer.results[name] for name in expected} == pytest.approx(expected)
    assert answer.results["limit_working_assets_adjusted"] == Decimal("7952000.00")


def test_sample_statements_hold_every_identity():
    newest, prior = sample_statements()
    assert check(newest, prior) == []


def test_a_broken_balance_is_named_not_repaired():
    newest, _prior = sample_statements()
    lines = dict(newest.lines) | {"cash": newest.lines["cash"] + 50_000}
    broken = Statement(newest.period_end, lines, entry_unit=WAN)
    finding = check(broken)[0]
    assert (finding.identity, finding.line, finding.difference) == ("V1", "ca", Decimal(-50_000))
    assert statement_facts([broken])["unbalanced_findings"] == 1
    assert broken.lines["ca"] == newest.lines["ca"]


PUBLISHED_EFFICACY = """
[[quantity]]
id = "roe"
zh = "净资产收益率"
en = "Return on equity"
value = "bad_asset_share"
[[efficacy]]
id = "published"
zh = "公开算例"
en = "Published case"
[[efficacy.blocks]]
id = "profit"
zh = "盈利"
en = "Profit"
basic = [{ feature = "roe", zh = "收益率", en = "Return", weight = 20, standards = [14, 9.5, 1.7, -2, -8] }]
"""


@pytest.mark.parametrize(
    ("actual", "score"),
    [(8.0, 12 + 6.3 / 7.8 * 4), (9.5, 16.0), (14.0, 20.0), (1.7, 12.0), (-8.0, 4.0), (-8.01, 0.0)],
)
def test_published_case_of_the_efficacy_score(runner, actual, score):
    """8% against good 9.5 and average 1.7 with weight 20: base 12, efficacy 0.8077, adjustment 3.23, score 15.23."""
    runner = Assessor(RuleSet({"published.toml": PUBLISHED_EFFICACY}), runner.catalogue)
    result = runner.one({"bad_asset_share": actual}).results["published__roe"]
    assert result == pytest.approx(score, abs=1e-9)
    assert actual != 8.0 or round(result, 2) == 15.23


def test_nothing_known_rates_nobody(runner):
    empty = runner.one({})
    assert (empty.grade, empty.score, empty.limit) == (None, None, None)
    known = {name for name, value in empty.results.items() if value is not None and "__" not in name}
    # Without any fact only the cap for customers without statements has a value, and what is known of the indicators.
    assert known == {"efficacy_known", "limit_small_ticket", "limit_binding"}
    assert empty.results["efficacy_known"] == 0


def test_every_rule_binds_and_every_result_is_reachable(runner):
    runner.program.check()
    assert len([f for f in runner.rules.quantities.values() if f.code]) == 48


def test_contributions_sum_to_the_score(runner):
    facts = sample_facts() | {"payment_index": 72.0, "overdue_share": 0.12, "overdue_max_days": 18}
    rated = runner.one(facts)
    assert sum(line.earned for line in runner.contributions(rated) if line.earned) == pytest.approx(rated.score)
    assert rated.grade == "BBB"
    effect = {row.id: (row.grade_if_worst, row.grade_if_best) for row in runner.missing(rated)}
    assert set(effect) >= {"public_record", "cooperation_years", "years_in_business"}


#: facts in 元, ratio, its status, what a scorecard makes of it, and the Chinese note of the case.
EDGE = [
    ({"cl": 0, "ca": 100}, "l1", "zero_denominator", "best", "无流动负债"),
    ({"cl": 0, "ca": 100, "inv": 1}, "l2", "zero_denominator", "best", "无流动负债"),
    ({"cl": 0, "ca": 100, "cash": 1}, "l3", "zero_denominator", "best", "无流动负债"),
    ({"cl": 0, "ca": 100, "cash": 1}, "l4", "zero_denominator", "best", "无流动负债"),
    ({"cl": 0, "ca": 100, "cfo": 1}, "l5", "zero_denominator", "best", "无流动负债"),
    ({"cl": 0, "ca": 0}, "l1", "zero_denominator", "", ""),
    ({"tl": 100, "eq": -1}, "d2", "negative_denominator", "worst", "所有者权益不为正"),
    ({"tl": 100, "eq": 0}, "d2", "negative_denominator", "worst", "所有者权益不为正"),
    ({"ta": 100, "eq": -1}, "d3", "negative_denominator", "worst", "所有者权益不为正"),
    ({"tl": 100, "eq": -1, "stl": 50}, "d6", "negative_denominator", "worst", "所有者权益不为正"),
    ({"np": -5, "eq": -10, "eq_prior": -8}, "p1", "negative_denominator", "worst", "所有者权益不为正"),
    ({"np": -5, "eq": 10, "eq_prior": -30}, "p1", "negative_denominator", "worst", "平均权益不为正"),
    ({"eq": -1, "eq_prior": -2}, "g4", "negative_denominator", "worst", "所有者权益不为正"),
    ({"tl": 10, "eq": 5, "ta": 15, "int": 5}, "d4", "negative_denominator", "worst", "有形净值不为正"),
    ({"tp": 10, "ie": 0}, "d8", "zero_denominator", "best", "无利息支出"),
    ({"tp": 0, "ie": 0}, "d8", "zero_denominator", "worst", "无利息支出且息税前利润不为正"),
    ({"tp": 10, "ie": 0, "dep": 1, "amo": 1}, "d9", "zero_denominator", "best", "无利息支出"),
    ({"tp": 10, "fin": -3}, "d8", "zero_denominator", "best", "无利息支出"),
    ({"tl": 10, "stl": 5, "tp": -9, "ie": 1, "dep": 1, "amo": 1}, "d10", "negative_denominator", "worst",
     "EBITDA 不为正"),
    ({"tl": 10, "ca": 9, "cash": 1, "tp": -2, "ie": 1, "dep": 1, "amo": 0}, "d11", "negative_denominator", "worst",
     "EBITDA 不为正"),
    ({"ncl": 5, "ca": 1, "cl": 2}, "d13", "not_meaningful", "worst", "营运资金不为正"),
    ({"ncl": 5, "ca": 2, "cl": 2}, "d13", "not_meaningful", "worst", "营运资金不为正"),
    *(({"rev": 0, **facts}, ratio, "zero_denominator", "", "") for ratio, facts in {
        "p4": {"cogs": 1}, "p5": {"opp": 1}, "p6": {"np": 1}, "p9": {"tp": 1, "ie": 1, "dep": 1, "amo": 1},
        "p10": {"opp": 1}, "c2": {"c01": 1}, "e2": {"ar": 1}, "rd_intensity": {"rd": 1}}.items()),
    ({"np": 5, "np_prior": -5}, "g2", "not_meaningful", "", "扭亏"),
    ({"np": -3, "np_prior": -5}, "g2", "not_meaningful", "", "减亏"),
    ({"np": -5, "np_prior": -5}, "g2", "not_meaningful", "", "减亏"),
    ({"np": -8, "np_prior": -5}, "g2", "not_meaningful", "", "增亏"),
    ({"np": 5, "np_prior": 0}, "g2", "not_meaningful", "", "扭亏"),
    ({"cfo": 5, "np": -5}, "c1", "not_meaningful", "", "净利润不为正"),
    ({"cfo": -5, "np": -5}, "c1", "not_meaningful", "worst", "净利润与经营现金流均不为正"),
    ({"tl": 0, "ta": 5, "stl": 0}, "d5", "zero_denominator", "best", "无负债"),
    ({"tl": 0, "cfo": 5}, "d12", "zero_denominator", "best", "无负债"),
    ({"cl": 5, "cfo": 5}, "c5", "zero_denominator", "best", "无短期债务"),
    ({"ca": 5}, "l1", "missing_input", "", ""),
    ({"rev": 5}, "p10", "missing_input", "", "缺营业利润与费用明细"),
    ({"eq": 5, "tl": 5}, "d4", "missing_input", "", ""),
    ({"cash": 5, "cl": 5}, "l3", "missing_input", "", "缺流动资产合计与明细"),
    ({"cogs": 5, "ap": 5}, "e4", "missing_input", "", ""),
    ({"dep": 5, "tp": 5, "ie": 1, "rev": 9}, "p9", "missing_input", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "ratio", "status", "score", "note"), EDGE, ids=[f"{row[1]}-{'-'.join(row[0])}" for row in EDGE]
)
def test_edge_rules_give_a_status_and_no_value(runner, facts, ratio, status, score, note):
    given = runner.one({name: Decimal(amount) for name, amount in facts.items()})
    figure = next(figure for figure in runner.figures(given) if figure.id == ratio)
    _status, case = runner.rules.quantities[ratio].status(given.results[f"{ratio}__s"])
    assert (figure.status, figure.value) == (status, None)
    assert ((case.score, case.zh) if case else ("", "")) == (score, note)


def test_net_cash_scores_best_and_keeps_its_value(runner):
    facts = {"tl": 10, "ca": 50, "stl": 5, "cash": 25, "tp": 9, "ie": 1, "dep": 0, "amo": 0}
    given = runner.one({name: Decimal(amount) for name, amount in facts.items()})
    _status, case = runner.rules.quantities["d11"].status(given.results["d11__s"])
    assert (given.results["d11"], case.score) == (-2.0, "best")


@pytest.mark.parametrize(
    ("facts", "characteristic", "points"),
    [
        ({"cl": 0, "ca": 100}, "current_ratio", 100.0),
        ({"cl": 0, "ca": 100, "inv": 1}, "quick_ratio", 100.0),
        ({"tp": 10, "ie": 0}, "interest_cover", 100.0),
        ({"tp": -10, "ie": 0}, "interest_cover", 0.0),
        ({"eq": -1, "np": -1}, "return_on_equity", 0.0),
        ({"cfo": -1, "np": -1}, "cash_backing", 0.0),
        ({"cfo": 1, "np": -1}, "cash_backing", None),
        ({"rev": 0, "opp": 1}, "operating_margin", None),
    ],
)
def test_a_scorecard_tells_best_and_worst_where_a_ratio_has_no_value(runner, facts, characteristic, points):
    given = runner.one({name: Decimal(amount) for name, amount in facts.items()})
    assert given.results[f"score__{characteristic}"] == points


def test_missing_interest_is_taken_from_finance_expense(runner):
    given = runner.one({"tp": Decimal(10), "fin": Decimal(5)})
    figure = next(figure for figure in runner.figures(given) if figure.id == "interest")
    assert (given.results["d8"], figure.value, figure.status) == (3.0, Decimal("5.00"), "capped")
    assert figure.note_zh == "缺利息支出，以财务费用代替"


def figure_of(runner, facts, name):
    return next(figure for figure in runner.figures(runner.one(facts)) if figure.id == name)


def test_an_average_without_opening_balance_is_flagged(runner):
    facts = {"np": Decimal(5), "eq": Decimal(100), "rev": Decimal(365), "ar": Decimal(20), "cogs": Decimal(365)}
    facts |= {"inv": Decimal(10), "cl": Decimal(50), "ap": Decimal(30)}
    assert (figure_of(runner, facts, "p1").value, figure_of(runner, facts, "p1").flags) == (0.05, (AVG_FALLBACK,))
    # What rests on such an average says so too: the cash cycle, of receivable, inventory and payable days.
    assert (figure_of(runner, facts, "e5").value, figure_of(runner, facts, "e5").flags) == (0.0, (AVG_FALLBACK,))
    complete = facts | {"eq_prior": Decimal(50)}
    assert (figure_of(runner, complete, "p1").value, figure_of(runner, complete, "p1").flags) == (5 / 75, ())
    assert figure_of(runner, {"np": Decimal(5)}, "p1").flags == ()


def test_annualised_flows_are_flagged_and_balances_are_not(runner):
    facts = {"np": Decimal(5), "ta": Decimal(10), "tl": Decimal(5), "rev": Decimal(50), "annualised": True}
    assert figure_of(runner, facts, "p6").flags == (ANNUALISED,)
    assert figure_of(runner, facts, "d1").flags == ()


@pytest.mark.parametrize(("days", "expected"), [(365, 57.4875), (360, 56.7)])
def test_the_days_of_the_year_are_a_parameter_that_is_recorded(runner, days, expected):
    documents = dict(runner.rules.documents)
    documents["ratios.toml"] = documents["ratios.toml"].replace("value = 365", f"value = {days}")
    other = Assessor(RuleSet(documents), runner.catalogue)
    figure = figure_of(other, sample_facts(), "e2")
    assert (figure.value, figure.inputs["days_in_year"]) == (pytest.approx(expected), days)
    assert (other.rules.hash == runner.rules.hash) is (days == 365)


OUTLIERS = """
[[quantity]]
id = "ratio"
zh = "比率"
en = "Ratio"
value = "bad_asset_share"
winsor = [0, 10]
[[scorecard]]
id = "card"
zh = "卡"
en = "Card"
blocks = [{ id = "b", zh = "块", en = "Block", weight = 1 }]
[[scorecard.characteristics]]
id = "c"
zh = "特征"
en = "Characteristic"
block = "b"
weight = 1
feature = "ratio"
anchors = [[-10, 0], [20, 100]]
"""


@pytest.mark.parametrize(("actual", "points"), [(-500.0, 100 / 3), (5.0, 50.0), (15.0, 200 / 3), (1e17, 200 / 3)])
def test_outliers_are_cut_off_before_scoring(runner, actual, points):
    other = Assessor(RuleSet({"outliers.toml": OUTLIERS}), runner.catalogue).one({"bad_asset_share": actual})
    assert other.results["card"] == pytest.approx(points)
    assert other.results["ratio"] == actual


def test_shipped_bounds_of_outliers(runner):
    bounds = {name: form.winsor for name, form in runner.rules.quantities.items() if form.winsor}
    days = dict.fromkeys(("e2", "e3_days", "e4"), (0, 1000))
    assert bounds == {"l1": (0, 10), "d8": (-20, 50), **days}


@pytest.mark.parametrize("opinion", ["adverse", "disclaimer"])
def test_an_adverse_opinion_is_computed_and_not_scored(runner, opinion):
    answer = runner.one(sample_facts() | {"audit_opinion": opinion, "payment_index": 90.0, "dishonest_debtor": False})
    assert answer.results["d1"] == 0.5
    financial = [line for line in runner.contributions(answer) if line.block == "financial"]
    assert {line.points for line in financial} == {None}
    assert (answer.results["efficacy"], answer.results["efficacy_basic"]) == (None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [("cash", 1.5), ("cash", Decimal(10) ** 16), ("cash", Decimal("NaN")), ("payment_index", float("nan")),
     ("payment_index", float("inf")), ("payment_index", 1e18), ("overdue_max_days", 2**63), ("overdue_max_days", True),
     ("size_class", 1), ("dishonest_debtor", 1)],
)  # fmt: skip
def test_a_fact_that_no_column_holds_is_refused_by_name(runner, name, value):
    with pytest.raises(WrongFact) as refused:
        runner.one({name: value})
    assert refused.value.data["name"] == name
    assert name in refused.value.message("zh")


def test_not_a_number_in_a_batch_is_unknown_and_not_the_best(runner):
    relation = "(SELECT 1 AS subject, CAST('nan' AS DOUBLE) AS payment_index)"
    with runner.connect() as connection:
        row = connection.execute(runner.many_sql(relation, ["payment_index"], ["score__payment_index"])).fetchone()
    assert row == (1, None)
