"""Statements: lines as data, identities on the sample company and on broken ones, facts by period."""

import datetime as dt
import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.errors import BadInput
from xinheng.engine.statements import (
    IDENTITIES,
    LINES,
    AuditOpinion,
    Scope,
    Severity,
    State,
    Statement,
    check,
    completed,
    find_line,
    identities,
    is_flow,
    statement_facts,
    sums,
    sums_as_json,
    totals,
)

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "statements.toml").read_text("utf-8"))


def sample(period, **changes):
    case = CASES["sample"][period]
    lines = {code: Decimal(amount) for code, amount in case["lines"].items()}
    return Statement(
        case["period_end"],
        {code: amount for code, amount in (lines | changes).items() if amount is not None},
        audit_opinion=AuditOpinion(case["audit_opinion"]),
        entry_unit=Decimal(case["entry_unit"]),
    )


def test_the_sample_holds_every_identity():
    assert identities(sample("current"), sample("prior")) == dict.fromkeys(IDENTITIES, State.OK)
    assert check(sample("current"), sample("prior")) == []


@pytest.mark.parametrize("case", CASES["broken"], ids=[f"{c['line']}-{c['identity']}" for c in CASES["broken"]])
def test_a_changed_line_is_named_where_it_shows(case):
    broken = sample("current", **{case["line"]: Decimal(case["amount"])})
    found = {(f.identity, f.line): f for f in check(broken, sample("prior"))}
    finding = found[case["identity"], case["at"]]
    assert finding.severity == case["severity"]
    assert finding.difference == (Decimal(case["difference"]) if "difference" in case else None)
    assert identities(broken, sample("prior"))[case["identity"]] is State.UNBALANCED
    assert finding.zh
    assert finding.en


@pytest.mark.parametrize(("unit", "gap", "holds"), [(1, "1", True), (1, "1.01", False), (10_000, "100", True),
                                                    (10_000, "100.01", False)])  # fmt: skip
def test_tolerance_is_one_yuan_or_a_hundredth_of_the_unit(unit, gap, holds):
    lines = {"ca": Decimal(500), "nca": Decimal(500), "ta": Decimal(1000) + Decimal(gap)}
    statement = Statement(dt.date(2025, 12, 31), lines, entry_unit=Decimal(unit))
    assert (identities(statement)["V1"], bool(check(statement))) == (
        (State.MISSING_INPUT, False) if holds else (State.UNBALANCED, True)
    )


def test_blank_lines_that_could_hold_the_gap_leave_the_sum_undecided():
    finding = check(sample("current", inv=None))[0]
    assert (finding.identity, finding.line, finding.state, finding.severity, finding.difference) == (
        "V1", "ca", State.MISSING_INPUT, Severity.WARNING, Decimal(18_000_000),
    )  # fmt: skip
    assert "inv" not in finding.lines


def test_blank_lines_cannot_explain_a_total_that_is_too_small():
    finding = check(sample("current", ca=Decimal(58_000_000), oca=None))[0]
    assert (finding.line, finding.state, finding.difference) == ("ca", State.UNBALANCED, Decimal(-1_000_000))


def test_a_summary_with_a_few_lines_is_not_called_broken():
    lines = {"cash": 100, "ar": 200, "ca": 1000, "nca": 500, "ta": 1500, "tl": 900, "eq": 600, "tle": 1500}
    statement = Statement(dt.date(2025, 12, 31), {code: Decimal(amount) for code, amount in lines.items()})
    assert check(statement) == []
    states = identities(statement)
    assert (states["V1"], states["V3"], states["V6"]) == (State.MISSING_INPUT, State.OK, State.MISSING_INPUT)


def test_the_old_merged_line_is_not_added_to_its_details():
    lines = {"nrar": Decimal(300), "nr": Decimal(100), "ar": Decimal(200), "cash": Decimal(50)}
    assert totals(lines)["ca"] == 350
    assert totals({"nr": Decimal(100), "ar": Decimal(200)})["ca"] == 300
    old = sample("current", nrar=Decimal(23_000_000))
    assert [f for f in check(old, sample("prior")) if f.identity == "V1"] == []


def test_equity_and_profit_by_owners():
    whole = {"eqp": Decimal(48_000_000), "npp": Decimal(7_000_000), "mip": Decimal(200_000)}
    right = sample("current", mi=Decimal(2_000_000), re=Decimal(14_880_000), **whole)
    assert [f for f in check(right) if f.severity is Severity.ERROR] == []
    wrong = sample("current", mi=Decimal(2_000_000), re=Decimal(14_880_000), **whole | {"eqp": Decimal(1)})
    assert [(f.identity, f.line) for f in check(wrong)] == [("V2", "eq")]


def test_closing_cash_above_cash_and_trading_assets():
    statement = sample("current", cash=Decimal(9_000_000), tfa=Decimal(2_000_000))
    assert identities(statement)["V9"] is State.UNBALANCED


def test_opening_balances_that_were_restated_are_named():
    prior = sample("prior")
    opening = dict(prior.lines) | {"inv": prior.lines["inv"] - 500_000}
    found = check(sample("current"), prior, opening)
    assert [(f.identity, f.line, f.difference) for f in found] == [("V7", "inv", Decimal(-500_000))]


def test_a_prior_statement_that_does_not_end_at_the_beginning_is_not_compared():
    june = Statement(dt.date(2025, 6, 30), dict(sample("prior").lines) | {"ce1": Decimal(5)}, months=6)
    assert identities(sample("current"), june)["V7"] is State.MISSING_INPUT
    assert check(sample("current"), june) == check(sample("current"))


def test_every_total_of_the_sample_is_the_sum_of_its_lines():
    statement = sample("current")
    computed = totals({code: amount for code, amount in statement.lines.items() if code not in sums()})
    assert computed == {code: statement.lines[code] for code in computed}
    assert {"ta", "tle", "np", "tci", "ce1"} <= set(computed)


AMOUNTS = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
DETAILS = [line.code for line in LINES.values() if line.kind == "line" and not line.replaces]


@given(st.dictionaries(st.sampled_from(DETAILS), AMOUNTS, min_size=1))
def test_what_adds_up_is_never_called_unbalanced(lines):
    """The page's sums and the check are one definition."""
    computed = totals(lines)
    found = check(Statement(dt.date(2025, 12, 31), lines | computed))
    sums_broken = [f for f in found if f.identity in ("V1", "V2", "V4", "V5", "V6")]
    assert sums_broken == []


def test_blank_subtotals_are_told_from_their_lines_and_given_ones_stay():
    statement = sample("current")
    without = {code: amount for code, amount in statement.lines.items() if code not in sums()}
    assert completed(without) == statement.lines
    given = completed(without | {"ca": Decimal(59_000_000)})
    assert (given["ca"], given["ta"]) == (59_000_000, 99_000_000)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"rev": 100}, {}),  # revenue alone is no operating profit
        ({"rev": 100, "cogs": 60}, {"opp": 40, "tp": 40}),  # no net profit while the tax is blank
        ({"rev": 100, "cogs": 60, "it": 0}, {"opp": 40, "tp": 40, "np": 40, "tci": 40}),
        ({"cash": 5}, {"ca": 5}),  # no total while the other half is blank
        ({"cash": 5, "nca": 0}, {"ca": 5, "ta": 5}),
        ({"cfo": 7, "ce0": 1}, {}),
        ({"cfo": 7, "cfi": 0, "cff": -2, "ce0": 1}, {"dce": 5, "ce1": 6}),
        ({"nrar": 30, "nr": 10, "ar": 20}, {"ca": 30}),
    ],
)
def test_a_subtotal_is_not_told_from_half_of_what_it_needs(given, told):
    lines = {code: Decimal(amount) for code, amount in given.items()}
    assert completed(lines) == lines | told


def test_sums_for_the_page_are_complete_and_bottom_up():
    page = json.loads(json.dumps(sums_as_json()))
    seen = set()
    for code in page["order"]:
        assert all(part in seen or part not in page["sums"] for part, _ in page["sums"][code])
        seen.add(code)
    assert seen == {line.code for line in LINES.values() if line.kind == "subtotal"}
    assert page["replaces"] == {"nrar": ["nr", "ar"], "npayap": ["npay", "ap"]}


def test_the_format_has_the_lines_of_the_forms():
    by_statement = {name: [line for line in LINES.values() if line.statement == name] for name in ("bs", "is", "cf")}
    assert {name: len(lines) for name, lines in by_statement.items()} == {"bs": 72, "is": 30, "cf": 35}
    assert all(line.zh and line.en and line.code == line.code.lower() for line in LINES.values())


HEADINGS = [
    ("一、营业收入", "rev"), ("营业总收入", "rev"), ("减：营业成本", "cogs"),
    ("应收帐款", "ar"), ("实收资本(或股本)", "cap"),
    ("  资产减值损失（损失以“－”号填列）", "ail"), ("四、净利润（净亏损以“-”号填列）", "np"), ("其中：利息费用", "ie"),
    ("（一）持续经营净利润（净亏损以“-”号填列）", "npc"), ("五、其他综合收益的税后净额", "ocin"),
    ("其他综合收益", "oci"),
    ("负债和所有者权益（或股东权益）总计", "tle"), ("加：期初现金及现金等价物余额", "ce0"), ("减:库存股", "ts"),
    ("投资收益（损失以“－”号填列）", "invi"), ("TA", "ta"), ("Total assets", "ta"), ("拆入资金", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "code"), HEADINGS)
def test_headings_of_real_files(heading, code):
    assert find_line(heading) == code


@pytest.mark.parametrize(("code", "flow"), [("rev", True), ("cfo", True), ("dep", True), ("ce0", False), ("ta", False),
                                            ("ar_allow", False), ("div_paid", True)])  # fmt: skip
def test_flows_and_balances(code, flow):
    assert is_flow(code) is flow


def test_interim_flows_are_annualised_and_balances_are_not():
    half = Statement(dt.date(2026, 6, 30), {"rev": Decimal(100), "ta": Decimal(500), "ce1": Decimal(7)}, months=6)
    facts = statement_facts([half, sample("current"), sample("prior")], dt.date(2026, 7, 31))
    assert (facts["rev"], facts["ta"], facts["ce1"]) == (Decimal("200.00"), Decimal(500), Decimal(7))
    assert (facts["rev_prior"], facts["rev_prior2"]) == (Decimal(120_000_000), Decimal(100_000_000))
    assert (facts["annualised"], facts["statement_months"], facts["statement_age_days"]) == (True, 6, 31)


def test_periods_follow_by_date_not_by_place():
    """2025, a half-year inside it, and 2023: the half-year is passed over and the missing 2024 stays unknown."""
    half = Statement(dt.date(2025, 6, 30), {"ta": Decimal(1)}, months=6)
    old = Statement(dt.date(2023, 12, 31), {"ta": Decimal(2)})
    facts = statement_facts([sample("current"), half, old])
    assert "ta_prior" not in facts
    assert facts["statements_years"] == 1
    whole = statement_facts([sample("current"), half, sample("prior"), old])
    assert (whole["ta_prior"], whole["ta_prior2"], whole["statements_years"]) == (Decimal(88_000_000), 2, 3)


def test_facts_of_the_sample():
    facts = statement_facts([sample("current"), sample("prior")], dt.date(2026, 6, 30))
    expected = {
        "ca": Decimal(60_000_000), "ca_prior": Decimal(50_000_000), "capex": Decimal(5_600_000), "statement_months": 12,
        "annualised": False, "audit_opinion": "unqualified", "statement_scope": "consolidated",
        "statement_period_end": dt.date(2025, 12, 31), "statements_years": 2, "unbalanced_findings": 0,
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected


def test_capital_expenditure_is_the_cash_flow_line_where_not_given():
    assert statement_facts([sample("current", capex=None, c17=Decimal(3))])["capex"] == 3
    assert "capex" not in statement_facts([sample("current", capex=None, c17=None)])


def test_no_statement_is_no_figure():
    assert statement_facts([]) == {"statements_years": 0}


def test_wrong_statements_are_refused():
    with pytest.raises(BadInput, match="no line"):
        Statement(dt.date(2025, 12, 31), {"nonsense": Decimal(1)})
    with pytest.raises(BadInput, match="1 to 12 months"):
        Statement(dt.date(2025, 12, 31), {}, months=13)
    with pytest.raises(BadInput, match="new to old"):
        statement_facts([sample("prior"), sample("current")])


def test_parent_and_consolidated_are_not_compared():
    parent = Statement(dt.date(2024, 12, 31), sample("prior").lines, scope=Scope.PARENT)
    assert identities(sample("current"), parent)["V8"] is State.MISSING_INPUT
