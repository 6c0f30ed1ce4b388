"""From a company's own files to a rated customer, on the command line and on real files."""

import csv
import json

import pytest
from click.testing import CliRunner

from factories.company_files import (
    NAME,
    NUMBER,
    customers,
    invoices,
    payments,
    sample_workbook,
    statements,
    write_csv,
)
from xinheng.cli import main
from xinheng.demo import Book

AS_OF = ["--as-of", "2026-06-30"]

#: The sample company's figures as the domain reference works them out (sections 4.4, 6.4 and 6.5).
WORKED = {
    "l1": 1.5, "l2": 1.05, "l5": 0.225, "d1": 0.5, "d4": 1.086957, "d8": 5.8, "p1": 0.153191, "p4": 0.25,
    "e1": 6.349206, "e2": 57.4875, "e5": 67.6264, "g1": 0.2, "g3": 0.136364, "c1": 1.25, "c6": 1.607143,
    "altman_z1": 2.307752, "altman_z2": 3.85872, "springate": 1.20052, "zmijewski": -1.815436,
}  # fmt: skip


def assess(*arguments, code=0, env=None):
    answer = CliRunner().invoke(
        main,
        ["assess", *map(str, arguments)],
        env={"COLUMNS": "100", "LC_ALL": "", "LANG": "zh_CN.UTF-8", **(env or {})},
    )
    assert answer.exit_code == code, answer.output
    return answer


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return sample_workbook(tmp_path_factory.mktemp("sample") / "sample.xlsx")


@pytest.fixture(scope="module")
def rated(sample):
    (company,) = json.loads(assess(sample, *AS_OF, "--json").stdout)["companies"]
    return company


def test_a_workbook_of_four_tables_becomes_a_rating(rated):
    assert (rated["company"], rated["number"]) == (NAME, NUMBER)
    assert (rated["statements"], rated["invoices"], rated["payments"]) == (2, 12, 10)
    assert (rated["grade"], rated["pd_12m"], rated["terms_days"]) == ("BBB", 0.007, 45)
    assert sum(line["earned"] or 0 for line in rated["points"]) == pytest.approx(rated["score"], abs=1e-9)


def test_the_ratios_are_those_of_the_worked_example(rated):
    found = {row["id"]: float(row["value"]) for row in rated["ratios"] if row["value"] is not None}
    found |= {row["id"]: row["value"] for row in rated["models"]}
    for name, value in WORKED.items():
        assert found[name] == pytest.approx(value, abs=1e-4), name


def test_the_facts_are_those_of_file_statements_and_payments(rated):
    facts = rated["facts"]
    assert facts["industry_section"] == "C"
    assert facts["size_class"] == "medium"
    assert facts["employees"] == 350
    assert facts["registered_capital"] == "20000000.00"
    assert (facts["years_in_business"], facts["customer_age_years"]) == (19.5647, 7.2471)
    assert (facts["open_amount"], facts["overdue_max_days"]) == ("200000.00", 26)


def test_the_limit_is_told_step_by_step(rated):
    steps = {step["id"]: step for step in rated["limit_steps"]}
    assert steps["limit_net_worth"]["amount"] == "5000000.00"
    assert steps["limit_net_worth"]["arithmetic"]["zh"] == "10% × 50,000,000"
    assert steps["limit_working_assets"]["arithmetic"]["zh"] == "35,000,000 × 20%"
    assert steps["limit_capacity"]["arithmetic"]["en"] == "median of (5,000,000; 4,000,000; 7,000,000)"
    assert steps["limit_peers"] | {"formula": ""} == {
        "id": "limit_peers", "zh": "同行授信", "en": "Other suppliers", "role": "information", "amount": None,
        "status": "missing_input", "formula": "", "inputs": {"peer_limit_median": None},
        "arithmetic": {"zh": "缺少同行授信中位数", "en": "lacks median limit of other suppliers"},
    }  # fmt: skip
    assert rated["limit_binding"] == "limit_need"
    assert rated["limit_proposed"] == steps["limit_proposed"]["amount"] == "200000.00"


def test_what_is_missing_comes_with_its_effect(rated):
    (missing,) = rated["missing"]
    assert missing["id"] == "public_record"
    assert missing["worst"]["score"] == pytest.approx(rated["score"] - 5)
    assert missing["best"]["score"] == pytest.approx(rated["score"] + 5)


def test_csv_files_in_gbk_and_utf8_give_the_same_as_the_workbook(rated, tmp_path):
    files = [
        write_csv(tmp_path / "payments.csv", payments(NAME)),
        write_csv(tmp_path / "invoices.csv", invoices(NAME), "utf-8"),
        write_csv(tmp_path / "statements.csv", statements(NUMBER), "utf-8-sig"),
        write_csv(tmp_path / "customers.csv", customers()),
    ]
    (company,) = json.loads(assess(*files, *AS_OF, "--json").stdout)["companies"]
    assert company == rated


def test_standard_output_is_one_json_object_whatever_happens_beside_it(tmp_path):
    rows = invoices()
    rows[2][2] = "2026-13-45"
    path = sample_workbook(tmp_path / "sample.xlsx", 发票=rows, 天气=[["城市", "雨量"], ["示例市", 3]])
    answer = assess(path, *AS_OF, "--json", "--xlsx", tmp_path / "out.xlsx", code=1)
    read = json.loads(answer.stdout)
    date, payment = read["refused"]
    assert {key: date[key] for key in ("file", "sheet", "row", "column", "value", "code")} == {
        "file": "sample.xlsx", "sheet": "发票", "row": 3, "column": "issued_on", "value": "2026-13-45",
        "code": "date_unreadable",
    }  # fmt: skip
    assert date["column_label"] == {"zh": "开票日期", "en": "Issued on"}
    assert date["message"]["en"] == "“2026-13-45” cannot be read as a date"
    assert (payment["code"], payment["value"]) == ("invoice_unknown", "INV02")
    assert [sheet["sheet"] for sheet in read["unread"]] == ["天气"]
    assert read["companies"][0]["invoices"] == 11


def test_the_table_speaks_the_readers_language(sample):
    zh = assess(sample, *AS_OF).stdout
    en = assess(sample, *AS_OF, env={"LANG": "en_GB.UTF-8"}).stdout
    assert "建议额度" in zh
    assert "BBB" in zh
    assert "Limit (CNY)" in en
    assert "Limit (CNY)" in assess(sample, *AS_OF, "--language", "en").stdout
    assert max(len(line) for line in en.splitlines()) <= 100


def test_a_name_cannot_command_the_terminal_nor_mark_up_the_table(tmp_path):
    path = sample_workbook(tmp_path / "sample.xlsx", 客户=customers(name="[red]甲[/] 公司"))
    assert "[red]甲[/]" in assess(path, *AS_OF).stdout.replace("\n", "")
    (tmp_path / "escape.csv").write_text("客户,发票号码,开票日期,价税合计\n\x1b[2J甲,1,昨天,5\n", encoding="utf-8")
    answer = assess(tmp_path / "escape.csv", *AS_OF, code=1)
    assert "\x1b" not in answer.output


def test_without_papers_of_the_day_nothing_is_rated_and_no_figure_is_zero(sample):
    (company,) = json.loads(assess(sample, "--as-of", "2007-01-31", "--json").stdout)["companies"]
    assert [company[key] for key in ("grade", "score", "pd_12m", "limit_proposed", "terms_days")] == [None] * 5
    assert "—" in assess(sample, "--as-of", "2007-01-31").stdout


def test_the_demo_companies_are_told_apart(tmp_path):
    companies = [Book().company(index) for index in (1, 2, 3)]
    codes = sorted({code for company in companies for s in company.statements for code in s.lines})
    tables = {
        "statements.csv": [["客户编号", "报告期末", *codes]]
        + [[c.name, s.period_end, *(s.lines.get(code, "") for code in codes)] for c in companies for s in c.statements],
        "invoices.csv": [["客户编号", "发票号码", "开票日期", "到期日", "价税合计"]]
        + [[c.name, d.number, d.issued_on, d.due_on, d.amount] for c in companies for d in c.documents],
        "payments.csv": [["客户编号", "流水号", "到账日期", "金额", "发票号码"]]
        + [[c.name, f"P{d.number}", d.paid_on, d.paid, d.number] for c in companies for d in c.documents if d.paid],
    }
    for name, rows in tables.items():
        with (tmp_path / name).open("w", newline="", encoding="gb18030") as file:
            csv.writer(file).writerows(rows)
    read = json.loads(assess(*(tmp_path / name for name in tables), "--as-of", "2026-10-31", "--json").stdout)
    grades = {row["grade"] for row in read["companies"]}
    assert len(read["companies"]) == 3
    assert all(row["statements"] == 3 and row["invoices"] > 0 for row in read["companies"])
    assert None not in grades
    assert len(grades) > 1
