"""Industry norms on real PostgreSQL: built from the book, loaded from a table, asked for, shown, and who may."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from factories.people import person, signed_in
from xinheng.engine.norms import Level, Origin
from xinheng.intake.norms import read_norms
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.jobs import norms_rebuild
from xinheng.server.assessment.models import Assessment, IndustryNorm, NormLoad, RuleSetVersion
from xinheng.server.assessment.norms import assessment_positions, comparable_ratios, norms_policy, percentiles_of
from xinheng.server.assessment.services.assessments import assessor
from xinheng.server.assessment.services.norms import (
    REBUILD,
    NormsRefused,
    norms_are_stale,
    norms_build,
    norms_load,
    norms_rebuild_later,
    refused_rows,
)
from xinheng.server.customers.models import Customer
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 10, 31)
HEADER = "行业,规模,比率,家数,10分位,下四分位,中位数,上四分位,90分位,来源,年度\n"


def rules(text: str | None = None) -> RuleSetVersion:
    """The rules in force, or others whose ratios are defined by another text."""
    documents = dict(assessor().rules.documents)
    if text is not None:
        documents["ratios.toml"] = text
    digest = assessor().rules.hash if text is None else "0" * 64
    return RuleSetVersion.objects.get_or_create(hash=digest, defaults={"documents": documents})[0]


def assessed(number, industry, value, *, size="small", made_by=None, **fields):
    """A customer with an assessment whose current ratio has this value."""
    customer, _ = Customer.objects.get_or_create(
        number=number, defaults={"name": f"示例{number}", "industry_code": industry, "size_class": size} | fields
    )
    return Assessment.objects.create(
        customer=customer, rules=made_by or rules(), as_of=AS_OF, facts={}, results={"l1": value, "d1": 0.5}
    )


@pytest.fixture
def book():
    """25 small machine builders with current ratios 0.1 … 2.5, and 5 traders."""
    for place in range(25):
        assessed(f"C{place}", "C3511", (place + 1) / 10)
    for place in range(5):
        assessed(f"F{place}", "F5174", place + 1.0, size="micro")
    return Customer.objects.get(number="C4")


def table(tmp_path, *lines, name="norms.csv"):
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


# ── from our own book ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_build_counts_the_newest_assessment_of_every_live_customer(book):
    assessed("C0", "C3511", 99.0)  # a newer one of the same customer: counts in place of 0.1, at the cap of 10
    assessed("C99", "C3511", 5.0, archived_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    load = norms_build()
    norm = IndustryNorm.objects.get(ratio="l1", industry="C35", size_class="")
    assert (norm.n, norm.p50, norm.period, norm.origin) == (25, 1.4, "2026-10-31", "book")
    assert norm.p99 == pytest.approx(10 - 0.24 * 7.5)  # position 23.76 of 0…24, between 2.5 and 10
    assert (load.companies, load.rules_hash) == (30, assessor().rules.hash)
    groups = {(n.industry, n.size_class): n.n for n in IndustryNorm.objects.filter(ratio="l1")}
    assert groups == {
        ("", ""): 30, ("", "small"): 25, ("", "micro"): 5, ("C", ""): 25, ("C", "small"): 25, ("C35", ""): 25,
        ("C35", "small"): 25, ("F", ""): 5, ("F", "micro"): 5, ("F51", ""): 5, ("F51", "micro"): 5,
    }  # fmt: skip
    event = Event.objects.get(type="norms.built")
    assert (event.data["companies"], event.data["norms"]) == (30, IndustryNorm.objects.count())


def test_ratios_of_another_definition_are_not_mixed_in(book):
    other = rules("# the current ratio was something else then\n")
    for place in range(10):
        assessed(f"OLD{place}", "C3511", 9.0, made_by=other)
    norms_build()
    assert IndustryNorm.objects.get(ratio="l1", industry="C35", size_class="").n == 25


def test_a_second_build_takes_the_place_of_the_first_and_leaves_references(book, tmp_path):
    norms_load(path=table(tmp_path, "C35,,L1,40,0.8,1.1,1.5,2,3,示例年鉴,2025"))
    norms_build()
    before = IndustryNorm.objects.filter(origin="book").count()
    norms_build()
    assert IndustryNorm.objects.filter(origin="book").count() == before
    assert IndustryNorm.objects.filter(origin="reference").count() == 1
    assert Event.objects.filter(type="norms.built").count() == 2


def test_an_empty_book_gives_no_norm_and_no_error():
    assert norms_build().companies == 0
    assert not IndustryNorm.objects.exists()
    assert not norms_are_stale()


def test_the_nightly_job_builds_only_where_something_changed(book):
    norms_rebuild()
    assert NormLoad.objects.count() == 1
    norms_rebuild()
    assert NormLoad.objects.count() == 1
    assessed("C1", "C3511", 7.0)
    norms_rebuild()
    assert NormLoad.objects.count() == 2


def test_many_calls_leave_one_build_to_the_worker():
    norms_rebuild_later()
    norms_rebuild_later()
    assert ProcrastinateJob.objects.filter(task_name=REBUILD, status="todo").count() == 1


# ── from a published table ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_table_is_loaded_in_the_units_of_the_rules(tmp_path):
    path = table(
        tmp_path,
        "制造业,,资产负债率,120,30,41.5%,52,63,74,示例年鉴,2025",
        "C35,小型,l1,40,0.8,1.1,1.5,2,3,示例年鉴,2025",
        "全部,,应收账款周转天数,900,10,30,60,\"1,090.5\",,示例年鉴,2025",
    )  # fmt: skip
    load = norms_load(path=path, name="年鉴.csv")
    debt, days, current = IndustryNorm.objects.order_by("ratio").all()[0:3]
    assert (debt.ratio, debt.industry, debt.n, debt.p25, debt.p50) == ("d1", "C", 120, 0.415, 0.52)
    assert (days.ratio, days.industry, days.p75, days.p90) == ("e2", "", 1090.5, None)
    assert (current.ratio, current.industry, current.size_class, current.p01) == ("l1", "C35", "small", None)
    assert load.norms.count() == 3
    event = Event.objects.get(type="norms.loaded")
    assert event.data == {"file": "年鉴.csv", "norms": 3, "sources": ["示例年鉴 2025"]}


def test_the_same_group_again_is_replaced(tmp_path):
    norms_load(path=table(tmp_path, "C35,,L1,40,0.8,1.1,1.5,2,3,示例年鉴,2025"))
    norms_load(path=table(tmp_path, "C35,,L1,41,,1.2,1.6,2,3,示例年鉴,2025", "C35,,L1,9,,1,2,3,,示例年鉴,2024"))
    assert set(IndustryNorm.objects.values_list("period", "n", "p10", "p50")) == {
        ("2025", 41, None, 1.6),
        ("2024", 9, None, 2.0),
    }


WRONG = {
    "C35,,X9,40,,1,2,3,,年鉴,2025": ("ratio", "ratio_unknown"),
    "C351,,L1,40,,1,2,3,,年鉴,2025": ("industry", "norm_industry"),
    "Z,,L1,40,,1,2,3,,年鉴,2025": ("industry", "norm_industry"),
    ",,L1,40,,1,2,3,,年鉴,2025": ("industry", "required"),
    "C35,,L1,0,,1,2,3,,年鉴,2025": ("n", "cell_unreadable"),
    "C35,,L1,40,,1,0.5,3,,年鉴,2025": ("p50", "norm_descends"),
    "C35,,L1,40,,1,二,3,,年鉴,2025": ("p50", "norm_value"),
    "C35,,L1,40,,1,50%,3,,年鉴,2025": ("p50", "norm_value"),
    "C35,,L1,40,,1,,3,,年鉴,2025": ("p50", "required"),
    "C35,,L1,40,,1,2,3,,,2025": ("source", "required"),
    "C35,巨型,L1,40,,1,2,3,,年鉴,2025": ("size_class", "choice_unknown"),
    "C35,,流动比率,40,,1,2,3,,示例年鉴,2025": ("ratio", "norm_twice"),
}


@pytest.mark.parametrize("line", WRONG)
def test_one_wrong_row_refuses_the_whole_table_and_names_its_place(tmp_path, line):
    path = table(tmp_path, "C35,,L1,40,0.8,1.1,1.5,2,3,示例年鉴,2025", line)
    with pytest.raises(NormsRefused) as refused:
        norms_load(path=path)
    (error,) = refused_rows(refused.value)
    assert (error.row, error.column, error.code) == (3, *WRONG[line])
    assert error.accepted_zh
    assert error.accepted_en
    assert not IndustryNorm.objects.exists()
    assert not NormLoad.objects.exists()
    assert not Event.objects.filter(type="norms.loaded").exists()


def test_the_empty_table_to_fill_in_is_read_back(tmp_path):
    client = signed_in(person(Role.AUDITOR))
    path = tmp_path / "form.csv"
    path.write_bytes(client.get(reverse("assessment:norms_form")).content)
    read = read_norms(path, comparable_ratios())
    assert read.rows == len(comparable_ratios())
    assert {error.code for error in read.errors} == {"required"}
    assert {error.column for error in read.errors} == {"n", "p25", "p50", "p75", "source", "period"}


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.REVIEWER])
def test_who_may_not_load_loads_nothing(tmp_path, role):
    path = table(tmp_path, "C35,,L1,40,0.8,1.1,1.5,2,3,示例年鉴,2025")
    someone = person(role)
    for act in (lambda: norms_load(path=path, actor=someone), lambda: norms_build(actor=someone)):
        with pytest.raises(PermissionDenied):
            act()
    client = signed_in(someone)
    assert client.post(reverse("assessment:norms_load")).status_code == 403
    assert client.post(reverse("assessment:norms_rebuild")).status_code == 403
    assert not NormLoad.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name=REBUILD).exists()


GOOD = {
    "origin": "reference", "source": "年鉴", "period": "2025", "industry": "C35", "ratio": "l1", "n": 30,
    "p25": 1.0, "p50": 2.0, "p75": 3.0,
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0}, {"industry": "c35"}, {"industry": "C3"}, {"source": ""}, {"period": ""}, {"p25": 2.5}, {"p75": 1.5},
        {"p10": 1.5}, {"p01": 1.5}, {"p01": 0.5, "p05": 0.4}, {"p90": 2.9}, {"p99": 2.9}, {"p90": 5.0, "p99": 4.0},
    ],
)  # fmt: skip
def test_the_database_refuses_what_no_distribution_is(wrong):
    load = NormLoad.objects.create(origin="reference", name="a.csv")
    IndustryNorm.objects.create(load=load, **GOOD)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndustryNorm.objects.create(load=load, **GOOD | {"ratio": "l2"} | wrong)


def test_a_build_without_its_rules_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        NormLoad.objects.create(origin="book", companies=3)


# ── where a customer stands ──────────────────────────────────────────────────────────────────────────────────────────


def test_positions_of_an_assessment_take_one_query(book):
    norms_build()
    assessment = Assessment.objects.select_related("customer").get(customer=book)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        positions = assessment_positions(assessment)
    assert len(queries) == 1
    assert list(positions) == list(comparable_ratios())
    current = positions["l1"]  # 0.5 is the fifth of 25: 4 of 24 steps up
    assert current.percentile == pytest.approx(100 * 4 / 24)
    assert (current.n, current.level, current.industry, current.size_class) == (25, Level.DIVISION, "C35", "small")
    assert (current.origin, current.period) == (Origin.BOOK, "2026-10-31")
    assert positions["l2"].percentile is None
    assert positions["l2"].note_en == "The value is unknown, nothing to compare"


def test_a_division_with_few_companies_gives_way_to_all_industries(book):
    norms_build()
    found = percentiles_of({"l1": 3.0}, industry_code="F5174", size_class="micro")["l1"]
    assert (found.level, found.n) == (Level.ALL, 30)
    assert "F51 (micro) has only 5" in found.note_en


def test_a_reference_goes_before_our_own_book_while_it_has_enough_companies(book, tmp_path):
    norms_build()
    norms_load(path=table(tmp_path, "C35,小型,L1,40,,1,2,3,,示例年鉴,2024", "C35,小型,L1,44,,1,2,3,,示例年鉴,2025"))
    found = percentiles_of({"l1": 2.0}, industry_code="C3511", size_class="small")["l1"]
    assert (found.origin, found.source, found.period, found.n) == (Origin.REFERENCE, "示例年鉴", "2025", 44)
    norms_load(path=table(tmp_path, "C35,小型,L1,19,,1,2,3,,示例年鉴,2025"))
    found = percentiles_of({"l1": 2.0}, industry_code="C3511", size_class="small")["l1"]
    assert found.origin is Origin.BOOK


def test_the_policy_is_told_in_both_languages():
    assert "少于" not in norms_policy("zh")
    assert "大类" in norms_policy("zh")
    assert "Division before section" in norms_policy("en")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_empty_page_says_how_to_load(client):
    answer = signed_in(person(Role.CREDIT_MANAGER)).get(reverse("assessment:norms"))
    assert answer.status_code == 200
    assert "xinheng norms load" in answer.content.decode()
    assert client.get(reverse("assessment:norms")).status_code == 302


def test_the_page_lists_and_filters_with_a_constant_number_of_queries(book):
    norms_build()
    client = signed_in(person(Role.AUDITOR))
    address = reverse("assessment:norms")
    with CaptureQueriesContext(connection) as few:
        answer = client.get(address, {"section": "F", "ratio": "l1", "size_class": "all"})
    text = answer.content.decode()
    assert len(answer.context["rows"]) == 2
    assert "2026-10-31" in text
    assert "<b>3.00</b>" in text
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(address, {"size_class": "each"}).context["rows"]) > 10
    assert len(many) <= len(few) + 1
    assert "Load a published table" not in text
    assert not client.get(address, {"section": "A"}).context["rows"]
    assert client.get(address, {"page": "nonsense"}).status_code == 200


def test_a_table_is_loaded_on_the_page_and_a_wrong_one_shown_with_its_rows():
    client = signed_in(person(Role.RISK_OFFICER))
    address = reverse("assessment:norms_load")
    wrong = SimpleUploadedFile("表.csv", (HEADER + "C35,,X9,40,,1,2,3,,年鉴,2025\n").encode())
    answer = client.post(address, {"file": wrong})
    assert answer.status_code == 400
    assert "X9" in answer.content.decode()
    assert client.post(address).status_code == 400
    assert client.post(address, {"file": SimpleUploadedFile("a.xls", b"\xd0\xcf\x11\xe0" * 8)}).status_code == 400
    assert not NormLoad.objects.exists()
    right = SimpleUploadedFile("表.csv", (HEADER + "C35,,L1,40,,1,2,3,,年鉴,2025\n").encode("gb18030"))
    assert client.post(address, {"file": right}).status_code == 302
    assert NormLoad.objects.get().made_by.username == Role.RISK_OFFICER
    assert client.post(reverse("assessment:norms_rebuild")).status_code == 302
    assert ProcrastinateJob.objects.filter(task_name=REBUILD).count() == 1
