"""The tab of receivables: what it shows, what it exports, and at what cost."""

import io
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories.customers import customer, invoice, paid
from factories.people import person, signed_in
from xinheng.server.accounts.choices import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer():
    found = customer()
    for i in range(1, 7):
        one = invoice(found, f"INV-{i}", f"2026-0{i}-01", f"2026-0{i}-28", f"{i}0000")
        if i % 2:
            paid(one, f"2026-0{i + 1}-15", f"{i}000")
    invoice(found, "=1+1", "2026-01-02", "2026-02-02", "12345.67", disputed=True)
    return found


def of(found, query=""):
    return f"/receivables/of/{found.pk}/{query}"


def test_a_past_day_is_answered_as_of_then(buyer):
    client = signed_in(person(Role.AUDITOR))
    page = client.get(of(buyer, "?as_of=2026-02-10"))
    numbers = [row.record.number for row in page.context["table"].rows]
    assert numbers == ["INV-1", "=1+1", "INV-2"]
    assert page.context["position"].balance == Decimal("42345.67")
    assert "later invoices and payments are left out" in page.content.decode()
    then = client.get(of(buyer, "?as_of=2026%E5%B9%B42%E6%9C%8815%E6%97%A5"))
    assert then.context["position"].balance == Decimal("41345.67")  # one payment of 1,000 has come


@pytest.mark.parametrize("query", ["?as_of=nonsense", "?as_of=2999-01-01", "?as_of=%00", "?days=17", "?currency=XYZ"])
def test_a_wrong_day_is_told_and_today_is_shown(buyer, query):
    page = signed_in(person(Role.AUDITOR)).get(of(buyer, query))
    assert page.status_code == 200
    assert page.context["asked"].errors
    assert page.context["as_of"] == page.context["today"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=disputed", ["=1+1"]),
        ("state=overdue&bucket=aged_1_30", ["INV-5"]),
        ("q=inv-3", ["INV-3"]),
        ("state=nonsense", []),
        ("sort=-rest&state=overdue", ["INV-5", "INV-4", "INV-3", "INV-2", "INV-1"]),
    ],
)
def test_items_are_filtered_and_sorted(buyer, query, numbers):
    page = signed_in(person(Role.AUDITOR)).get(of(buyer, f"?as_of=2026-06-15&{query}"))
    assert [row.record.number for row in page.context["table"].rows] == numbers


def test_the_export_is_the_page(buyer):
    client = signed_in(person(Role.AUDITOR, amount_unit="wan"))
    query = "?as_of=2026-06-15&sort=-rest"
    page = client.get(of(buyer, query))
    table = page.context["table"]
    shown = [[str(cell) for _column, cell in row.items()] for row in table.rows]
    answer = client.get(of(buyer, f"{query}&export=xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == [str(column.header) for column in table.columns]
    assert head[4] == "Amount (10,000 yuan)"
    assert [row[0] for row in rows] == [row[0] for row in shown]
    assert [f"{row[6]:,.2f}" for row in rows] == [row[6] for row in shown]
    assert [row[2].date().isoformat() for row in rows] == [row[2] for row in shown]
    written = {cell.value: cell.data_type for column in sheet.iter_cols(max_col=1) for cell in column}
    assert written["=1+1"] == "s"
    text = b"".join(client.get(of(buyer, f"{query}&export=csv")).streaming_content).decode()
    assert text.startswith("\ufeffNumber,")
    assert "\r\n'=1+1," in text


def test_the_cost_of_the_tab_does_not_grow_with_its_rows(buyer):
    client = signed_in(person(Role.AUDITOR))
    client.get(of(buyer))
    with CaptureQueriesContext(connection) as few:
        client.get(of(buyer))
    for i in range(60):
        paid(invoice(buyer, f"M-{i}", "2026-01-01", "2026-01-31", "100"), "2026-02-01", "50")
    with CaptureQueriesContext(connection) as many:
        client.get(of(buyer))
    assert len(few) == len(many) <= 14


def test_a_customer_without_trade_is_told_what_will_be_here():
    page = signed_in(person(Role.CREDIT_MANAGER)).get(of(customer()))
    assert "No invoice or payment yet" in page.content.decode()
