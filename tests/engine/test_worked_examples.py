"""Every worked example of the reference, asked of the shipped rules."""

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from xinheng.engine.assessment import Assessor
from xinheng.engine.rules.catalogue import FactType
from xinheng.engine.statements import AuditOpinion, Statement, check, statement_facts

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "sample_company.toml").read_text("utf-8"))
WAN = Decimal(10_000)
RATINGS = (7, 6, 8, 6, 7, 5, 6, 7, 5, 5, 4, 6, 8, 7, 6, 6, 7, 5)


def sample_statements():
    closing = {code: Decimal(str(amount)) * WAN for code, amount in CASES["closing"].items()}
    opening = {code: Decimal(str(amount)) * WAN for code, amount in CASES["opening"].items()}
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
def answer(runner):
    return runner.one(sample_facts())


#: The reference adds parts that it has rounded to five digits before.
SUMS_OF_ROUNDED_PARTS = ("efficacy_basic", "efficacy__asset_quality")

EXPECTED = [
    (section, name, value)
    for section in ("ratios", "models", "efficacy", "limits", "points")
    for name, value in CASES[section].items()
]


@pytest.mark.parametrize(("section", "name", "value"), EXPECTED, ids=[row[1] for row in EXPECTED])
def test_worked_example(answer, section, name, value):
    # The reference prints some figures with four digits; everything else is held to 1e-6.
    digits = max(len(str(value).partition(".")[2]), 1)
    tolerance = max(1e-6, 0.51 * 10**-digits) if section in ("efficacy", "ratios") and value % 1 else 1e-6
    if name in SUMS_OF_ROUNDED_PARTS:
        tolerance = 2e-5
    assert float(answer.results[name]) == pytest.approx(value, abs=tolerance)


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


def test_expected_loss_budget_at_bb_and_bbb(runner):
    """5 万 over (PD × LGD): 555.5556 at 2%, 1587.3016 at 0.7%."""
    limits = {}
    for points in (55.0, 65.0):
        relation = f"(SELECT 1 AS subject, CAST({points} AS DOUBLE) AS score, 2 AS statements_years)"
        sql = runner.program.sql(
            ["grade", "limit_expected_loss"], relation=relation, available=["statements_years"], given=["score"]
        )
        with runner.connect() as connection:
            _subject, grade, limit = connection.execute(sql).fetchone()
        limits[grade] = limit
    assert limits == {"BB": Decimal("5555555.56"), "BBB": Decimal("15873015.87")}


def test_nothing_known_rates_nobody(runner):
    empty = runner.one({})
    assert (empty.grade, empty.score, empty.limit) == (None, None, None)


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


EDGE = [
    ({"cl": 0, "ca": 100}, "l1", "zero_denominator"),
    ({"tl": 100, "eq": -1}, "d2", "negative_denominator"),
    ({"np": -5, "eq": -10, "eq_prior": -8}, "p1", "negative_denominator"),
    ({"tp": 10, "ie": 0}, "d8", "zero_denominator"),
    ({"rev": 0, "np": 1}, "p6", "zero_denominator"),
    ({"np": 5, "np_prior": -5}, "g2", "not_meaningful"),
    ({"cfo": 5, "np": -5}, "c1", "not_meaningful"),
    ({"ncl": 5, "ca": 1, "cl": 2}, "d13", "not_meaningful"),
    ({"ca": 5}, "l1", "missing_input"),
]


@pytest.mark.parametrize(("facts", "ratio", "status"), EDGE)
def test_edge_rules_give_a_status_and_no_value(runner, facts, ratio, status):
    given = runner.one({name: Decimal(amount) for name, amount in facts.items()})
    figure = next(figure for figure in runner.figures(given) if figure.id == ratio)
    assert (figure.status, figure.value) == (status, None)


def test_only_money_facts_are_decimal(runner):
    assert runner.catalogue["cash"].type is FactType.MONEY
    with pytest.raises(Exception, match="not of type money"):
        runner.one({"cash": 1.5})
