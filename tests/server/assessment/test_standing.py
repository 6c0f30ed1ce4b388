"""The database keeps which assessment is newest and the grade set by hand on it, whoever writes."""

import datetime as dt
from decimal import Decimal

import pytest

from factories.people import person
from xinheng.server.assessment.models import Assessment, Override, OverrideWithdrawal, RuleSetVersion, Standing
from xinheng.server.assessment.selectors import newest_assessments
from xinheng.server.customers.models import Customer
from xinheng.server.receivables import totals
from xinheng.server.receivables.models import Allocation, Invoice, Payment, Total
from xinheng.server.receivables.totals import totals_count

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 10, 31)
LATER = dt.date(2999, 1, 1)


@pytest.fixture
def manager():
    return person("credit_manager")


@pytest.fixture
def customer():
    return Customer.objects.create(number="S1", name="示例客户")


def _assessment(customer, grade="BB", score=55.0):
    rules, _ = RuleSetVersion.objects.get_or_create(hash="0" * 64, defaults={"documents": {}})
    return Assessment(customer=customer, rules=rules, as_of=DAY, facts={}, results={}, grade=grade, score=score)


def _override(assessment, actor, grade="A", until=LATER):
    return Override.objects.create(
        assessment=assessment, grade=grade, reason="示例理由", valid_until=until, actor=actor
    )


def _standing(customer):
    return Standing.objects.values_list("assessment_id", "grade", "hand_grade", "hand_until").get(customer=customer)


def test_the_newest_assessment_stands_also_when_many_are_written_at_once(customer):
    other = Customer.objects.create(number="S2", name="示例客户二")
    made = Assessment.objects.bulk_create(
        [_assessment(customer, "AAA"), _assessment(other, "B"), _assessment(customer, "CCC")]
    )
    assert _standing(customer) == (made[2].pk, "CCC", "", None)
    assert _standing(other) == (made[1].pk, "B", "", None)


def test_a_grade_by_hand_stands_until_it_is_withdrawn(customer, manager):
    made = _assessment(customer)
    made.save()
    _override(made, manager, "BBB")
    newest = _override(made, manager, "A")
    assert _standing(customer) == (made.pk, "BB", "A", LATER)
    assert [a.standing for a in newest_assessments(manager)] == ["A"]
    OverrideWithdrawal.objects.create(override=newest, reason="示例理由", actor=manager)
    assert _standing(customer) == (made.pk, "BB", "", None)
    assert [a.standing for a in newest_assessments(manager)] == ["BB"]


def test_a_grade_by_hand_that_has_ended_does_not_stand(customer, manager):
    made = _assessment(customer)
    made.save()
    _override(made, manager, "A", until=DAY)
    assert [a.standing for a in newest_assessments(manager)] == ["BB"]


def test_a_new_assessment_takes_the_place_of_a_grade_by_hand(customer, manager):
    before = _assessment(customer)
    before.save()
    _override(before, manager)
    again = _assessment(customer, "B")
    again.save()
    assert _standing(customer) == (again.pk, "B", "", None)
    _override(before, manager, "AAA")
    assert _standing(customer) == (again.pk, "B", "", None)


def test_totals_are_kept_for_a_large_book_only(customer, manager, monkeypatch):
    invoice = Invoice.objects.create(
        customer=customer, number="I1", issued_on=DAY, due_on=dt.date(2026, 11, 1), amount=Decimal(100)
    )
    Invoice.objects.create(customer=customer, number="I2", issued_on=DAY, due_on=LATER, amount=Decimal(30))
    Invoice.objects.create(customer=customer, number="I3", issued_on=DAY, due_on=DAY, amount=Decimal(7), void=True)
    payment = Payment.objects.create(customer=customer, reference="P1", received_on=DAY, amount=Decimal(40))
    Allocation.objects.create(payment=payment, invoice=invoice, amount=Decimal(40))
    assert totals_count() is False
    assert Total.objects.count() == 0
    monkeypatch.setattr(totals, "ADDED_UP_AT_ONCE", 2)
    assert totals_count() is True
    assert list(Total.objects.values_list("owner", "owed", "overdue")) == [(None, Decimal(90), Decimal(60))]
    totals_count()
    assert Total.objects.count() == 1
