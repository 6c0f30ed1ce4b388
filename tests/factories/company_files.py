"""Files of one fictional company: the sample statements of the domain reference, with invoices and payments."""

import csv
import datetime as dt
import tomllib
from decimal import Decimal
from importlib.resources import files

import openpyxl

from xinheng.engine.statements import LINES

WAN = Decimal(10_000)
SAMPLE = tomllib.loads(files("xinheng.engine.models").joinpath("sample_company.toml").read_text("utf-8"))
NAME = "华岳精密机械有限公司（示例）"
NUMBER = "C900001"
INVOICES = 12


def customers(name=NAME, number=NUMBER):
    head = ["客户编号", "客户名称", "行业代码", "成立日期", "合作开始日期", "注册资本（万元）", "从业人数"]
    return [head, [number, name, "C3511", "2006-12-06", "2019-04-01", "2,000", "350"]]


def statements(customer=NUMBER):
    """Both years in 万元, under the Chinese names of the lines."""
    codes = [code for code in SAMPLE["closing"] if code in LINES]
    head = ["客户", "报告期末", "审计意见", *(f"{LINES[code].zh}（万元）" for code in codes)]
    rows = [
        [customer, end, "标准无保留", *(SAMPLE[period].get(code, "") for code in codes)]
        for period, end in (("closing", "2025年12月31日"), ("opening", "2024-12-31"))
    ]
    return [head, *rows]


def invoices(customer=NUMBER):
    """One of 100,000 元 a month from July 2025 on, 30 days."""
    head = ["客户", "发票号码", "开票日期", "到期日", "价税合计"]
    rows = [
        [customer, f"INV{place:02}", day.isoformat(), (day + dt.timedelta(30)).isoformat(), "100,000.00"]
        for place, day in enumerate(_months(), 1)
    ]
    return [head, *rows]


def payments(customer=NUMBER):
    """Every invoice but the last two is paid ten days after it is due."""
    head = ["客户", "流水号", "到账日期", "金额", "发票号码"]
    rows = [
        [customer, f"P{place:02}", (day + dt.timedelta(40)).isoformat(), "100000", f"INV{place:02}"]
        for place, day in enumerate(_months(), 1)
    ]
    return [head, *rows[:-2]]


def _months():
    return [dt.date(2025 + (6 + month) // 12, (6 + month) % 12 + 1, 5) for month in range(INVOICES)]


def write_workbook(path, **tables):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return str(path)


def write_csv(path, rows, encoding="gb18030"):
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return str(path)


def sample_workbook(path, **changed):
    tables = {"客户": customers(), "财务报表": statements(), "发票": invoices(), "回款": payments()}
    return write_workbook(path, **(tables | changed))
