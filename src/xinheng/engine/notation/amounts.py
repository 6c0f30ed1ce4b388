"""Amounts of money as Chinese businesses write them, read exactly and written back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Literal

from ..errors import BadInput, UnreadableAmount
from .cells import clean
from .numerals import EXACT, NumeralError, capitals, parse_numeral

#: what a money column holds: 16 digits before the point
LARGEST = Decimal(10) ** 16

_CENT = Decimal("0.01")


class AmountUnit(StrEnum):
    """The unit in which a column or a page shows amounts."""

    YUAN = "yuan"  # 元
    QIAN = "qian"  # 千元, 10^3
    WAN = "wan"  # 万元, 10^4
    BAIWAN = "baiwan"  # 百万元, 10^6
    YI = "yi"  # 亿元, 10^8

    @property
    def factor(self) -> Decimal:
        """How many 元 one of this unit is."""
        return _FACTORS[self]


_FACTORS = {
    AmountUnit.YUAN: Decimal(1),
    AmountUnit.QIAN: Decimal(10**3),
    AmountUnit.WAN: Decimal(10**4),
    AmountUnit.BAIWAN: Decimal(10**6),
    AmountUnit.YI: Decimal(10**8),
}
_UNIT_NAMES: dict[AmountUnit, tuple[str, str]] = {
    AmountUnit.YUAN: ("元", "CNY"),
    AmountUnit.QIAN: ("千元", "CNY thousand"),
    AmountUnit.WAN: ("万元", "CNY 10,000"),
    AmountUnit.BAIWAN: ("百万元", "CNY million"),
    AmountUnit.YI: ("亿元", "CNY 100 million"),
}
_HEADER_UNIT = re.compile(r"百万元?|千元|万元?|亿元?|元")
_HEADER_UNITS = {"元": AmountUnit.YUAN, "千元": AmountUnit.QIAN, "万": AmountUnit.WAN, "百万": AmountUnit.BAIWAN} | {
    "亿": AmountUnit.YI
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact amount in the main unit of its currency (元 for CNY), and the ISO 4217 code."""

    value: Decimal
    currency: str = "CNY"


# Longest first, so that 美元 is found before 元 and HK$ before $.
_CURRENCY_WORDS: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            "人民币": "CNY", "RMB": "CNY", "CNY": "CNY", "CN¥": "CNY", "¥": "CNY",
            "美元": "USD", "美金": "USD", "USD": "USD", "US$": "USD", "$": "USD",
            "港元": "HKD", "港币": "HKD", "港幣": "HKD", "HKD": "HKD", "HK$": "HKD",
            "欧元": "EUR", "歐元": "EUR", "EUR": "EUR", "€": "EUR",
            "英镑": "GBP", "英鎊": "GBP", "GBP": "GBP", "£": "GBP",
            "日元": "JPY", "日圆": "JPY", "日圓": "JPY", "JPY": "JPY", "JP¥": "JPY",
            "新台币": "TWD", "新臺幣": "TWD", "台币": "TWD", "TWD": "TWD", "NT$": "TWD",
            "澳门元": "MOP", "澳门币": "MOP", "MOP": "MOP", "MOP$": "MOP",
            "新加坡元": "SGD", "新元": "SGD", "SGD": "SGD", "S$": "SGD",
            "韩元": "KRW", "韩圆": "KRW", "KRW": "KRW", "₩": "KRW",
            "澳元": "AUD", "AUD": "AUD", "A$": "AUD",
            "加元": "CAD", "加拿大元": "CAD", "CAD": "CAD", "C$": "CAD",
            "瑞士法郎": "CHF", "CHF": "CHF", "卢布": "RUB", "RUB": "RUB", "INR": "INR", "卢比": "INR",
        }.items(),
        key=lambda pair: -len(pair[0]),
    )
)  # fmt: skip
_CURRENCY = re.compile("|".join(re.escape(word) for word, _ in _CURRENCY_WORDS), re.IGNORECASE)
_CURRENCY_CODES = dict(_CURRENCY_WORDS)

_PLAIN = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_SIGNED_BRACKET = re.compile(r"\(([^()]+)\)")
_REMARK = re.compile(r"(.+)\(([^()]+)\)")
_LABEL = re.compile(r"\(?[大小]写\)?[::]?")
_BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
_GROUPED_BY_BLANKS = re.compile(r"[^\d]*\d{1,3}(?:(?:\s\d{3})+\.\d+|(?:\s\d{3}){2,})[^\d]*")
_ENGLISH = re.compile(r"([\d,.]+)\s*(thousand|million|billion|k|mn|mio|m|bn)", re.IGNORECASE)
_ENGLISH_FACTORS = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "bn": 9, "billion": 9}
_YUAN_JIAO_FEN = re.compile(
    r"(?:(?P<yuan>.+?)元|(?P<bare>[^元角分]+))?[整正]?零?(?:(?P<jiao>.)角)?零?(?:(?P<fen>.)分)?[整正]?"
)
_NUMERAL_CHARACTER = re.compile(r"[\d零〇○一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億貳參陸兩两圆]")

_REASONS: dict[str, tuple[str, str]] = {
    "not_a_numeral": (
        "可填 1,234.50、100万、1.5亿元、壹佰万元整",
        "accepted are 1,234.50, 100万, 1.5亿元, 壹佰万元整",
    ),
    "open_unit": (
        "末位数字缺少单位，例如“一百五”可以是 105 或 150",
        "the last digit lacks its unit: 一百五 may be 105 or 150",
    ),
    "out_of_order": ("数位顺序不对", "the units are not in order"),
    "separators": (
        "千位分隔符应为每三位一个逗号，小数点为“.”",
        "thousands are separated by a comma every three digits, decimals by a point",
    ),
    "two_currencies": ("出现了两种币种", "it names two currencies"),
    "two_amounts": ("括号内外的金额不一致", "the amounts in and before the brackets differ"),
    "scientific": (
        "科学计数法可能已丢失位数，请将该列设为文本或数值后重新导出",
        "scientific notation may have lost digits; give the column a number format and export again",
    ),
    "too_large": ("超过 16 位整数", "it has more than 16 digits before the point"),
    "not_finite": ("不是有限的数", "it is not a finite number"),
    "wrong_type": ("不是数字或文本", "it is neither a number nor text"),
}


def parse_amount(
    value: str | int | float | Decimal | None,
    *,
    unit: AmountUnit = AmountUnit.YUAN,
    currency: str = "CNY",
) -> Amount | None:
    """Read an amount exactly.

    Args:
        value: a cell. A float is taken by its shortest decimal form, as the spreadsheet shows it.
        unit: unit of the column, used where the cell names none: `100` in a column 万元 is 1,000,000 元.
        currency: ISO 4217 code used where the cell names none.
    Returns: the amount, or None where the cell says that there is nothing (blank, -, —, 无).
    Raises: UnreadableAmount with `why`; never guesses between two readings.
    """
    if value is None:
        return None
    if isinstance(value, str):
        # The most frequent cell of an import, read without going through the grammar.
        if _PLAIN.fullmatch(value) and len(value) < 24:
            return Amount(_bounded(_times(Decimal(value.replace(",", "")), unit.factor), value), currency)
        text = clean(value, UnreadableAmount)
        return None if text is None else _from_text(text, unit, currency)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _unreadable(value, "wrong_type")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise _unreadable(value, "not_finite")
    return Amount(_bounded(_times(number, unit.factor), str(value)), currency)


def find_unit(header: str) -> AmountUnit | None:
    """The unit that a column's header names, `注册资本（万元）` → WAN; None when it names none."""
    found = _HEADER_UNIT.findall(header)
    if not found:
        return None
    last = found[-1]
    return _HEADER_UNITS.get(last) or _HEADER_UNITS[last.removesuffix("元")]


def amount_in_words(value: Decimal) -> str:
    """An amount in 元 in financial capitals, as on a cheque: 1680.32 → 壹仟陆佰捌拾元叁角贰分.

    Raises: BadInput for a fraction of a 分, for what is not finite or too large.
    Source: 支付结算办法 (银发〔1997〕393号), annex 1: 整 after 元, none after 角 or 分; 零 where a place is skipped.
    """
    if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(_CENT, context=EXACT):
        raise BadInput(
            value=str(value),
            detail_zh="大写金额最多 16 位整数、精确到分",
            detail_en="words are written for at most 16 digits before the point, exact to 0.01",
        )
    cents = int(EXACT.multiply(abs(value), Decimal(100)))
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = capitals(yuan) + "元" if yuan or not cents else ""
    if not jiao and not fen:
        words += "整"
    if jiao:
        words += capitals(jiao) + "角"
    if fen:
        words += ("零" if words and not jiao else "") + capitals(fen) + "分"
    return ("负" if value < 0 else "") + words


def format_amount(
    value: Decimal | None,
    unit: AmountUnit = AmountUnit.YUAN,
    *,
    digits: int = 2,
    language: Literal["zh", "en"] = "zh",
    with_unit: bool = True,
) -> str:
    """An amount in 元 for the reader, half-up: 12345678 in WAN → `1,234.57 万元`. Unknown is `—`."""
    if value is None:
        return "—"
    step = Decimal(1).scaleb(-digits)
    shown = EXACT.divide(value, unit.factor).quantize(step, rounding=ROUND_HALF_UP, context=EXACT)
    text = f"{shown if shown else abs(shown):,}"
    if not with_unit:
        return text
    zh, en = _UNIT_NAMES[unit]
    return f"{text} {zh}" if language == "zh" else f"{text} {en}"


def _from_text(text: str, unit: AmountUnit, currency: str) -> Amount:
    original = text
    half, odd = divmod(len(text), 2)
    if not odd and text[:half] == text[half:] and re.search("[元圆圓万]", text[half:]):
        text = text[:half]  # licences print the capital twice, once per column
    text = _LABEL.sub("", text).replace("圆", "元").replace("圓", "元")
    text, stated = _without_currency(text, original)
    if _BLANK_BETWEEN_DIGITS.search(text) and not _GROUPED_BY_BLANKS.fullmatch(text):
        raise _unreadable(original, "separators")
    text = re.sub(r"\s+", "", text)
    text = text.replace("−", "-").replace("–", "-").replace("()", "")

    remark = _REMARK.fullmatch(text)
    if remark:
        outer, inner = (_signed(part, unit, original) for part in remark.groups())
        if outer != inner:
            raise _unreadable(original, "two_amounts")
        return Amount(_bounded(outer, original), stated or currency)
    return Amount(_bounded(_signed(text, unit, original), original), stated or currency)


def _without_currency(text: str, original: str) -> tuple[str, str | None]:
    """The text without the words for currencies, and the currency that they name."""
    named = {_CURRENCY_CODES.get(word) or _CURRENCY_CODES[word.upper()] for word in _CURRENCY.findall(text)}
    if len(named) > 1:
        raise _unreadable(original, "two_currencies")

    def replacement(match: re.Match[str]) -> str:
        before = text[match.start() - 1] if match.start() else ""
        ends_in_yuan = match[0][-1] in "元圆圓币镑金"
        return "元" if ends_in_yuan and _NUMERAL_CHARACTER.match(before) else ""

    return _CURRENCY.sub(replacement, text), named.pop() if named else None


def _signed(text: str, unit: AmountUnit, original: str) -> Decimal:
    bracket = _SIGNED_BRACKET.fullmatch(text)
    negative = False
    if bracket:
        text, negative = bracket[1], True
    for mark in ("-", "负", "負"):
        if text.startswith(mark):
            if negative:
                raise _unreadable(original, "not_a_numeral")
            text, negative = text[1:], True
            break
    else:
        if text.endswith("-"):  # as some ledgers print credits
            if negative:
                raise _unreadable(original, "not_a_numeral")
            text, negative = text[:-1], True
        elif text.startswith("+"):
            text = text[1:]
    value = _unsigned(text, unit, original)
    return -value if negative and value else value


def _unsigned(text: str, unit: AmountUnit, original: str) -> Decimal:
    if re.fullmatch(r"[\d.,]+[eE][+-]?\d+", text):
        raise _unreadable(original, "scientific")
    english = _ENGLISH.fullmatch(text)
    try:
        if english:
            return _times(parse_numeral(english[1]), Decimal(10) ** _ENGLISH_FACTORS[english[2].lower()])
        match = _YUAN_JIAO_FEN.fullmatch(text)
        if match is None or not (match["yuan"] or match["bare"] or match["jiao"] or match["fen"]):
            raise NumeralError("not_a_numeral")
        total = Decimal(0)
        whole = match["yuan"] or match["bare"]
        if whole:
            total = parse_numeral(whole)
        small = [(match["jiao"], Decimal("0.1")), (match["fen"], Decimal("0.01"))]
        for digit, worth in small:
            if digit:
                if total % 1 and worth == Decimal("0.1"):
                    raise NumeralError("out_of_order")
                total = EXACT.add(total, _times(parse_numeral(digit), worth))
        if match["bare"] and (match["jiao"] or match["fen"]):
            raise NumeralError("open_unit")
    except NumeralError as found:
        raise _unreadable(original, found.why) from None
    names_a_unit = bool(re.search("[元角分十百千万亿拾佰仟萬億]", text))
    return total if names_a_unit else _times(total, unit.factor)


def _times(value: Decimal, factor: Decimal) -> Decimal:
    return value if factor == 1 else EXACT.multiply(value, factor)


def _bounded(value: Decimal, original: str) -> Decimal:
    if abs(value) >= LARGEST:
        raise _unreadable(original, "too_large")
    return value


def _unreadable(value: object, why: str) -> UnreadableAmount:
    zh, en = _REASONS[why]
    return UnreadableAmount(value=str(value), why=why, detail_zh=zh, detail_en=en)
