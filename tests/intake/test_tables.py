"""Tables as people make them: encodings, delimiters, titles, merged headers, units, forms."""

import codecs
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from xinheng.engine.notation import AmountUnit
from xinheng.intake import Limits, kind, mapping_of, open_source, propose, read_rows, split, table_for
from xinheng.intake.templates import template_workbook

INVOICES = kind("invoices")
CUSTOMERS = kind("customers")
LINE = '客户编号,发票号码,开票日期,价税合计\nC1,10001,2024年1月5日,"1,234.50"\n'


def read(path, definition, **limits):
    table = table_for(open_source(path, limits=Limits(**limits)), definition)
    matches = propose(definition, table.headers, table.unit, [cells for _, cells in table.sample(20)])
    return table, matches, *split(read_rows(table, definition, mapping_of(matches)))


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("gb18030", b""), ("gbk", b""),
     ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE), ("utf-16-le", b"")],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(tmp_path, encoding, bom, delimiter):
    text = "客户编号,发票号码,开票日期,价税合计\n" + "C1,10001,2024年1月5日,1234.50\n" * 30
    path = tmp_path / "a.csv"
    path.write_bytes(bom + text.replace(",", delimiter).encode(encoding))
    _, _, good, bad = read(path, INVOICES)
    assert not bad
    assert len(good) == 30
    assert good[0].values["amount"] == Decimal("1234.50")
    assert good[0].values["issued_on"] == good[0].values["due_on"] == date(2024, 1, 5)


def test_titles_above_the_header_and_the_unit_in_them(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"应收账款明细,,,\n单位：万元,,,\n\n{LINE}合计,,,1\n", encoding="gb18030")
    table, _, good, bad = read(path, INVOICES)
    assert (table.header.row, table.unit) == (4, AmountUnit.WAN)
    assert good[0].values["amount"] == Decimal("12345000.00")
    assert [(error.row, error.column, error.code) for error in bad] == [
        (6, "number", "required"), (6, "issued_on", "required")
    ]  # fmt: skip


def test_merged_header_of_two_storeys(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("明细")
    sheet.merge_range(0, 0, 0, 5, "2024 年发票明细")
    for place, text in enumerate(["客户编号", "发票号码", "开票日期"]):
        sheet.merge_range(1, place, 2, place, text)
    sheet.merge_range(1, 3, 1, 5, "金额")
    sheet.write_row(2, 3, ["不含税", "税额", "价税合计"])
    sheet.write_row(3, 0, ["C1", "10001"])
    sheet.write_datetime(3, 2, __import__("datetime").datetime(2024, 1, 5), book.add_format({"num_format": "yyyy/m/d"}))
    sheet.write_row(3, 3, [100, 13, 113.005])
    book.close()
    table, matches, _, bad = read(path, INVOICES)
    assert table.header.last_row == 3
    assert {m.column: m.header for m in matches if m.column} == {
        "customer": "客户编号", "number": "发票号码", "issued_on": "开票日期", "amount": "价税合计"
    }  # fmt: skip
    assert [(e.row, e.column, e.value, e.code) for e in bad] == [(4, "amount", "113.005", "cell_unreadable")]


def test_every_error_says_row_column_value_and_what_is_accepted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "客户编号,发票号码,开票日期,到期日,价税合计,发票状态\n"
        "C1,1.23457E+19,2024-02-30,2024-03-01,12万,作废发票\n"
        "C1,A2,2024-02-03,2024-01-01,壹佰万元整,有效发票\n"
        "C1,A3,03/04/2024,,abc,也许\n"
        ",A4,2024-02-03,,-5,否\n"
        "C1,A5,2024-02-03,,5,否,多余\n",
        encoding="utf-8",
    )
    *_, good, bad = read(path, INVOICES)
    assert [(e.row, e.column, e.value, e.code) for e in bad] == [
        (2, "number", "1.23457E+19", "cell_unreadable"),
        (2, "issued_on", "2024-02-30", "date_unreadable"),
        (3, "due_on", "2024-01-01", "due_before_issue"),
        (4, "issued_on", "03/04/2024", "date_unreadable"),
        (4, "amount", "abc", "amount_unreadable"),
        (4, "void", "也许", "bool_unreadable"),
        (5, "customer", "", "required"),
        (6, "", "7", "too_many_cells"),
    ]
    assert not good
    assert all(e.zh and e.en and e.accepted_zh and e.accepted_en for e in bad)


@pytest.mark.parametrize("key", ["customers", "invoices", "payments", "statements"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_imports_as_it_is(tmp_path, key, language):
    path = tmp_path / "template.xlsx"
    path.write_bytes(template_workbook(kind(key), language))
    _, matches, good, bad = read(path, kind(key))
    assert [m.column for m in matches] == [column.key for column in kind(key).columns]
    if key == "statements":
        assert [error.code for error in bad] == ["no_lines"]
    else:
        assert not bad
        assert len(good) == 1


def test_the_registry_transcripts(shared_data):
    path = shared_data("cn_company_registry/licence_registry.csv.gz")
    _, matches, good, bad = read(path, CUSTOMERS, gzip=True)
    assert [m.column for m in matches if m.column] == [
        "identifier", "name", "registered_capital", "founded_on", "address"
    ]  # fmt: skip
    assert len(good) + len({error.row for error in bad}) == 124
    assert {error.column for error in bad} == {"identifier", "founded_on"}
    capital = {row.values["name"]: row.values["registered_capital"] for row in good}
    assert capital["秦皇岛市冀东解放汽车销售服务有限公司"] == Decimal("5000000.00")


def form(path, unit="元", year="2023年12月31日"):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("资产负债表")
    sheet.write(0, 0, "资产负债表")
    sheet.write_row(1, 0, ["编制单位：示例机械有限公司", "", year, "", "", f"单位：{unit}"])
    sheet.write_row(
        2, 0, ["资产", "行次", "期末余额", "年初余额", "负债和所有者权益（或股东权益）", "期末余额", "年初余额"]
    )
    rows = [
        ["流动资产：", "", "", "", "流动负债：", "", ""],
        ["货币资金", 1, 1200, 1000, "短期借款", 1500, 1300],
        ["应收账款", 2, 2000, 1600, "应付账款", 1200, 1000],
        ["资产总计", 3, 10000, 8800, "负债和所有者权益（或股东权益）总计", 10000, 8800],
    ]
    for number, row in enumerate(rows, start=3):
        sheet.write_row(number, 0, row)
    sheet = book.add_worksheet("利润表")
    sheet.write_row(0, 0, ["项目", "本期金额", "上期金额"])
    items = [
        ["一、营业收入", 12000, 10000],
        ["减：营业成本", 9000, 7600],
        ["其中：利息费用", 200, 180],
        ["四、净利润（净亏损以“－”号填列）", 720, 600],
    ]
    for number, row in enumerate(items, start=1):
        sheet.write_row(number, 0, row)
    sheet = book.add_worksheet("现金流量表")
    sheet.write_row(0, 0, ["项目", "本期金额", "上期金额"])
    sheet.write_row(1, 0, ["经营活动产生的现金流量净额", 900, 700])
    sheet.write_row(2, 0, ["六、期末现金及现金等价物余额", 1200, 1000])
    book.close()


def test_the_official_form_becomes_two_years(tmp_path):
    form(tmp_path / "f.xlsx", unit="万元")
    _, _, good, bad = read(tmp_path / "f.xlsx", kind("statements"))
    assert not bad
    now, before = (row.values for row in good)
    assert (now["customer"], now["period_end"], now["months"], now["scope"]) == (
        "示例机械有限公司", date(2023, 12, 31), 12, "parent"
    )  # fmt: skip
    assert before["period_end"] == date(2022, 12, 31)
    expected = {
        "cash": 1200, "ar": 2000, "stl": 1500, "ta": 10000, "tle": 10000, "rev": 12000, "cogs": 9000, "ie": 200,
        "np": 720, "cfo": 900, "ce1": 1200,
    }  # fmt: skip
    assert {code: now[code] / 10000 for code in expected} == expected
    assert (before["cash"], before["rev"]) == (Decimal(10000000), Decimal(100000000))
    assert now["tfa"] is None


def test_an_interim_form_gives_no_year_before(tmp_path):
    form(tmp_path / "f.xlsx", year="2024年1-6月")
    _, _, good, _ = read(tmp_path / "f.xlsx", kind("statements"))
    assert [(row.values["period_end"], row.values["months"]) for row in good] == [(date(2024, 6, 30), 6)]
