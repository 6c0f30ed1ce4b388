"""From a company's own files to a rated customer, on the command line and on real files."""

import csv
import json

import pytest
from click.testing import CliRunner

from xinheng.cli import main
from xinheng.demo import Book

AS_OF = ["--as-of", "2026-10-31"]


@pytest.fixture
def files(tmp_path):
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
    return [str(tmp_path / name) for name in tables]


def test_files_become_ratings(files):
    answer = CliRunner().invoke(main, ["assess", *files, *AS_OF, "--json"])
    assert answer.exit_code == 0
    companies = {row["company"]: row for row in json.loads(answer.stdout)["companies"]}
    assert len(companies) == 3
    grades = {row["grade"] for row in companies.values()}
    assert all(row["statements"] == 3 and row["invoices"] == 24 for row in companies.values())
    assert None not in grades
    assert len(grades) > 1


def test_a_row_that_cannot_be_read_is_named_and_left_out(files):
    with open(files[1], "a", encoding="gb18030") as file:
        file.write("某公司,INV9,2026-13-45,2026-12-01,100\n")
    answer = CliRunner().invoke(main, ["assess", *files, *AS_OF, "--json"])
    assert answer.exit_code == 1
    read = json.loads(answer.stdout)
    assert len(read["companies"]) == 3
    assert len(read["refused"]) == 1
    assert read["refused"][0].startswith("invoices.csv: row 74, ")


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "picture.xlsx").write_bytes(b"\x89PNG not a workbook")
    answer = CliRunner().invoke(main, ["assess", str(tmp_path / "picture.xlsx")])
    assert answer.exit_code == 2
    assert answer.stdout == ""


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "weather.csv").write_text("town,rain\nBeijing,3\n", encoding="utf-8")
    answer = CliRunner().invoke(main, ["assess", str(tmp_path / "weather.csv")])
    assert answer.exit_code == 2
    assert "columns of customers" in answer.stderr
