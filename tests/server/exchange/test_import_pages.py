"""Pages of imports: who sees what, the whole walk by browser requests, both languages, hostile uploads."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.services import user_create
from xinheng.server.customers.services import customer_create
from xinheng.server.exchange import jobs
from xinheng.server.exchange.models import ImportRun
from xinheng.server.receivables.models import Invoice

pytestmark = pytest.mark.django_db
TEXT = "客户编号,发票号码,开票日期,价税合计\nC1,A1,2024-01-05,1\nC1,=A2,2024-02-30,2\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def people():
    return {role: user_create(username=role, password="a long enough password", roles=[role]) for role in Role.values}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def send(client, kind="invoices", text=TEXT, name="发票.csv"):
    content = text.encode() if isinstance(text, str) else text
    return client.post(reverse("exchange:new"), {"kind": kind, "file": SimpleUploadedFile(name, content)})


@pytest.fixture
def run(people):
    customer_create(fields={"name": "示例甲有限公司", "number": "C1"}, actor=people["credit_manager"])
    client = signed_in(people["credit_manager"])
    answer = send(client)
    found = ImportRun.objects.get()
    assert answer.headers["Location"] == reverse("exchange:columns", args=[found.pk])
    return client, found


def test_the_whole_walk(run):
    client, found = run
    page = client.get(reverse("exchange:columns", args=[found.pk])).content.decode()
    assert "2024-02-30" in page
    assert "日历上没有这一天" in page or "the calendar has no such day" in page
    columns = {"column-0": "customer", "column-1": "number", "column-2": "issued_on", "column-3": "amount"}
    partial = client.post(reverse("exchange:preview", args=[found.pk]), columns | {"column-3": ""}).content.decode()
    assert "<html" not in partial
    assert "notice warning" in partial
    answer = client.post(reverse("exchange:columns", args=[found.pk]), columns)
    detail = reverse("exchange:detail", args=[found.pk])
    assert answer.headers["Location"] == detail
    working = client.get(detail).content.decode()
    assert 'hx-trigger="every 1s"' in working
    status = client.get(reverse("exchange:status", args=[found.pk]))
    assert "HX-Refresh" not in status.headers
    jobs.import_check(found.pk)
    status = client.get(reverse("exchange:status", args=[found.pk]))
    assert status.headers["HX-Refresh"] == "true"
    assert "hx-get" not in status.content.decode()
    client.post(reverse("exchange:start", args=[found.pk]), {"policy": "all_or_nothing", "duplicates": "error"})
    found.refresh_from_db()
    assert found.state == "preview"
    client.post(reverse("exchange:start", args=[found.pk]), {"policy": "good_rows", "duplicates": "error"})
    jobs.import_write(found.pk)
    assert list(Invoice.objects.values_list("number", flat=True)) == ["A1"]
    done = client.get(detail).content.decode()
    assert "hx-get" not in done
    assert "2024-02-30" in done


def test_reports_hold_every_error_and_run_nothing(run):
    client, found = run
    client.post(
        reverse("exchange:columns", args=[found.pk]),
        {"column-0": "customer", "column-1": "amount", "column-2": "issued_on", "column-3": "number"},
    )
    jobs.import_check(found.pk)
    csv_report = b"".join(client.get(reverse("exchange:report", args=[found.pk, "csv"])).streaming_content).decode()
    assert csv_report.startswith("\ufeff")
    assert ",'=A2," in csv_report
    content = b"".join(client.get(reverse("exchange:report", args=[found.pk, "xlsx"])).streaming_content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert sorted(row[::2][:2] for row in rows[1:]) == [(2, "A1"), (3, "2024-02-30"), (3, "=A2")]


@pytest.mark.parametrize("name", ["list", "new"])
def test_no_role_no_import(people, name):
    client = signed_in(user_create(username="nobody", password="a long enough password", roles=[]))
    answer = client.get(reverse(f"exchange:{name}"))
    assert answer.status_code == (200 if name == "list" else 403)
    assert signed_in(people["collector"]).get(reverse("exchange:new")).status_code == 403
    assert Client().get(reverse("exchange:list")).status_code == 302


def test_others_do_not_see_or_touch_a_run(run, people):
    _, found = run
    seller = signed_in(people["sales"])
    for name in ("detail", "status", "columns"):
        assert seller.get(reverse(f"exchange:{name}", args=[found.pk])).status_code == 404
    for name in ("start", "cancel", "resume", "preview"):
        assert seller.post(reverse(f"exchange:{name}", args=[found.pk])).status_code == 404
    auditor = signed_in(people["auditor"])
    assert auditor.get(reverse("exchange:detail", args=[found.pk])).status_code == 200
    assert auditor.post(reverse("exchange:cancel", args=[found.pk])).status_code == 403
    found.refresh_from_db()
    assert found.state == "draft"


def test_sales_are_offered_customers_only(people):
    client = signed_in(people["sales"])
    page = client.get(reverse("exchange:new")).content.decode()
    assert 'value="customers"' in page
    assert 'value="invoices"' not in page
    assert send(client).status_code == 400
    assert ImportRun.objects.count() == 0


def test_another_site_cannot_upload(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["credit_manager"])
    assert send(client).status_code == 403
    assert ImportRun.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsm", b"PK\x03\x04", "宏"),
        ("a.csv", b"a,b\n\0,1\n", "空字节"),
        ("../../a.csv", b"\x89PNG", "图片"),
        ("a.pdf", b"%PDF-1", "PDF"),
    ],
)
def test_a_hostile_upload_is_told_in_the_page_and_leaves_nothing(people, settings, name, content, words):
    user = people["credit_manager"]
    user.language = "zh-hans"
    user.save()
    answer = send(signed_in(user), text=content, name=name)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert ImportRun.objects.count() == 0
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["customers", "statements", "invoices", "payments"])
def test_templates_are_there(people, kind):
    client = signed_in(people["sales"])
    answer = client.get(reverse("exchange:template", args=[kind]))
    assert answer.content.startswith(b"PK")
    assert client.get(reverse("exchange:template", args=["other"])).status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_one_run_and_for_fifty(run, django_assert_max_num_queries):
    client, found = run
    client.get(reverse("exchange:list"))
    for i in range(50):
        ImportRun.objects.create(
            kind="invoices", token=f"{i:032d}", original_name=f"{i}.csv", sha256="0" * 64, size=1, encoding="utf-8",
            started_by=found.started_by,
        )  # fmt: skip
    with django_assert_max_num_queries(7):
        assert client.get(reverse("exchange:list")).content.decode().count("<tr>") == 51
