"""Tables of several files put together by company."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from factories.company_files import (
    NAME,
    NUMBER,
    SAMPLE,
    customers,
    invoices,
    payments,
    sample_workbook,
    statements,
    write_csv,
    write_workbook,
)
from xinheng.engine.notation import AmountUnit
from xinheng.engine.statements import Scope
from xinheng.intake.errors import TableUnknown
from xinheng.intake.mapping import header_unit
from xinheng.intake.papers import newest_first, read_papers

USCC = "91350100M000100Y43"


def read(*paths):
    return read_papers([Path(path) for path in paths])


def test_a_workbook_gives_one_company_with_every_figure(tmp_path):
    reading = read(sample_workbook(tmp_path / "sample.xlsx"))
    (company,) = reading.companies
    newest, before = newest_first(company)
    assert (reading.refused, reading.unread, reading.repeated) == ([], [], 0)
    assert (company.name, company.file["customer_since"]) == (NAME, dt.date(2019, 4, 1))
    assert (newest.period_end, newest.scope) == (dt.date(2025, 12, 31), Scope.PARENT)
    for period, statement in (("closing", newest), ("opening", before)):
        assert dict(statement.lines) == {code: Decimal(str(amount)) * 10_000 for code, amount in SAMPLE[period].items()}
    assert len(company.invoices) == 12
    assert sum(amount for _invoice, amount, _day in company.allocations) == 1_000_000


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("实收资本（或股本）（万元）", AmountUnit.WAN),
        ("所有者权益（或股东权益）合计", None),
        ("金额（单位：千元）", AmountUnit.QIAN),
    ],
)
def test_the_unit_of_a_header_stands_behind_brackets_of_the_name(header, unit):
    assert header_unit(header) is unit


def test_a_company_is_found_by_number_code_or_name_whatever_the_order(tmp_path):
    files = [
        write_csv(tmp_path / "1.csv", payments(NAME.replace("（", "(").replace("）", ")"))),
        write_csv(tmp_path / "2.csv", invoices(USCC.lower())),
        write_csv(tmp_path / "3.csv", statements(NUMBER), "utf-8-sig"),
        write_csv(
            tmp_path / "4.csv",
            [["客户编号", "客户名称", "统一社会信用代码"], [NUMBER, NAME, USCC]],
        ),
    ]
    (company,) = read(*files).companies
    assert (len(company.statements), len(company.invoices), len(company.allocations)) == (2, 12, 10)


def test_companies_without_a_file_are_known_by_what_the_tables_call_them(tmp_path):
    table = invoices("甲公司") + invoices("乙公司")[1:]
    reading = read(write_csv(tmp_path / "invoices.csv", table))
    assert [(company.name, len(company.invoices)) for company in reading.companies] == [("甲公司", 12), ("乙公司", 12)]


def test_a_row_given_twice_counts_once_and_a_contradiction_is_refused(tmp_path):
    table = invoices()
    contradiction = [*table[3][:4], "1.00"]
    reading = read(write_csv(tmp_path / "invoices.csv", [*table, table[1], contradiction]))
    assert reading.repeated == 1
    (refused,) = reading.refused
    assert (refused.place, refused.error.row, refused.column("zh"), refused.error.code) == (
        "invoices.csv", 15, "发票号码", "duplicate",
    )  # fmt: skip
    assert len(reading.companies[0].invoices) == 12


def test_a_payment_of_an_invoice_that_is_not_there_is_refused_and_one_without_is_counted(tmp_path):
    table = [*payments(), [NUMBER, "P98", "2026-06-01", "5", "INV99"], [NUMBER, "P99", "2026-06-01", "5", ""]]
    reading = read(write_csv(tmp_path / "i.csv", invoices()), write_csv(tmp_path / "p.csv", table))
    (company,) = reading.companies
    assert [(refused.error.code, refused.error.row) for refused in reading.refused] == [("invoice_unknown", 12)]
    assert (company.unapplied, len(company.allocations)) == (1, 10)


def test_another_currency_is_refused_because_amounts_would_be_added(tmp_path):
    head, *rows = invoices()
    table = [[*head, "币种"], *([*row, "USD" if place == 0 else ""] for place, row in enumerate(rows))]
    reading = read(write_csv(tmp_path / "invoices.csv", table))
    assert [(refused.error.code, refused.error.row) for refused in reading.refused] == [("currency_foreign", 2)]
    assert len(reading.companies[0].invoices) == 11


def test_a_sheet_of_something_else_is_named_and_the_others_are_read(tmp_path):
    path = sample_workbook(tmp_path / "sample.xlsx", 天气=[["城市", "雨量"], ["示例市", 3]])
    reading = read(path)
    assert [(sheet.file, sheet.sheet) for sheet in reading.unread] == [("sample.xlsx", "天气")]
    assert len(reading.companies) == 1


def test_no_sheet_recognised_names_the_columns_that_the_closest_kind_lacks(tmp_path):
    path = write_workbook(tmp_path / "list.xlsx", 发票=[["客户", "发票号码"], ["甲公司", "1"]])
    with pytest.raises(TableUnknown) as caught:
        read(path)
    assert caught.value.data["name"] == "list.xlsx!发票"
    assert "开票日期、价税合计" in caught.value.message("zh")
    assert "Issued on, Amount incl. tax" in caught.value.message("en")


def test_the_official_forms_are_read_together_with_a_table_of_customers(tmp_path):
    path = write_workbook(
        tmp_path / "forms.xlsx",
        资产负债表=[
            ["资产负债表"], ["编制单位：" + NAME, "2025年12月31日", "单位：万元"],
            ["资产", "期末余额", "年初余额"], ["货币资金", 1200, 1000], ["资产总计", 10000, 8800],
        ],
        客户=customers(),
    )  # fmt: skip
    (company,) = read(path).companies
    newest, before = newest_first(company)
    assert (newest.lines["ta"], before.lines["cash"]) == (Decimal(100_000_000), Decimal(10_000_000))
    assert company.file["employees"] == 350


def test_consolidated_goes_before_parent_of_the_same_day(tmp_path):
    head, *rows = statements()
    table = [[*head, "口径"], *([*row, scope] for row in rows for scope in ("母公司", "合并"))]
    (company,) = read(write_csv(tmp_path / "s.csv", table)).companies
    assert len(company.statements) == 4
    assert [statement.scope for statement in newest_first(company)] == [Scope.CONSOLIDATED] * 2
