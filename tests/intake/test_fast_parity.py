"""The SQL forms take only what the readers of cells take, with equal values."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinheng.engine.errors import BadInput
from xinheng.engine.notation import AmountUnit
from xinheng.intake import kind
from xinheng.intake.cells import CellReader
from xinheng.intake.fast import fast_column

COLUMNS = [(k, column.key) for k in ("customers", "invoices", "payments") for column in kind(k).columns]

digits = st.text("0123456789", max_size=20)
AWKWARD = st.sampled_from(
    ["-0", "0", "-1.005", "1,234.50", "1,23", "12,345,678.9", "1.", ".5", "+1", "1e3", "1E+19", "万", "1万", "10.5万元",
     "壹佰万元整", "2024-02-30", "2024-2-3", "2024/2/3", "2024/2-3", "2024.2.3", "20240203", "2024年2月3日",
     "2024年2月3日 00:00:00", "2024-02-03 25:61:00", "2024-02-03 10:00:00", "1799-12-31", "2201-01-01", "#N/A", "-", "--",
     "无", "null", "NONE", "NaN", "是", "否", "true", "作废", "作废发票", "有效发票", "发票", "红字发票", "CNY", "rmb", "RMB",
     "人民币", "美元", "usd", "９", "（有限）公司", "a  b", " a", "a ", "a\u3000b", "é", "e\u0301", "\u200b", "1.23457E+19", "9E+1",
     "=1+1", "#REF!", "#", "龘", "－5", "1 234", "00012", "1234567890123456.00", "999999999999999.99", "-1.00"]
)  # fmt: skip
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12).map(str)
days = st.dates(date(1700, 1, 1), date(2300, 1, 1)).map(date.isoformat)
CELL = st.one_of(
    AWKWARD, digits, amounts, days, st.text(max_size=30), st.text("0123456789,.-+/年月日万元 ", max_size=16)
)
UNITS = st.sampled_from(list(AmountUnit))


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        yield connection


def fast(database, reader, cell):
    column = fast_column("t.c", reader)
    return database.execute(
        f"select {column.plain}, {column.value} from (select nullif($1, '') as c) t", [cell]
    ).fetchone()


@pytest.mark.parametrize(("kind_key", "column_key"), COLUMNS)
@settings(max_examples=150, deadline=None)
@given(cell=CELL, unit=UNITS)
def test_what_sql_takes_the_reader_takes_with_the_same_value(database, kind_key, column_key, cell, unit):
    # Rows with unprintable characters never reach SQL: see BulkReader._next.
    if not cell.isprintable():
        return
    reader = CellReader(kind(kind_key).column(column_key), unit)
    plain, value = fast(database, reader, cell)
    if not plain:
        return
    expected = reader(cell)
    assert value == expected
    assert type(value) is type(expected) or isinstance(value, type(expected))


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("amount", "1,234.50", Decimal("1234.50")),
        ("amount", "-12", Decimal("-12.00")),
        ("issued_on", "2024-1-5", date(2024, 1, 5)),
        ("issued_on", "2024/01/05", date(2024, 1, 5)),
        ("issued_on", "2024年1月5日", date(2024, 1, 5)),
        ("issued_on", "2024-01-05 00:00:00", date(2024, 1, 5)),
        ("number", "24312000000012345678", "24312000000012345678"),
        ("customer", "示例机械（上海）有限公司", "示例机械（上海）有限公司"),
        ("void", "作废发票", True),
        ("kind", "红字发票", "credit_note"),
        ("currency", "人民币", "CNY"),
        ("terms_days", "60", 60),
    ],
)
def test_the_usual_forms_are_taken_by_sql(database, column, cell, value):
    assert fast(database, CellReader(kind("invoices").column(column)), cell) == (True, value)


@pytest.mark.parametrize("unit", list(AmountUnit))
def test_units_scale_exactly(database, unit):
    reader = CellReader(kind("invoices").column("amount"), unit)
    plain, value = fast(database, reader, "12.34")
    assert plain
    assert value == reader("12.34") == Decimal("12.34") * unit.factor


def test_error_values_are_never_text(database):
    reader = CellReader(kind("customers").column("name"))
    with pytest.raises(BadInput):
        reader("#N/A")
    assert fast(database, reader, "#N/A")[0] is False
