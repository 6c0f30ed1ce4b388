"""Loading the demo book: whole chunks, resumed where it was ended, and assessed in batch as one by one."""

import datetime as dt

import pytest
from django.db.models import Count, Sum

from xinheng.demo import Book
from xinheng.server.assessment.models import Assessment, RuleSetVersion, Statement
from xinheng.server.assessment.services import assessment_replay, assessment_run
from xinheng.server.assessment.services.batch import assessments_run
from xinheng.server.config import demo
from xinheng.server.config.demo import book_in_place, load
from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.events.models import Event
from xinheng.server.receivables.models import Allocation, Invoice, Payment

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 10, 31)
KEPT = ("as_of", "facts", "results", "score", "grade", "pd", "limit_proposed", "rules_id", "assessed_by_id")


def _kept(assessment):
    return {name: getattr(assessment, name) for name in KEPT}


@pytest.fixture
def book():
    """Companies of several stories: with a group, one of them without statements."""
    load(Book(16, as_of=DAY), assess=False)
    return list(Customer.objects.filter(is_demo=True).order_by("pk"))


def test_a_batch_keeps_what_single_assessments_keep(book):
    together = assessments_run(customers=book, as_of=DAY)
    for customer, batch in zip(book, together, strict=True):
        batch.refresh_from_db()
        alone = assessment_run(customer=customer, as_of=DAY)
        alone.refresh_from_db()
        assert _kept(batch) == _kept(alone)
    assert RuleSetVersion.objects.count() == 1
    events = Event.objects.filter(type="assessment.made").order_by("pk")
    assert [event.data["grade"] for event in events[:16]] == [event.data["grade"] for event in events[16:]]
    assert [event.data["assessment"] for event in events[:16]] == [assessment.pk for assessment in together]


def test_a_batch_is_replayed_with_equal_results(book):
    for assessment in assessments_run(customers=book[10:13], as_of=DAY):
        assessment.refresh_from_db()
        assert assessment_replay(assessment)[1] == []


def test_a_batch_of_nobody_keeps_nothing():
    assert assessments_run(customers=[], as_of=DAY) == []
    assert RuleSetVersion.objects.count() == Event.objects.count() == 0


def test_customers_without_history_are_assessed_as_unrated():
    customer = Customer.objects.create(number="N1", name="示例新客户")
    (batch,) = assessments_run(customers=[customer], as_of=DAY)
    alone = assessment_run(customer=customer, as_of=DAY)
    batch.refresh_from_db()
    alone.refresh_from_db()
    assert _kept(batch) == _kept(alone)
    assert batch.grade == ""


def test_the_book_is_loaded_as_the_generator_tells_it(book):
    company = Book(16, as_of=DAY).company(11)
    customer = book[10]
    assert (customer.number, customer.name) == ("D000011", company.name)
    assert [i.value for i in customer.identifiers.all()] == [company.uscc]
    assert [c.name for c in customer.contacts.all()] == [company.contact]
    newest = customer.statements.order_by("-period_end").first()
    assert newest.as_engine().lines == company.statements[0].lines
    invoices = {invoice.number: invoice for invoice in customer.invoices.annotate(paid=Sum("allocations__amount"))}
    for document in company.documents:
        invoice = invoices.pop(document.number)
        told = (document.issued_on, document.due_on, document.amount, document.disputed, document.paid or None)
        assert told == (invoice.issued_on, invoice.due_on, invoice.amount, invoice.disputed, invoice.paid)
    assert invoices == {}
    event = Event.objects.get(type="customer.created", subject_id=customer.pk)
    assert company.group in event.reason
    assert company.story_zh in event.reason
    assert event.data["story"] == "group_parent"


def _totals():
    counts = [
        m.objects.count() for m in (Customer, Identifier, Contact, Statement, Invoice, Payment, Allocation, Event)
    ]
    return [
        *counts,
        Invoice.objects.aggregate(s=Sum("amount"))["s"],
        Allocation.objects.aggregate(s=Sum("amount"))["s"],
    ]


def test_loading_that_was_ended_goes_on_where_it_was(book, monkeypatch):
    whole = _totals()
    Allocation.objects.all().delete()
    Payment.objects.all().delete()
    Invoice.objects.all().delete()
    Statement.objects.all().delete()
    Customer.objects.all().delete()
    told = Event.objects.count()
    monkeypatch.setattr(demo, "CHUNK", 5)

    def ended(what, done, total):
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(Book(16, as_of=DAY), ended, assess=False)
    assert Customer.objects.count() == 10
    assert load(Book(16, as_of=DAY), assess=False) == 6
    again = _totals()
    assert again[:7] + again[8:] == whole[:7] + whole[8:]
    assert again[7] - told == 16


def test_assessing_that_was_ended_goes_on_where_it_was(book, monkeypatch):
    monkeypatch.setattr(demo, "CHUNK", 5)

    def ended(what, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(Book(16, as_of=DAY), ended)
    assert Assessment.objects.count() == 5
    told = []
    assert load(Book(16, as_of=DAY), lambda *step: told.append(step)) == 0
    assert told == [("assessments", 5, 11), ("assessments", 10, 11), ("assessments", 11, 11)]
    assert set(Customer.objects.annotate(n=Count("assessments")).values_list("n", flat=True)) == {1}


def test_a_book_in_place_keeps_its_seed_and_its_day(book):
    asked = Book(20, seed=7, as_of=dt.date(2027, 2, 1))
    assert book_in_place(asked) == Book(20, as_of=DAY)
    Customer.objects.filter(is_demo=True).update(is_demo=False)
    assert book_in_place(asked) == asked
