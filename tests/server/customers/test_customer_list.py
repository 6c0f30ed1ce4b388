"""The list of customers: finding, filtering, sorting, and the file that it hands out."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.customers import CODE, customer, invoice
from factories.people import person, signed_in
from xinheng.demo import Book
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.services import assessment_run
from xinheng.server.config.demo import load
from xinheng.server.customers.models import Customer
from xinheng.server.customers.selectors import customers_ranked, customers_search
from xinheng.server.customers.services import contact_add, customer_archive

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return signed_in(person(Role.AUDITOR))


def names(page):
    return [row.record.name for row in page.context["table"].rows]


def listed(client, query=""):
    page = client.get(f"/customers/{query}")
    assert page.status_code == 200
    return names(page)


@pytest.fixture
def three():
    return (
        customer("海河纺织有限公司", number="K-7", industry_code="C17", region_code="120000", size_class=""),
        customer("天津海河食品有限公司", number="K-70", industry_code="C1461", region_code="120101"),
        customer("华海贸易有限公司", number="海河", industry_code="F51", region_code="310000", status="dormant"),
    )


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_number_first_then_the_beginning_of_the_name_then_the_rest(three, reader):
    assert listed(reader, "?q=海河&status=") == ["华海贸易有限公司", "海河纺织有限公司", "天津海河食品有限公司"]
    found = customers_ranked(customers_search(Customer.objects.all(), "k-7"), "k-7")
    assert [one.number for one in found] == ["K-7", "K-70"]


def test_a_code_written_in_full_opens_its_file(three, reader):
    holder = customer("持证公司", code=CODE)
    for text in (CODE, CODE.lower(), f" {CODE[:8]} {CODE[8:]}", holder.number):
        answer = reader.get("/customers/", {"q": text})
        assert (answer.status_code, answer.headers.get("Location")) == (302, f"/customers/{holder.pk}/"), text
    assert reader.get("/customers/", {"q": CODE[:-1]}).status_code == 200
    assert reader.get("/customers/", {"q": CODE, "kind": "enterprise"}).status_code == 200


def test_others_customers_are_not_found_by_their_code(three):
    customer("持证公司", code=CODE)
    page = signed_in(person(Role.SALES)).get("/customers/", {"q": CODE})
    assert (page.status_code, names(page)) == (200, [])


def test_a_contact_leads_to_the_customer(three, reader):
    fields = {"name": "欧阳示例", "role": "财务", "phone": "010-5550199", "email": ""}
    contact_add(customer=three[1], fields=fields, actor=None)
    assert listed(reader, "?q=欧阳") == listed(reader, "?q=5550199") == ["天津海河食品有限公司"]


@pytest.mark.parametrize("text", ["\x00", "海\x00河", "x" * 100_000, "%' OR 1=1 --", "\ud800", "∅", "((("])
def test_hostile_searches_find_nothing_and_break_nothing(three, reader, text):
    page = reader.get("/customers/", {"q": text.encode("utf-8", "replace")})
    assert (page.status_code, names(page)) == (200, [])
    assert "Show all customers" in page.content.decode()


# ── filters, order, pages ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?industry=C", 2),
        ("?industry=C17", 1),
        ("?region=12", 2),
        ("?status=dormant", 1),
        ("?kind=foreign", 0),
        ("?size_class=large", 0),
        ("?grade=none", 3),
        ("?grade=AAA", 0),
        ("?grade=nonsense", 0),
        ("?industry=C&region=12&q=食品", 1),
    ],
)
def test_filters_narrow_together(three, reader, query, found):
    assert len(listed(reader, query)) == found


def test_each_filter_is_a_chip_that_takes_itself_away(three, reader):
    page = reader.get("/customers/?industry=C&region=12&sort=-name&page=1")
    chips = {chip.label: (chip.value, chip.href) for chip in page.context["chips"]}
    assert chips == {
        "Industry": ("All of Manufacturing", "?region=12&sort=-name"),
        "Region": ("Tianjin", "?industry=C&sort=-name"),
    }


def test_archived_files_have_a_list_of_their_own(three, reader):
    customer_archive(customer=three[0], actor=None, reason="duplicate")
    assert len(listed(reader)) == 2
    assert listed(reader, "?archived=yes") == ["海河纺织有限公司"]


def test_the_grade_in_force_is_shown_filtered_and_sorted(reader):
    load(Book(6), assess=False)
    made = [assessment_run(customer=one) for one in Customer.objects.order_by("pk")]
    graded = {one.customer.name: one.grade for one in made}
    page = reader.get("/customers/?sort=grade")
    order = ["AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D", ""]
    shown = [order.index(graded[name]) for name in names(page)]
    assert shown == sorted(shown)
    assert len(set(shown)) > 1
    for grade in set(graded.values()) - {""}:
        assert set(listed(reader, f"?grade={grade}")) == {name for name, had in graded.items() if had == grade}
    scores = [one.score for one in sorted(made, key=lambda one: -(one.score or 0))]
    page = reader.get("/customers/?sort=-score")
    assert [row.record.newest_score for row in page.context["table"].paginated_rows] == scores


def test_fifty_rows_a_page_and_no_row_twice(reader):
    for i in range(53):
        customer(f"示例第{i:02}家", industry_code="C17")
    first, second = (reader.get(f"/customers/?sort=industry_code&page={page}") for page in (1, 2))
    seen = [row.record.pk for page in (first, second) for row in page.context["table"].paginated_rows]
    assert (len(seen), len(set(seen))) == (53, 53)
    assert len(first.context["table"].paginated_rows) == 50


def test_the_number_of_queries_does_not_grow_with_the_rows(reader):
    load(Book(3), assess=False)
    reader.get("/customers/")
    with CaptureQueriesContext(connection) as few:
        reader.get("/customers/")
    load(Book(30), assess=False)
    for query in ("", "?sort=-score", "?q=有限公司", "?grade=none"):
        with CaptureQueriesContext(connection) as many:
            reader.get(f"/customers/{query}")
        # A search alone asks first whether it is a code written in full.
        assert len(many) <= len(few) + query.startswith("?q") <= 11, query


def test_the_size_of_the_book_is_counted_without_its_columns(reader):
    customer()
    with CaptureQueriesContext(connection) as queries:
        reader.get("/customers/?sort=-score")
    counts = [query["sql"] for query in queries if "COUNT(*)" in query["sql"]]
    assert counts
    assert not [sql for sql in counts if "assessment" in sql or "receivables" in sql]


# ── exports ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_export_is_what_the_page_shows():
    load(Book(5), assess=False)
    assessment_run(customer=Customer.objects.order_by("pk").first())
    odd = customer("=cmd|' /C calc'!A0", number="+1")
    invoice(odd, "A", "2026-01-01", "2026-02-01", "123456.78")
    client = signed_in(person(Role.AUDITOR, username="reader", amount_unit="wan"))
    page = client.get("/customers/?sort=-name")
    table = page.context["table"]
    sheet = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get("/customers/?sort=-name&export=xlsx").streaming_content))
    ).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert list(head) == [str(column.header) for column in table.columns]
    assert [row[0] for row in rows] == names(page)
    at = {name: place for place, name in enumerate(table.columns.names())}
    money, score, grade = (at[name] for name in ("owed_overdue", "score", "grade"))
    shown = [[row.get_cell(name) for name in table.columns.names()] for row in table.paginated_rows]
    for written, seen in zip(rows, shown, strict=True):
        assert (f"{written[money]:,.2f}" if written[money] is not None else "—") in seen[money]
        assert (f"{written[score]:.1f}" if written[score] is not None else "—") == seen[score]
        assert (written[grade] or "—") in seen[grade]
    mine = next(row for row in rows if row[0].startswith("=cmd"))
    assert mine[money] == 12.35
    assert next(cell for cell in sheet["A"] if str(cell.value).startswith("=cmd")).data_type == "s"
    text = b"".join(client.get("/customers/?export=csv").streaming_content).decode()
    assert text.startswith("\ufeffCustomer,Number,")
    assert "\r\n'=cmd|' /C calc'!A0,'+1," in text


def test_a_filtered_export_holds_all_pages_of_what_passes(reader):
    for i in range(51):
        customer(f"示例第{i:02}家", industry_code="C17")
    customer("另一行业", industry_code="F51")
    text = b"".join(reader.get("/customers/?industry=C&page=2&export=csv").streaming_content).decode()
    assert text.count("\r\n") == 52
    assert "另一行业" not in text


def test_a_salesperson_exports_own_customers_only(three):
    seller = person(Role.SALES)
    customer("自己的客户", owner=seller)
    text = b"".join(signed_in(seller).get("/customers/?export=csv").streaming_content).decode()
    assert text.count("\r\n") == 2
    assert "自己的客户" in text


def test_archived_on_is_no_obstacle_to_the_owner_filter(three, reader):
    seller = person(Role.SALES)
    Customer.objects.filter(pk=three[0].pk).update(owner=seller, archived_at=timezone.now())
    assert listed(reader, f"?owner={seller.pk}") == []
    assert listed(reader, f"?owner={seller.pk}&archived=yes") == ["海河纺织有限公司"]
