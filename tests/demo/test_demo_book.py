"""The demo book: equal from equal seeds, fictional, and its stories are told apart by the rules that assess it."""

import datetime as dt
import statistics
from collections import defaultdict
from dataclasses import replace

import pytest

from xinheng.bench.rules_book import company_facts
from xinheng.demo import Book, Company
from xinheng.engine import identity
from xinheng.engine.assessment import Assessor
from xinheng.engine.receivables import behaviour_facts
from xinheng.engine.statements import check

DAY = dt.date(2026, 10, 31)
BOOK = Book(140, as_of=DAY)


@pytest.fixture(scope="module")
def companies() -> list[Company]:
    return list(BOOK)


@pytest.fixture(scope="module")
def assessed(companies):
    """story → (company, assessment, warnings) of up to six companies each."""
    assessor = Assessor()
    found = defaultdict(list)
    for company in companies:
        if len(found[company.story]) < 6:
            invoices = [(d.number, d.issued_on, d.due_on, d.amount, d.disputed, False) for d in company.documents]
            paid = [(d.number, d.paid, d.paid_on) for d in company.documents if d.paid_on]
            facts = company_facts(company, DAY) | behaviour_facts(invoices, paid, DAY)
            answer = assessor.one({name: value for name, value in facts.items() if value is not None})
            found[company.story].append((company, answer, {warning.id for warning in assessor.warnings(answer)}))
    return found


def test_equal_seeds_and_days_give_equal_companies_whatever_the_size(companies):
    assert Book(300, as_of=DAY).company(77) == companies[76]
    assert replace(BOOK, seed=1).company(77) != companies[76]
    assert replace(BOOK, as_of=dt.date(2026, 11, 1)).company(77) != companies[76]


def test_all_stories_are_there(companies):
    assert {company.story for company in companies} == {
        "healthy", "growing_too_fast", "slowly_failing", "late_payer", "made_up", "without_statements",
        "group_parent", "group_member", "weak_subsidiary",
    }  # fmt: skip


def test_every_company_is_marked_and_nobodys(companies):
    assert all(f"（示例{company.index:03d}）" in company.name for company in companies)
    assert all(identity.check("uscc", company.uscc).ok and company.uscc[2:8] == "999999" for company in companies)
    assert len({company.name for company in companies}) == len({company.uscc for company in companies}) == 140


def test_nothing_happens_after_the_day_and_the_newest_accounts_are_closed(companies):
    assert max(d.issued_on for company in companies for d in company.documents) <= DAY
    assert max(d.paid_on for company in companies for d in company.documents if d.paid_on) <= DAY
    assert {company.statements[0].period_end for company in companies if company.statements} == {dt.date(2025, 12, 31)}
    spring = replace(BOOK, as_of=dt.date(2026, 3, 1)).company(77)
    assert spring.statements[0].period_end == dt.date(2024, 12, 31)


def test_members_of_a_group_share_its_name_and_one_of_them_is_weak(companies):
    groups = defaultdict(list)
    for company in companies:
        if company.group:
            groups[company.group].append(company)
    assert len(groups) == 4
    for group, members in groups.items():
        stem = group.removesuffix("集团")
        assert [member.story for member in members] == ["group_parent", *["group_member"] * 3, "weak_subsidiary"]
        assert all(member.name.startswith(stem) for member in members)
        assert members[0].name.startswith(f"{stem}集团有限公司")
        assert len({member.region_code for member in members}) == 1


def test_a_weak_subsidiary_stands_far_below_its_group(assessed):
    parents = [answer.score for _company, answer, _warnings in assessed["group_parent"]]
    weak = [answer.score for _company, answer, _warnings in assessed["weak_subsidiary"]]
    assert min(parents) - max(weak) > 20


def test_scores_tell_the_stories_apart(assessed):
    middle = {story: statistics.median(answer.score for _c, answer, _w in rows) for story, rows in assessed.items()}
    order = ["healthy", "growing_too_fast", "late_payer", "weak_subsidiary", "slowly_failing"]
    assert sorted(order, key=lambda story: -middle[story]) == order
    assert middle["group_parent"] > middle["group_member"] > middle["growing_too_fast"]


def test_statements_that_look_made_up_are_found_out(assessed):
    assert len(assessed["made_up"]) == 6
    for company, answer, warnings in assessed["made_up"]:
        findings = {(f.identity, f.severity.value) for f in check(company.statements[0], company.statements[1])}
        assert {("V1", "error"), ("V8", "warning")} <= findings
        assert "warning_f07" in warnings
        assert answer.grade in ("BB", "B", "CCC", "CC", "C", "D")


def test_honest_statements_add_up_and_follow_from_each_other(companies):
    for company in companies:
        if company.statements and company.story != "made_up":
            newest, before, oldest = company.statements
            for statement, prior in ((newest, before), (before, oldest)):
                assert [f for f in check(statement, prior) if f.severity.value == "error"] == []


def test_each_other_story_shows_in_its_warnings(assessed):
    def share(story: str, warning: str) -> float:
        return statistics.mean(warning in warnings for _company, _answer, warnings in assessed[story])

    assert share("growing_too_fast", "warning_f07") == 1
    assert share("slowly_failing", "warning_f04b") == 1
    assert share("weak_subsidiary", "warning_f04b") == 1
    assert share("healthy", "warning_f04") == share("healthy", "warning_f07") == 0
