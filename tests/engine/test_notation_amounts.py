"""Amounts: ways of writing, refusals, the real registry, and the trip to words and back."""

import csv
import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xinheng.engine.errors import BadInput, UnreadableAmount
from xinheng.engine.notation import Amount, AmountUnit, amount_in_words, find_unit, format_amount, parse_amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.5", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        ("１，２３４.５０", "1234.50"),
        ("1 234 567", "1234567"),
        ("1 234.50", "1234.50"),
        ("¥1,234.5", "1234.5"),
        ("￥ 100", "100"),
        ("-1,234", "-1234"),
        ("1,234-", "-1234"),
        ("(1,234.50)", "-1234.50"),
        ("（1,234.50）", "-1234.50"),
        ("负伍佰元", "-500"),
        ("+5", "5"),
        ("-0", "0"),
        ("100万", "1000000"),
        ("100.0000万元整", "1000000"),
        ("1.5亿元", "150000000"),
        ("3亿5000万", "350000000"),
        ("1亿2千万", "120000000"),
        ("5百万元", "5000000"),
        ("2千元", "2000"),
        ("十五元", "15"),
        ("一点五亿", "150000000"),
        ("壹佰万元整", "1000000"),
        ("壹佰万圆正", "1000000"),
        ("壹佰萬圓整", "1000000"),
        ("伍仟捌佰零叁万贰仟元", "58032000"),
        ("柒亿贰仟零玖拾万圆整", "720900000"),
        ("壹仟零伍拾捌万元", "10580000"),
        ("一百零捌拾万元整", "1800000"),
        ("壹佰元伍角叁分", "100.53"),
        ("壹佰元零叁分", "100.03"),
        ("5元3角", "5.3"),
        ("伍角", "0.5"),
        ("零元整", "0"),
        ("壹万亿元", "1000000000000"),
        ("叁佰万元人民币", "3000000"),
        ("（人民币）伍仟万元", "50000000"),
        ("伍佰万元（人民币）", "5000000"),
        ("人民币壹佰万元人民币壹佰万元", "1000000"),
        ("50万元50万元", "500000"),
        ("人民币（大写）壹佰万元整（¥1,000,000.00）", "1000000"),
        ("RMB 1.5 million", "1500000"),
    ],
)
def test_ways_of_writing_renminbi(text: str, value: str) -> None:
    assert parse_amount(text) == Amount(Decimal(value), "CNY")


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("USD 1,000", "1000", "USD"),
        ("$1,000", "1000", "USD"),
        ("100万美元", "1000000", "USD"),
        ("美元100万", "1000000", "USD"),
        ("贰拾万美元整", "200000", "USD"),
        ("500万港币", "5000000", "HKD"),
        ("HK$ 5,000", "5000", "HKD"),
        ("壹佰万欧元", "1000000", "EUR"),
        ("500英镑", "500", "GBP"),
        ("1000万日元", "10000000", "JPY"),
        ("US$1.5m", "1500000", "USD"),
        ("eur 20", "20", "EUR"),
    ],
)
def test_currencies(text: str, value: str, currency: str) -> None:
    assert parse_amount(text) == Amount(Decimal(value), currency)


def test_column_says_unit_and_currency_where_the_cell_does_not() -> None:
    assert parse_amount("100", unit=AmountUnit.WAN) == Amount(Decimal(1_000_000), "CNY")
    assert parse_amount(100, unit=AmountUnit.WAN, currency="USD") == Amount(Decimal(1_000_000), "USD")
    assert parse_amount("100元", unit=AmountUnit.WAN) == Amount(Decimal(100), "CNY")
    assert parse_amount("1亿", unit=AmountUnit.WAN, currency="USD") == Amount(Decimal(10**8), "USD")
    assert parse_amount("¥100", unit=AmountUnit.WAN, currency="USD") == Amount(Decimal(1_000_000), "CNY")


@pytest.mark.parametrize("value", [None, "", "  ", "-", "—", "——", "－", "无", "/", "N/A", "***"])
def test_nothing_is_unknown_and_not_zero(value: str | None) -> None:
    assert parse_amount(value) is None


def test_numbers_of_a_spreadsheet_are_taken_as_shown() -> None:
    assert parse_amount(0.1) == Amount(Decimal("0.1"))
    assert parse_amount(1234567.89) == Amount(Decimal("1234567.89"))
    assert parse_amount(7) == Amount(Decimal(7))
    assert parse_amount(Decimal("0.00")) == Amount(Decimal(0))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("一百五", "open_unit"),
        ("1万5", "open_unit"),
        ("壹佰伍元", "open_unit"),
        ("1万20000", "out_of_order"),
        ("1.5亿2000万", "out_of_order"),
        ("五十百", "out_of_order"),
        ("5.5元3角", "out_of_order"),
        ("12,34", "separators"),
        ("1.234,56", "separators"),
        ("100 200", "separators"),
        ("1.2E+07", "scientific"),
        ("USD 100 人民币", "two_currencies"),
        ("壹佰万元整（¥1,000.00）", "two_amounts"),
        ("10000000000000000", "too_large"),
        ("一万亿亿", "out_of_order"),
        ("约100万", "not_a_numeral"),
        ("100-200万元", "not_a_numeral"),
        ("--5", "not_a_numeral"),
        ("万元", "not_a_numeral"),
        ("abc", "not_a_numeral"),
        ("100\x00", "control_character"),
        ("10²", "special_figures"),
        ("①00", "special_figures"),
        ("9" * 121, "too_long"),
        (float("nan"), "not_finite"),
        (float("inf"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        (10**400, "too_large"),
        (True, "wrong_type"),
        ([1], "wrong_type"),
    ],
)
def test_what_has_no_reading_or_two_is_refused_with_the_reason(value: object, why: str) -> None:
    with pytest.raises(UnreadableAmount) as refused:
        parse_amount(value)  # type: ignore[arg-type]
    assert refused.value.data["why"] == why
    assert refused.value.code == "amount_unreadable"
    assert refused.value.message("zh") != refused.value.message("en")


def test_registered_capitals_of_the_real_registry(shared_data: Callable[[str], Path]) -> None:
    with gzip.open(shared_data("cn_company_registry/licence_registry.csv.gz"), "rt", encoding="utf-8") as lines:
        texts = [row["registration_capital"] for row in csv.DictReader(lines)]
    read = [parse_amount(text) for text in texts]
    found = [amount.value for amount in read if amount is not None]
    assert len(found) == sum(map(bool, texts)) == 87
    assert min(found) == 100_000
    assert max(found) == 720_900_000
    assert {amount.currency for amount in read if amount} == {"CNY"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        # The examples of 支付结算办法 (1997), annex 1, where a place is skipped.
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
        ("1000000", "壹佰万元整"),
        ("100000001", "壹亿零壹元整"),
        ("1000500000", "壹拾亿零伍拾万元整"),
        ("1000000000000", "壹万亿元整"),
        ("-3.2", "负叁元贰角"),
    ],
)
def test_amounts_in_financial_capitals(value: str, words: str) -> None:
    assert amount_in_words(Decimal(value)) == words


@pytest.mark.parametrize("value", ["0.001", "1e16", "NaN", "Infinity"])
def test_words_are_refused_where_they_would_not_be_exact(value: str) -> None:
    with pytest.raises(BadInput, match=r"exact to 0\.01"):
        amount_in_words(Decimal(value))


cents = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: Decimal(n).scaleb(-2))


@given(cents)
@example(Decimal("1000100010001000.01"))
@example(Decimal("-0.10"))
def test_words_lead_back_to_the_amount(value: Decimal) -> None:
    words = amount_in_words(value)
    assert parse_amount(words) == Amount(value)
    assert parse_amount(f"人民币（大写）：{words}") == Amount(value)
    assert amount_in_words(parse_amount(words).value) == words  # type: ignore[union-attr]


@given(cents)
def test_printed_figures_lead_back_to_the_amount(value: Decimal) -> None:
    for text in (f"{value:,}", f"{value}", f"¥{value:,}元" if value >= 0 else f"({-value:,})"):
        assert parse_amount(text) == Amount(value)


@given(st.decimals(min_value=0, max_value=9999, places=4), st.sampled_from(list(AmountUnit)))
def test_the_unit_of_a_column_multiplies_exactly(value: Decimal, unit: AmountUnit) -> None:
    found = parse_amount(str(value), unit=unit)
    assert found is not None
    assert found.value == value * unit.factor


@given(st.text() | st.text("0123456789,. 一二百千万亿元角分壹佰拾零点整正负()-$¥人民币美元Ee+", max_size=25))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    shown = ""
    found = None
    try:
        found = parse_amount(text)
    except UnreadableAmount as refused:
        shown = str(refused)
    assert "\x00" not in shown
    assert found is None or (found.value.is_finite() and abs(found.value) < 10**16)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("注册资本（万元）", AmountUnit.WAN),
        ("金额(元)", AmountUnit.YUAN),
        ("营业收入 百万元", AmountUnit.BAIWAN),
        ("单位：千元", AmountUnit.QIAN),
        ("资产总额(亿)", AmountUnit.YI),
        ("金额", None),
    ],
)
def test_unit_of_a_header(header: str, unit: AmountUnit | None) -> None:
    assert find_unit(header) is unit


def test_amounts_for_the_reader() -> None:
    value = Decimal("12345678.00")
    assert format_amount(value) == "12,345,678.00 元"
    assert format_amount(value, AmountUnit.WAN) == "1,234.57 万元"
    assert format_amount(value, AmountUnit.YI, language="en") == "0.12 CNY 100 million"
    assert format_amount(value, AmountUnit.WAN, digits=0, with_unit=False) == "1,235"
    assert format_amount(Decimal("0.125")) == "0.13 元"
    assert format_amount(Decimal("-0.001")) == "0.00 元"
    assert format_amount(None) == "—"
