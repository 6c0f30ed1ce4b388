"""The main path on real PostgreSQL: file → statement → assessment → why → override; and who may do what."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone

from xinheng.demo import Book
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.services import user_create
from xinheng.server.assessment.models import Assessment, Override
from xinheng.server.assessment.services import (
    assessment_replay,
    assessment_run,
    rating_override,
    statement_save,
)
from xinheng.server.config.demo import load
from xinheng.server.customers.models import Customer, Identifier
from xinheng.server.customers.selectors import customers_search, customers_visible
from xinheng.server.customers.services import (
    EditedMeanwhile,
    customer_archive,
    customer_create,
    customer_update,
)
from xinheng.server.events.models import Event
from xinheng.server.lists.export import harmless

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def people():
    return {role: user_create(username=role, password=PASSWORD, roles=[role]) for role in Role.values}


@pytest.fixture
def book(people):
    load(Book(6), assess=False)
    return list(Customer.objects.order_by("pk"))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def a_customer(people, **fields):
    given = {"name": "示例精密机械有限公司", "owner": people["sales"], "industry_code": "C3429"} | fields
    return customer_create(fields=given, identifiers={"uscc": "91350100M000100Y43"}, actor=people["sales"])


def test_a_file_is_opened_with_its_event(people):
    customer = a_customer(people)
    event = Event.objects.filter(subject_type="customers.customer").get()
    assert (event.type, event.actor, event.data["number"]) == ("customer.created", people["sales"], customer.number)


@pytest.mark.parametrize("code", ["91350100M000100Y44", "9135", "9135O100M000100Y43"])
def test_a_wrong_code_is_refused_and_nothing_is_written(people, code):
    with pytest.raises(ValidationError):
        customer_create(fields={"name": "示例"}, identifiers={"uscc": code}, actor=people["sales"])
    assert Customer.objects.count() == 0
    assert Event.objects.filter(type="customer.created").count() == 0


def test_one_code_belongs_to_one_file(people):
    a_customer(people)
    with pytest.raises(ValidationError):
        a_customer(people, name="示例另一家")
    assert Customer.objects.count() == Identifier.objects.count() == 1


def test_a_concurrent_edit_is_noticed_not_lost(people):
    customer = a_customer(people)
    customer_update(customer=customer, version=1, fields={"employees": 50}, actor=people["sales"])
    with pytest.raises(EditedMeanwhile):
        customer_update(customer=customer, version=1, fields={"employees": 60}, actor=people["sales"])
    customer.refresh_from_db()
    assert (customer.employees, customer.version) == (50, 2)
    assert Event.objects.get(type="customer.changed").data == {"employees": {"old": None, "new": "50"}}


def test_events_cannot_be_changed_or_removed(people):
    a_customer(people)
    for statement in (
        "UPDATE events_event SET type = 'x.y'",
        "DELETE FROM events_event",
        "TRUNCATE events_event CASCADE",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_salesperson_sees_own_customers_only(people, book):
    mine = a_customer(people)
    assert list(customers_visible(people["sales"])) == [mine]
    assert customers_visible(people["auditor"]).count() == 7
    page = signed_in(people["sales"]).get(f"/customers/{book[0].pk}/")
    assert page.status_code == 404


def test_archived_files_leave_the_lists(people):
    customer = a_customer(people)
    customer_archive(customer=customer, actor=people["sales"], reason="duplicate")
    assert customers_visible(people["auditor"]).count() == 0
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("text", ["精密", "示例精密机械", "00M0001", "c0000"])
def test_search_finds_any_part(people, text):
    customer = a_customer(people)
    assert customers_search(Customer.objects.all(), text).get() == customer


def test_search_does_not_find_what_is_not_there(people):
    a_customer(people)
    assert not customers_search(Customer.objects.all(), "食品").exists()


def test_an_assessment_is_kept_and_replays_to_the_same(people, book):
    for customer in book:
        assessment = assessment_run(customer=customer, actor=people["credit_manager"], as_of=dt.date(2026, 10, 31))
        answer, differing = assessment_replay(assessment)
        assert differing == []
        assert answer.grade == (assessment.grade or None)


def test_a_restatement_is_a_new_version_beside_the_old(people):
    customer = a_customer(people)
    lines = {"ta": Decimal(100), "tl": Decimal(40), "eq": Decimal(60)}
    for expected, reason in ((1, ""), (2, "the auditor moved 10 from debts to equity")):
        statement = statement_save(customer=customer, period_end=dt.date(2025, 12, 31), lines=lines, reason=reason)
        assert statement.version == expected
        lines |= {"tl": Decimal(30), "eq": Decimal(70)}


def test_an_unknown_line_is_refused_and_nothing_is_written(people):
    customer = a_customer(people)
    with pytest.raises(Exception, match="no line"):
        statement_save(customer=customer, period_end=dt.date(2025, 12, 31), lines={"nonsense": Decimal(1)})
    assert customer.statements.count() == 0


def test_an_override_stands_beside_the_grade_with_reason_and_end(people, book):
    assessment = assessment_run(customer=book[0], as_of=dt.date(2026, 10, 31))
    until = timezone.localdate() + dt.timedelta(days=90)
    manager = people["credit_manager"]
    rating_override(assessment=assessment, grade="BBB", reason="客户换了实际控制人", valid_until=until, actor=manager)
    kept = Assessment.objects.get(pk=assessment.pk)
    assert (kept.effective_grade, kept.grade) == ("BBB", assessment.grade)
    event = Event.objects.get(type="assessment.overridden")
    assert (event.reason, event.data["to"], event.actor) == ("客户换了实际控制人", "BBB", manager)


@pytest.mark.parametrize(
    ("grade", "reason", "days"),
    [("XX", "good reason", 9), ("BB", "", 9), ("BB", "good reason", -1), ("BB", "x" * 9, 400)],
)
def test_an_override_without_reason_or_end_is_refused(people, book, grade, reason, days):
    assessment = assessment_run(customer=book[0], as_of=dt.date(2026, 10, 31))
    until = timezone.localdate() + dt.timedelta(days=days)
    with pytest.raises(ValidationError):
        rating_override(
            assessment=assessment, grade=grade, reason=reason, valid_until=until, actor=people["risk_officer"]
        )
    assert Override.objects.count() == 0
    assert not Event.objects.filter(type="assessment.overridden").exists()


def test_the_database_itself_refuses_an_override_without_reason(people, book):
    assessment = assessment_run(customer=book[0], as_of=dt.date(2026, 10, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.create(
            assessment=assessment, grade="A", reason="", valid_until=dt.date(2027, 1, 1), actor=people["sales"]
        )


PAGES = ["/", "/customers/", "/assessments/", "/assessments/rules/"]
MAY_OVERRIDE = {"credit_manager", "risk_officer"}


@pytest.mark.parametrize("role", Role.values)
def test_every_role_reads_its_pages_and_only_some_may_override(people, book, role):
    assessment = assessment_run(customer=book[0], as_of=dt.date(2026, 10, 31))
    client = signed_in(people[role])
    assert [client.get(url).status_code for url in PAGES] == [200] * len(PAGES)
    sent = {"grade": "BBB", "reason": "a good reason", "valid_until": timezone.localdate().isoformat()}
    answer = client.post(f"/assessments/{assessment.pk}/override/", sent)
    assert answer.status_code == (302 if role in MAY_OVERRIDE else 403)
    assert Override.objects.count() == (1 if role in MAY_OVERRIDE else 0)


def test_pages_need_a_sign_in():
    for url in PAGES:
        answer = Client().get(url)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize(
    "tab", ["/customers/{c}/", "/assessments/of/{c}/", "/assessments/of/{c}/statements/", "/assessments/{a}/"]
)
def test_customer_pages_in_both_languages_without_inline_code(people, book, tab):
    assessment = assessment_run(customer=book[0], as_of=dt.date(2026, 10, 31))
    user = people["auditor"]
    for language in ("zh-hans", "en"):
        user.language = language
        user.save()
        page = signed_in(user).get(tab.format(c=book[0].pk, a=assessment.pk))
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script>" not in text
        assert ' style="' not in text
        assert "unsafe" not in page["Content-Security-Policy"]


def test_the_number_of_queries_of_the_list_does_not_grow_with_its_rows(people, book, django_assert_num_queries):
    client = signed_in(people["auditor"])
    client.get("/customers/")
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        client.get("/customers/")
    load(Book(40), assess=False)
    with CaptureQueriesContext(connection) as many:
        client.get("/customers/")
    assert len(few) == len(many) <= 9  # the page, its count and choices, and a fixed number for each room's columns


def test_the_sixth_wrong_password_locks_the_door_for_a_while(people):
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"login": "auditor", "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": "auditor", "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("cell", "safe"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("plain", "plain"), (None, None), ("", "")]
)
def test_export_runs_no_formula(cell, safe):
    assert harmless(cell) == safe


def test_loading_the_demo_book_again_adds_nothing(people, book):
    assert load(Book(6), assess=False) == 0
    assert Customer.objects.count() == 6
