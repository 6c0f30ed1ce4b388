"""Keeping and restating statements on real PostgreSQL; on a refusal nothing is written."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from factories.people import person
from factories.sample_company import sample
from xinheng.engine.statements.statement import UnknownLine
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.models import Statement, StatementDraft
from xinheng.server.assessment.services.statements import (
    KeptMeanwhile,
    draft_keep,
    statement_before,
    statement_enter,
    statement_save,
    year_before,
)
from xinheng.server.customers.services import customer_create
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db
END = dt.date(2025, 12, 31)
ACTS = ("statement.kept", "statement.restated")


@pytest.fixture
def manager():
    return person(Role.CREDIT_MANAGER)


@pytest.fixture
def customer(manager):
    fields = {"name": "示例精密机械有限公司", "industry_code": "C3429", "employees": 150}
    return customer_create(fields=fields, actor=manager)


def refused(error, **given):
    """The call is refused with that error and leaves no trace."""
    before = Statement.objects.count(), Event.objects.count()
    with pytest.raises(error) as found:
        statement_save(**given)
    assert (Statement.objects.count(), Event.objects.count()) == before
    return found.value


def test_a_statement_is_kept_as_given_with_who_and_what(customer, manager):
    kept = statement_save(customer=customer, period_end=END, lines=sample(), actor=manager, source="年报 第 12 页")
    assert kept.as_engine().lines == sample()
    event = Event.objects.get(type="statement.kept")
    assert (event.actor, event.reason, event.subject_id) == (manager, "", customer.pk)
    assert {key: event.data[key] for key in ("statement", "period_end", "months", "version", "lines", "findings")} == {
        "statement": kept.pk, "period_end": "2025-12-31", "months": 12, "version": 1, "lines": 90, "findings": [],
    }  # fmt: skip


def test_what_does_not_add_up_is_recorded_and_not_repaired(customer, manager):
    kept = statement_save(customer=customer, period_end=END, lines=sample(cash=12_100_000), actor=manager)
    assert (kept.lines["cash"], kept.lines["ca"]) == ("12100000", "60000000")
    assert Event.objects.get(type="statement.kept").data["findings"] == [
        {"identity": "V1", "line": "ca", "expected": "60100000", "actual": "60000000", "severity": "error",
         "difference": "-100000"}
    ]  # fmt: skip


def test_a_restatement_stands_beside_the_old_with_reason_and_differences(customer, manager):
    first = statement_save(customer=customer, period_end=END, lines=sample(), actor=manager)
    changed = sample(inv=17_000_000, orec=2_000_000)
    second = statement_save(
        customer=customer, period_end=END, lines=changed, actor=manager, reason=" 审计调整 ", seen_version=1
    )
    first.refresh_from_db()
    assert (first.version, first.lines["inv"], second.version) == (1, "18000000", 2)
    event = Event.objects.get(type="statement.restated")
    assert (event.reason, event.data["changed"]) == (
        "审计调整",
        {"orec": {"old": "1000000", "new": "2000000"}, "inv": {"old": "18000000", "new": "17000000"}},
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "  ", "lines": sample(inv=1)}, "reason"),
        ({"reason": "again", "lines": sample()}, "lines"),  # nothing differs
    ],
)
def test_a_period_is_not_restated_without_reason_or_difference(customer, manager, given, field):
    statement_save(customer=customer, period_end=END, lines=sample(), actor=manager)
    error = refused(ValidationError, customer=customer, period_end=END, actor=manager, **given)
    assert set(error.message_dict) == {field}


def test_a_restatement_of_what_one_has_not_seen_is_refused(customer, manager):
    statement_save(customer=customer, period_end=END, lines=sample(), actor=manager)
    statement_save(customer=customer, period_end=END, lines=sample(inv=1), actor=manager, reason="first")
    given = {"lines": sample(inv=2), "reason": "second", "seen_version": 1}
    refused(KeptMeanwhile, customer=customer, period_end=END, actor=manager, **given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"period_end": dt.date(2999, 12, 31)}, "period_end"),
        ({"months": 13}, "months"),
        ({"months": 0}, "months"),
        ({"lines": {}}, "lines"),
        ({"lines": {"ta": Decimal("NaN")}}, "lines"),
        ({"lines": {"ta": Decimal(10) ** 16}}, "lines"),
        ({"opening": {"ta": Decimal("Infinity")}}, "lines"),
        ({"scope": "segment"}, "scope"),
        ({"currency": "rmb"}, "currency"),
        ({"audit_opinion": "fine"}, "audit_opinion"),
    ],
)
def test_what_cannot_be_kept_is_refused(customer, manager, given, field):
    whole = {"period_end": END, "lines": sample()} | given
    error = refused(ValidationError, customer=customer, actor=manager, **whole)
    assert set(error.message_dict) == {field}


def test_an_unknown_line_is_refused(customer, manager):
    refused(UnknownLine, customer=customer, period_end=END, lines={"profit": Decimal(1)}, actor=manager)


@pytest.mark.parametrize(
    "wrong", [{"months": 13}, {"version": 0}, {"currency": "rmb"}, {"entry_unit": 0}, {"scope": "segment"}]
)
def test_the_database_itself_refuses_what_is_no_statement(customer, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.create(**{"customer": customer, "period_end": END, "lines": {"ta": "1"}} | wrong)


def test_the_year_before_is_kept_from_the_comparative_column_and_the_draft_ends(customer, manager):
    draft_keep(user=manager, customer=customer, basis=None, data={"c-ta": "1", "c-tl": " "})
    assert StatementDraft.objects.get().data == {"c-ta": "1"}
    kept = statement_enter(
        customer=customer, actor=manager, period_end=END, lines=sample(), prior=sample("prior"),
        opening={"inv": sample("prior")["inv"]}, seen_version=0,
    )  # fmt: skip
    before = statement_before(kept)
    assert (before.period_end, before.as_engine().lines) == (dt.date(2024, 12, 31), sample("prior"))
    assert [event.type for event in Event.objects.filter(type__in=ACTS)] == ["statement.kept"] * 2
    assert not StatementDraft.objects.exists()


def test_neither_year_is_kept_where_one_is_refused(customer, manager):
    with pytest.raises(UnknownLine):
        statement_enter(
            customer=customer, actor=manager, period_end=END, lines={"x": Decimal(1)}, prior=sample("prior")
        )
    assert not Statement.objects.exists()
    assert not Event.objects.filter(type__in=ACTS).exists()


def test_a_printed_opening_that_is_not_the_kept_closing_is_a_finding(customer, manager):
    statement_save(customer=customer, period_end=dt.date(2024, 12, 31), lines=sample("prior"), actor=manager)
    opening = {"inv": Decimal(15_500_000), "ar": sample("prior")["ar"]}
    kept = statement_save(customer=customer, period_end=END, lines=sample(), opening=opening, actor=manager)
    found = Event.objects.get(type="statement.kept", data__statement=kept.pk).data["findings"]
    assert [(one["identity"], one["line"], one["difference"]) for one in found] == [("V7", "inv", "-500000")]


def test_the_size_class_follows_the_newest_year_and_the_own_accounts(customer, manager):
    """In industry 150 people make a small company at 120 million of revenue, and a micro one at 2 million."""
    statement_save(customer=customer, period_end=END, lines=sample(), actor=manager)
    customer.refresh_from_db()
    assert (customer.size_class, customer.size_inputs["revenue"]) == ("small", "120000000")
    older = dt.date(2024, 12, 31)
    statement_save(customer=customer, period_end=older, lines=sample("prior"), actor=manager)
    statement_save(customer=customer, period_end=dt.date(2026, 6, 30), months=6, lines=sample(), actor=manager)
    customer.refresh_from_db()
    assert customer.size_inputs["period_end"] == "2025-12-31"
    statement_save(customer=customer, period_end=END, lines=sample(rev=2_000_000), scope="parent", actor=manager)
    customer.refresh_from_db()
    assert (customer.size_class, customer.size_inputs["revenue"]) == ("micro", "2000000")


@pytest.mark.parametrize(
    ("end", "before"),
    [
        (dt.date(2025, 12, 31), dt.date(2024, 12, 31)),
        (dt.date(2025, 2, 28), dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), dt.date(2023, 2, 28)),
        (dt.date(2025, 3, 1), dt.date(2024, 3, 1)),
    ],
)
def test_the_year_before_ends_where_its_month_ends(end, before):
    assert year_before(end) == before


def test_an_interim_period_follows_the_year_that_it_begins_after(customer, manager):
    year = statement_save(customer=customer, period_end=END, lines=sample(), actor=manager)
    half = statement_save(
        customer=customer, period_end=dt.date(2026, 6, 30), months=6, lines=sample(), actor=manager
    )  # fmt: skip
    third = statement_save(
        customer=customer, period_end=dt.date(2026, 9, 30), months=9, lines=sample(), actor=manager
    )  # fmt: skip
    assert [statement_before(one) for one in (year, half, third)] == [None, year, year]
