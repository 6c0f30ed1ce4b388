"""Dates, terms, shares, yes and no: ways of writing, refusals, the real registry."""

import csv
import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.errors import UnreadableBool, UnreadableDate, UnreadablePercent, UnreadableTerm
from xinheng.engine.notation import Term, parse_bool, parse_date, parse_percent, parse_term

CHRISTMAS = date(2016, 12, 23)


@pytest.mark.parametrize(
    "value",
    [
        "2016年12月23日",
        "2016 年 12 月 23 日",
        "２０１６年１２月２３日",
        "二〇一六年十二月二十三日",
        "二零一六年十二月廿三日",
        "二0一六年十二月二十三日",
        "2016-12-23",
        "2016/12/23",
        "2016.12.23",
        "20161223",
        "2016-12-23 10:30:00",
        "2016-12-23T10:30:00+08:00",
        "201612月23日",
        42727,
        42727.75,
        20161223,
        date(2016, 12, 23),
        datetime(2016, 12, 23, 23, 59, tzinfo=UTC),
    ],
)
def test_ways_of_writing_a_date(value: object) -> None:
    assert parse_date(value) == CHRISTMAS  # type: ignore[arg-type]


def test_short_months_and_days() -> None:
    assert parse_date("2016/1/5") == parse_date("2016年1月5日") == parse_date("二〇一六年一月五日") == date(2016, 1, 5)
    assert parse_date(61) == date(1900, 3, 1)


@pytest.mark.parametrize("value", [None, "", "-", "—", "无"])
def test_no_date(value: str | None) -> None:
    assert parse_date(value) is None
    assert parse_term(value) is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("2016-02-30", "no_such_day"),
        ("2016-13-01", "no_such_day"),
        (20161301, "no_such_day"),
        ("22013年3月5日", "form"),
        ("23/12/2016", "day_order"),
        ("16-12-23", "day_order"),
        ("2016", "bare_year"),
        (2016, "bare_year"),
        (60, "serial_out_of_range"),
        (float("nan"), "serial_out_of_range"),
        (1e300, "serial_out_of_range"),
        ("1066-01-01", "year_out_of_range"),
        (date(9999, 12, 31), "year_out_of_range"),
        ("2016-1/5", "form"),
        ("42727", "form"),
        ("2016-W51-5", "form"),
        ("2016年12月", "form"),
        ("长期", "form"),
        ("2016-12-23\x00", "control_character"),
        (True, "wrong_type"),
    ],
)
def test_what_is_no_date_is_refused_with_the_reason(value: object, why: str) -> None:
    with pytest.raises(UnreadableDate) as refused:
        parse_date(value)  # type: ignore[arg-type]
    assert refused.value.data["why"] == why


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    digits = "〇一二三四五六七八九"
    tens = ["", "十", "二十", "三十"]

    def words(number: int) -> str:
        return tens[number // 10] + (digits[number % 10] if number % 10 else "")

    year = "".join(digits[int(figure)] for figure in str(day.year))
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month:02}月{day.day:02}日",
        f"{day:%Y%m%d}",
        f"{year}年{words(day.month)}月{words(day.day)}日",
    ):
        assert parse_date(text) == day


@given(st.text() | st.text("0123456789-/.年月日二〇一十T:自至长期", max_size=30))
def test_any_text_is_a_date_or_is_refused(text: str) -> None:
    for read, error in ((parse_date, UnreadableDate), (parse_term, UnreadableTerm)):
        why: object = "read"
        try:
            read(text)  # type: ignore[operator]
        except error as refused:
            why = refused.data["why"]
        assert why


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("自2006年12月6日至2013年9月28日", Term(date(2006, 12, 6), date(2013, 9, 28))),
        ("2014年04月03日 至 2064年04月02日", Term(date(2014, 4, 3), date(2064, 4, 2))),
        ("2007年06月12日至2027年06月11日止", Term(date(2007, 6, 12), date(2027, 6, 11))),
        ("营业期限2011年09月26日至2021年12月30日", Term(date(2011, 9, 26), date(2021, 12, 30))),
        ("自二〇〇八年三月十二日至二〇一八年三月十二日", Term(date(2008, 3, 12), date(2018, 3, 12))),
        ("2007年01月19日至长期", Term(date(2007, 1, 19), None, indefinite=True)),
        ("2016年04月21日至永久", Term(date(2016, 4, 21), None, indefinite=True)),
        ("至长期", Term(None, None, indefinite=True)),
        ("长期", Term(None, None, indefinite=True)),
        ("2007年10月31日至年月日", Term(date(2007, 10, 31), None)),
        ("2004年03月19日至******", Term(date(2004, 3, 19), None)),
    ],
)
def test_terms(text: str, term: Term) -> None:
    assert parse_term(text) == term


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2020年1月1日至2019年1月1日", "end_before_start"),
        ("2020年1月1日", "form"),
        ("2020年2月30日至长期", "no_such_day"),
    ],
)
def test_wrong_terms(text: str, why: str) -> None:
    with pytest.raises(UnreadableTerm) as refused:
        parse_term(text)
    assert refused.value.data["why"] == why


def test_dates_and_terms_of_the_real_registry(shared_data: Callable[[str], Path]) -> None:
    with gzip.open(shared_data("cn_company_registry/licence_registry.csv.gz"), "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    refused = []
    read = 0
    for row in rows:
        try:
            read += parse_date(row["start_date"]) is not None
        except UnreadableDate:
            refused.append(row["start_date"])
    assert (read, refused) == (115, ["22013年3月5日"])  # a digit too many: which one, nobody can say
    terms = [parse_term(row["operation_period"]) for row in rows if row["operation_period"]]
    assert len(terms) == sum(term is not None for term in terms) == 94


@pytest.mark.parametrize(
    ("value", "share"),
    [
        ("15.3%", "0.153"),
        ("１５.３％", "0.153"),
        ("-2 %", "-0.02"),
        ("1,000%", "10"),
        ("3‰", "0.003"),
        ("百分之十五点三", "0.153"),
        ("负百分之五", "-0.05"),
        ("万分之五", "0.0005"),
        ("0.153", "0.153"),
        (0.1, "0.1"),
        (Decimal("0.25"), "0.25"),
    ],
)
def test_shares(value: str | float | Decimal, share: str) -> None:
    assert parse_percent(value) == Decimal(share)


def test_a_bare_number_is_what_its_column_says() -> None:
    assert parse_percent("15.3", bare="percent") == parse_percent(15.3, bare="percent") == Decimal("0.153")
    assert parse_percent("15.3%", bare="percent") == Decimal("0.153")
    assert parse_percent("—") is None


@pytest.mark.parametrize("value", ["abc", "%", "百分之", "1.2.3%", float("nan"), True, "5%\x00"])
def test_wrong_shares(value: object) -> None:
    with pytest.raises(UnreadablePercent):
        parse_percent(value)  # type: ignore[arg-type]


@given(st.decimals(min_value=-1000, max_value=1000, places=4))
def test_a_share_survives_printing(share: Decimal) -> None:
    assert parse_percent(f"{share * 100}%") == share


@given(st.text() | st.text("0123456789.,%‰百千万分之负点一二", max_size=12))
def test_any_text_is_a_share_or_is_refused(text: str) -> None:
    try:
        found = parse_percent(text)
    except UnreadablePercent:
        return
    assert found is None or found.is_finite()


@pytest.mark.parametrize("value", ["是", "有", "Y", "yes", "TRUE", "√", "1", 1, True])
def test_yes(value: str | int | bool) -> None:
    assert parse_bool(value) is True


@pytest.mark.parametrize("value", ["否", "无", "N", "no", "False", "×", "0", 0, 0.0, False])
def test_no(value: str | float | bool) -> None:
    assert parse_bool(value) is False


@pytest.mark.parametrize("value", [None, "", "-", "未知"])
def test_neither_is_unknown(value: str | None) -> None:
    assert parse_bool(value) is None


@pytest.mark.parametrize("value", ["也许", "2", 2, "是\x00", "yes please"])
def test_what_is_neither_is_refused(value: str | int) -> None:
    with pytest.raises(UnreadableBool):
        parse_bool(value)
