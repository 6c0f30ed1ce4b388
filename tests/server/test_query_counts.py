"""The number of queries of each list and of the first page is the same for 5 and for 60 rows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.people import person
from xinheng.demo import Book
from xinheng.server.assessment.models import Assessment, Override
from xinheng.server.assessment.services.assessments import rules_kept
from xinheng.server.config.demo import load
from xinheng.server.customers.models import Customer
from xinheng.server.exchange.choices import State
from xinheng.server.exchange.models import ImportRun

pytestmark = pytest.mark.django_db

PAGES = (
    "/", "/customers/", "/customers/?q=示例", "/customers/?size_class=small", "/customers/?sort=name&page=1",
    "/customers/?sort=owner", "/assessments/", "/assessments/?sort=-score", "/assessments/?grade=BB", "/imports/",
)  # fmt: skip
DAY = dt.date(2026, 10, 31)


@pytest.fixture
def client(client):
    client.force_login(person("credit_manager"))
    return client


def _fill(count, manager):
    """A book of so many customers, each assessed, some of them by hand, and as many imports."""
    load(Book(count, as_of=DAY), assess=False)
    rules = rules_kept()
    for customer in Customer.objects.filter(assessments__isnull=True):
        made = Assessment.objects.create(
            customer=customer, rules=rules, as_of=DAY, facts={}, results={}, score=55.0, grade="BB", pd=0.02
        )
        if customer.pk % 3 == 0:
            until = timezone.localdate() + dt.timedelta(days=10)
            Override.objects.create(assessment=made, grade="B", reason="示例理由", valid_until=until, actor=manager)
    for number in range(ImportRun.objects.count(), count):
        ImportRun.objects.create(
            kind="invoices", state=State.DONE, token=f"t{number}", original_name=f"发票{number}.csv", sha256="",
            size=1, encoding="utf-8", started_by=manager,
        )  # fmt: skip


def _queries(client):
    counts = {}
    for url in PAGES:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert answer.status_code == 200, url
        counts[url] = len(queries)
    return counts


def test_queries_do_not_grow_with_rows(client):
    manager = person("credit_manager", username="second")
    _fill(5, manager)
    _queries(client)  # what is looked up once a process is looked up now
    few = _queries(client)
    _fill(60, manager)
    assert _queries(client) == few
