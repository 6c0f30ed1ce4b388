"""Whatever the bytes are: our errors, or a table; never another exception."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.intake import FileError, Limits, kind, mapping_of, open_source, propose, read_rows, table_for
from xinheng.intake.bulk import BulkReader
from xinheng.intake.errors import ColumnMissing

INVOICES = kind("invoices")
SMALL = Limits(text_bytes=1 << 20, workbook_bytes=1 << 20, inflated_bytes=1 << 22, gzip=True)
calm = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def attempt(path, name):
    try:
        for definition in (INVOICES, kind("statements")):
            table = table_for(open_source(path, name, SMALL), definition)
            mapping = mapping_of(propose(definition, table.headers, table.unit, [c for _, c in table.sample(5)]))
            list(read_rows(table, definition, mapping))
    except FileError:
        pass


@calm
@given(content=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.xlsx", "a.csv.gz", "a.txt"]))
def test_arbitrary_bytes(tmp_path, content, name):
    path = tmp_path / "stored"
    path.write_bytes(content)
    attempt(path, name)


@calm
@given(
    text=st.text(
        st.sampled_from("客户编号发票号码开票日期价税合计金额,\t;\"\n\r\x00'ABC123.-=年月日 项目期末余额"), max_size=300
    ),
    encoding=st.sampled_from(["utf-8", "gb18030", "utf-16"]),
)
def test_text_that_looks_like_a_table(tmp_path, text, encoding):
    path = tmp_path / "stored"
    path.write_bytes(text.encode(encoding))
    attempt(path, "a.csv")


@pytest.fixture(scope="module")
def workbook():
    """One workbook for all examples: each new one carries its minute, and so differs in length."""
    from xinheng.intake.templates import template_workbook

    return template_workbook(INVOICES)


@calm
@given(data=st.data())
def test_damaged_workbooks(tmp_path, workbook, data):
    content = bytearray(workbook)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "stored"
    path.write_bytes(bytes(content[: data.draw(st.integers(20, len(content)))]))
    attempt(path, "a.xlsx")


@calm
@given(sheet=st.text(st.sampled_from("<>/cvrowtsfi=\"'A1B2XFD10485760 &;:"), max_size=200), data=st.data())
def test_workbooks_with_strange_sheets(tmp_path, sheet, data):
    from xinheng.intake.templates import template_workbook

    inner = sheet if data.draw(st.booleans()) else f"<sheetData>{sheet}</sheetData>"
    path = tmp_path / "stored"
    with zipfile.ZipFile(io.BytesIO(template_workbook(INVOICES))) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            changed = info.filename.endswith("sheet1.xml")
            new.writestr(info.filename, f"<worksheet>{inner}</worksheet>" if changed else old.read(info))
    attempt(path, "a.xlsx")


names = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf", "Mn", "Mc", "Me"]), min_size=1, max_size=12
)
ROWS = st.lists(
    st.tuples(
        st.from_regex(r"C[0-9]{1,6}", fullmatch=True),
        st.from_regex(r"[0-9A-Z]{1,20}", fullmatch=True),
        st.dates(date(1990, 1, 1), date(2090, 1, 1)),
        st.decimals(-(10**9), 10**9, places=2).filter(bool),
        st.booleans(),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, style=st.integers(0, 3), chunk=st.integers(1, 7))
def test_a_table_comes_back_as_it_was_by_both_ways(tmp_path, rows, style, chunk):
    write_date = (date.isoformat, lambda d: f"{d.year}/{d.month}/{d.day}", lambda d: f"{d.year}年{d.month}月{d.day}日",
                  lambda d: d.strftime("%Y%m%d"))[style]  # fmt: skip
    write_amount = (str, lambda a: f"{a:,}", lambda a: f"￥{a}", lambda a: f"{a:f}元")[style]
    lines = ["客户编号,发票号码,开票日期,价税合计,作废"]
    lines += [f'{c},{n},{write_date(d)},"{write_amount(a)}",{"是" if v else "否"}' for c, n, d, a, v in rows]
    path = tmp_path / "a.csv"
    path.write_text("\r\n".join(lines), encoding="gb18030")
    table = table_for(open_source(path), INVOICES)
    mapping = mapping_of(propose(INVOICES, table.headers))
    expected = [(c, n, d, Decimal(a), v) for c, n, d, a, v in rows]
    keys = ("customer", "number", "issued_on", "amount", "void")
    slow = list(read_rows(table, INVOICES, mapping))
    assert [tuple(row.values[key] for key in keys) for row in slow] == expected
    fast = []
    with BulkReader(table, INVOICES, mapping, tmp_path, chunk_rows=chunk) as reader:
        for part in reader:
            assert not part.errors
            fast += part.database.execute(f"select {', '.join(keys)} from good order by row").fetchall()
    assert fast == expected


@calm
@given(cells=st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=6), min_size=1, max_size=12))
def test_both_ways_agree_on_whatever_is_in_the_cells(tmp_path, cells):
    import csv

    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as stream:
        writer = csv.writer(stream)
        writer.writerow(["客户编号", "发票号码", "开票日期", "价税合计"])
        writer.writerows(cells)
    try:
        table = table_for(open_source(path), INVOICES)
        mapping = mapping_of(propose(INVOICES, table.headers))
        slow = list(read_rows(table, INVOICES, mapping))
    except (FileError, ColumnMissing):
        return
    errors = sorted((e.row, e.column, e.code) for result in slow if isinstance(result, list) for e in result)
    found, good = [], 0
    with BulkReader(table, INVOICES, mapping, tmp_path, chunk_rows=5) as reader:
        for part in reader:
            found += [(e.row, e.column, e.code) for e in part.errors]
            good += part.good
    assert sorted(found) == errors
    assert good == sum(not isinstance(result, list) for result in slow)
