"""A file becomes rows of the book on real PostgreSQL: counts, errors, policies, duplicates, scope, events."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from xinheng import intake
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.services import user_create
from xinheng.server.assessment.models import Statement
from xinheng.server.customers.models import Customer, Identifier
from xinheng.server.customers.services import customer_create
from xinheng.server.events.models import Event
from xinheng.server.exchange import jobs, services
from xinheng.server.exchange.choices import State
from xinheng.server.exchange.models import ColumnMapping, ImportRun
from xinheng.server.exchange.refusals import refusals_of
from xinheng.server.receivables.models import Allocation, Invoice, Payment

pytestmark = pytest.mark.django_db
INVOICES = "客户,发票号码,开票日期,到期日,价税合计,币种,作废\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def manager():
    return user_create(username="manager", password="a long enough password", roles=[Role.CREDIT_MANAGER])


@pytest.fixture
def seller():
    return user_create(username="seller", password="a long enough password", roles=[Role.SALES])


@pytest.fixture
def customer(manager):
    return customer_create(
        fields={"name": "示例精密机械（上海）有限公司", "number": "C1"},
        identifiers={"uscc": "91350100M000100Y43"},
        actor=manager,
    )


def upload(kind, text, actor, name="数据.csv", encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return services.import_upload(kind=kind, upload=SimpleUploadedFile(name, content), actor=actor)


def checked(kind, text, actor, **more):
    run = upload(kind, text, actor, **more)
    services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
    jobs.import_check(run.pk)
    run.refresh_from_db()
    return run


def imported(kind, text, actor, policy="good_rows", duplicates="error", **more):
    run = checked(kind, text, actor, **more)
    assert run.state == State.PREVIEW, run.failure
    services.import_start(run=run, policy=policy, duplicates=duplicates, actor=actor)
    jobs.import_write(run.pk)
    run.refresh_from_db()
    return run


def counts(run):
    return (run.state, run.inserted, run.updated, run.skipped, run.conflicts)


def errors(run):
    return [(error.row, error.column, error.code) for error in refusals_of(run)]


def test_invoices_by_number_code_and_name(customer, manager):
    text = INVOICES + (
        'C1,A1,2024-01-05,2024-03-05,"1,234.50",人民币,否\n'
        "91350100M000100Y43,A2,2024年1月6日,,壹佰万元整,CNY,否\n"
        "示例精密机械(上海)有限公司,A3,2024/1/7,,-12.30,,是\n"
    )
    run = imported("invoices", text, manager, encoding="gb18030")
    assert counts(run) == ("done", 3, 0, 0, 0)
    assert (run.encoding, run.rows_read, run.rows_good, run.errors) == ("gb18030", 3, 3, 0)
    rows = Invoice.objects.order_by("number").values_list(
        "customer_id", "number", "kind", "issued_on", "due_on", "amount", "currency", "disputed", "void"
    )
    day = dt.date(2024, 1, 7)
    assert list(rows) == [
        (
            customer.pk,
            "A1",
            "invoice",
            dt.date(2024, 1, 5),
            dt.date(2024, 3, 5),
            Decimal("1234.50"),
            "CNY",
            False,
            False,
        ),
        (
            customer.pk,
            "A2",
            "invoice",
            dt.date(2024, 1, 6),
            dt.date(2024, 1, 6),
            Decimal("1000000.00"),
            "CNY",
            False,
            False,
        ),
        (customer.pk, "A3", "credit_note", day, day, Decimal("-12.30"), "CNY", False, True),
    ]
    types = Event.objects.filter(subject_type="exchange.importrun").order_by("pk").values_list("type", flat=True)
    assert list(types) == ["import.uploaded", "import.mapped", "import.started", "import.finished"]
    assert sorted(path.name for path in run.folder.iterdir()) == ["errors.jsonl", "source"]


def test_all_or_nothing_refuses_a_file_with_one_error(customer, manager):
    text = INVOICES + "C1,A1,2024-01-05,,1,,\nC9,A2,2024-01-05,,1,,\n"
    run = checked("invoices", text, manager)
    assert (run.rows_read, run.rows_good, run.errors) == (2, 1, 1)
    assert errors(run) == [(3, "customer", "customer_unknown")]
    assert run.refusals.get().accepted_zh == "您负责范围内的客户编号、统一社会信用代码或全称"
    with pytest.raises(ValidationError):
        services.import_start(run=run, policy="all_or_nothing", duplicates="error", actor=manager)
    run.refresh_from_db()
    assert run.state == State.PREVIEW
    assert Invoice.objects.count() == 0
    assert not ProcrastinateJob.objects.filter(task_name="exchange.import_write").exists()


def test_all_or_nothing_with_a_conflict_writes_nothing_and_says_why(customer, manager):
    imported("invoices", INVOICES + "C1,A1,2024-01-05,,1,,\n", manager)
    run = imported(
        "invoices", INVOICES + "C1,A0,2024-01-05,,1,,\nC1,A1,2024-01-05,,2,,\n", manager, policy="all_or_nothing"
    )
    assert run.state == State.FAILED
    assert run.failure["code"] == "conflicts"
    assert errors(run) == [(3, "number", "duplicate_differs")]
    assert list(Invoice.objects.values_list("number", "amount")) == [("A1", Decimal("1.00"))]
    assert (run.inserted, run.position) == (0, 0)


@pytest.mark.parametrize("again", ["error", "update"])
def test_rows_that_are_there_are_skipped_updated_or_reported(customer, manager, again):
    imported("invoices", INVOICES + "C1,A1,2024-01-05,,1,,\nC1,A2,2024-01-05,,2,,\n", manager)
    text = INVOICES + "C1,A1,2024-01-05,,1,,\nC1,A2,2024-01-05,,22,,\nC1,A3,2024-01-05,,3,,\nC1,A3,2024-01-05,,3,,\n"
    run = imported("invoices", text, manager, duplicates=again)
    amounts = dict(Invoice.objects.values_list("number", "amount"))
    if again == "error":
        assert counts(run) == ("done", 1, 0, 2, 1)
        assert errors(run) == [(3, "number", "duplicate_differs")]
        assert amounts == {"A1": 1, "A2": 2, "A3": 3}
    else:
        assert counts(run) == ("done", 1, 1, 2, 0)
        assert amounts == {"A1": 1, "A2": 22, "A3": 3}


def test_payments_settle_what_they_name_and_no_more(customer, manager):
    imported("invoices", INVOICES + "C1,A1,2024-01-05,,100,,\nC1,A2,2024-01-05,,50,,\n", manager)
    text = (
        "客户编号,回款单号,到账日期,回款金额,核销发票号码\n"
        "C1,P1,2024-02-01,80,A1\nC1,P2,2024-02-02,80,A1\nC1,P3,2024-02-03,10,\nC1,P4,2024-02-04,5,A9\nC1,P5,2024-02-05,0,\n"
    )
    run = imported("payments", text, manager)
    assert counts(run) == ("done", 3, 0, 0, 0)
    assert errors(run) == [(5, "invoice_number", "invoice_unknown"), (6, "amount", "cell_unreadable")]
    settled = Allocation.objects.order_by("pk").values_list("payment__reference", "invoice__number", "amount")
    assert sorted(settled) == [("P1", "A1", 80), ("P2", "A1", 20)]
    again = imported("payments", text, manager)
    assert counts(again) == ("done", 0, 0, 3, 0)
    assert Allocation.objects.count() == 2
    assert Payment.objects.count() == 3


def test_customers_are_opened_once_and_found_again(manager):
    text = (
        "客户名称,登记代码,行业代码,行政区划代码,注册资本（万元）,成立日期,从业人数,联系人,联系电话\n"
        "示例甲有限公司,91350100M000100Y43,3429,310115,500,2006年12月6日,180,张三,021-1\n"
        "示例乙有限公司,,F51,,壹佰万元整,,,,\n"
        "示例丙有限公司,91350100M000100Y44,,,,,,,\n"
        "示例丁有限公司,91350100M000100Y43,,,,,,,\n"
    )
    run = imported("customers", text, manager)
    assert counts(run) == ("done", 2, 0, 0, 0)
    assert errors(run) == [(4, "identifier", "identifier_wrong"), (5, "name", "twice_in_file")]
    first = Customer.objects.get(name="示例甲有限公司")
    assert (first.industry_code, first.region_code, first.registered_capital, first.employees, first.size_class) == (
        "C3429", "310115", Decimal("5000000.00"), 180, first.size_class
    )  # fmt: skip
    assert first.contacts.get().name == "张三"
    assert list(first.identifiers.values_list("kind", "value")) == [("uscc", "91350100M000100Y43")]
    assert "示例" in first.search_tokens
    created = Event.objects.filter(type="customer.created")
    assert created.count() == 2
    assert created.first().data["import"] == run.pk

    again = imported(
        "customers", text.replace("示例甲有限公司,", "示例甲有限公司（新）,"), manager, duplicates="update"
    )
    assert counts(again) == ("done", 0, 1, 1, 0)
    first.refresh_from_db()
    assert (first.name, first.version) == ("示例甲有限公司（新）", 2)
    assert Customer.objects.count() == 2


def test_sales_bring_own_customers_only(customer, seller):
    run = imported("customers", "客户名称,负责销售\n示例戊有限公司,\n示例己有限公司,manager\n", seller)
    assert errors(run) == [(3, "owner", "owner_unknown")]
    assert Customer.objects.get(name="示例戊有限公司").owner == seller
    taken = checked("customers", "客户名称,信用代码\n示例庚有限公司,91350100M000100Y43\n", seller)
    assert errors(taken) == [(2, "uscc", "identity_taken")]
    for kind in ("invoices", "payments", "statements"):
        with pytest.raises(PermissionDenied):
            upload(kind, INVOICES, seller)
    assert ImportRun.objects.filter(kind="invoices").count() == 0


def test_statements_in_wide_form_and_again(customer, manager):
    header = "客户,报告期末,单位,货币资金（万元）,营业收入（万元）,审计意见\n"
    text = header + "C1,2023-12-31,万元,12.5,100,标准无保留\nC1,2022-12-31,万元,10,90,\n"
    run = imported("statements", text, manager)
    assert counts(run) == ("done", 2, 0, 0, 0)
    kept = Statement.objects.get(period_end="2023-12-31")
    assert (kept.lines, kept.audit_opinion, kept.scope, kept.months, kept.entry_unit) == (
        {"cash": "125000.00", "rev": "1000000.00"}, "unqualified", "parent", 12, 10000
    )  # fmt: skip
    assert counts(imported("statements", text, manager)) == ("done", 0, 0, 2, 0)
    changed = text.replace("12.5", "12.6")
    assert counts(imported("statements", changed, manager)) == ("done", 0, 0, 1, 1)
    assert counts(imported("statements", changed, manager, duplicates="update")) == ("done", 0, 1, 1, 0)
    assert Statement.objects.filter(period_end="2023-12-31").count() == 2


def test_a_refused_upload_leaves_nothing(media, manager):
    for name, content in (
        ("a.xlsm", b"PK\x03\x04"),
        ("../a.csv\\x", b"a,b\n1,2\n"),
        ("a.csv", b"a,b\n\0,2\n"),
        ("a.csv", b""),
    ):
        with pytest.raises(intake.FileError):
            upload("invoices", content, manager, name=name)
    assert ImportRun.objects.count() == 0
    assert [path for path in Path(media).rglob("*") if path.is_file()] == []
    assert Event.objects.filter(type="import.uploaded").count() == 0


def test_a_confirmed_mapping_is_remembered(customer, manager):
    text = "甲,乙,丙,丁\nC1,A1,2024-01-05,1\n"
    run = upload("invoices", text, manager)
    assert run.mapping == {"columns": {}, "units": {}}
    with pytest.raises(intake.FileError) as caught:
        services.import_map(run=run, mapping=intake.Mapping({"customer": 0}), actor=manager)
    assert caught.value.code == "column_missing"
    with pytest.raises(ValidationError):
        services.import_map(run=run, mapping=intake.Mapping({"customer": 9}), actor=manager)
    assert ColumnMapping.objects.count() == 0
    mapping = intake.Mapping({"customer": 0, "number": 1, "issued_on": 2, "amount": 3})
    services.import_map(run=run, mapping=mapping, actor=manager)
    assert upload("invoices", text, manager).mapping == mapping.as_json()


def test_cancel_and_resume(customer, manager, monkeypatch):
    run = checked("invoices", INVOICES + "".join(f"C1,A{i},2024-01-05,,1,,\n" for i in range(7)), manager)
    monkeypatch.setattr("xinheng.server.exchange.checking.CHUNK_ROWS", 2)
    run.state = State.DRAFT
    run.save()
    services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=manager)
    jobs.import_check(run.pk)
    run.refresh_from_db()
    assert (run.chunks, run.rows_good) == (4, 7)
    services.import_start(run=run, policy="good_rows", duplicates="error", actor=manager)
    asked = []

    def stop_at_third(self):
        asked.append(None)
        if len(asked) == 3:
            raise services_stopped

    from xinheng.server.exchange.watch import Stopped, Watch

    services_stopped = Stopped()
    monkeypatch.setattr(Watch, "check", stop_at_third)
    jobs.import_write(run.pk)
    run.refresh_from_db()
    assert (run.state, run.position, run.inserted, Invoice.objects.count()) == ("cancelled", 2, 4, 4)
    services.import_resume(run=run, actor=manager)
    jobs.import_write(run.pk)
    run.refresh_from_db()
    assert (run.state, run.position, run.inserted, Invoice.objects.count()) == ("done", 4, 7, 7)


def test_running_a_job_twice_changes_nothing(customer, manager):
    run = imported("invoices", INVOICES + "C1,A1,2024-01-05,,1,,\n", manager)
    jobs.import_write(run.pk)
    jobs.import_check(run.pk)
    again = ImportRun.objects.get(pk=run.pk)
    assert counts(again) == ("done", 1, 0, 0, 0)
    assert Event.objects.filter(type="import.finished").count() == 1


def test_a_silent_run_is_handed_to_the_worker_again_but_not_for_ever(customer, manager):
    run = checked("invoices", INVOICES + "C1,A1,2024-01-05,,1,,\n", manager)
    services.import_start(run=run, policy="good_rows", duplicates="error", actor=manager)
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    waiting = ProcrastinateJob.objects.filter(task_name="exchange.import_write")

    ImportRun.objects.update(heartbeat_at=long_ago)
    jobs.imports_revive(0)
    assert waiting.count() == 1, "a run that waits for a busy worker is not dead"

    from django.db import connection

    for attempt in range(1, services.MOST_ATTEMPTS + 2):
        with connection.cursor() as cursor:
            cursor.execute("update procrastinate_jobs set status = 'failed'")
        ImportRun.objects.update(heartbeat_at=long_ago)
        jobs.imports_revive(0)
        run.refresh_from_db()
        assert run.attempts == min(attempt, services.MOST_ATTEMPTS)
    assert (run.state, run.failure["code"]) == ("failed", "worker_died")
    services.import_resume(run=run, actor=manager)
    jobs.import_write(run.pk)
    assert Invoice.objects.count() == 1


def test_an_error_of_the_program_fails_the_run_and_keeps_what_is_whole(customer, manager, monkeypatch):
    run = checked("invoices", INVOICES + "C1,A1,2024-01-05,,1,,\n", manager)
    services.import_start(run=run, policy="good_rows", duplicates="error", actor=manager)
    run.chunk_path(0).write_text("not,a,chunk\n")
    jobs.import_write(run.pk)
    run.refresh_from_db()
    assert (run.state, run.failure["code"], run.position) == ("failed", "unexpected", 0)
    assert Invoice.objects.count() == 0


def test_the_report_holds_every_error_and_the_page_the_first(customer, manager):
    text = INVOICES + "".join(f"C1,A{i},不是日期,,1,,\n" for i in range(500))
    run = checked("invoices", text, manager)
    assert (run.errors, run.refusals.count()) == (500, 200)
    assert [row for row, _, _ in errors(run)] == list(range(2, 502))
    assert json.loads(run.errors_path.read_text().splitlines()[0])[:4] == [
        2,
        "issued_on",
        "不是日期",
        "date_unreadable",
    ]


def test_the_registry_transcripts_become_customers(manager, shared_data):
    import gzip

    text = gzip.decompress(shared_data("cn_company_registry/licence_registry.csv.gz").read_bytes())
    run = imported("customers", text, manager, name="registry.csv")
    assert run.inserted + len({row for row, _, _ in errors(run)}) == 124
    assert Customer.objects.count() == run.inserted == 116
    assert Identifier.objects.count() == 116
