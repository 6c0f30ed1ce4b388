"""Dates and terms as Chinese businesses write them: 2016年12月23日, 二〇一六年九月一日, 2016/1/5, 自…至长期."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..errors import UnreadableDate, UnreadableTerm
from .cells import clean
from .numerals import NumeralError, parse_numeral, plain_numerals

FIRST_YEAR = 1800
LAST_YEAR = 2200

_EPOCH = date(1899, 12, 30)  # day 0 of spreadsheet serials from 1 March 1900 on
_FIRST_SERIAL = 61  # before it spreadsheets count a 29 February 1900 that never was

_NUMERIC = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_CHINESE = re.compile(r"(\d{4})年?(\d{1,2})月(\d{1,2})[日号]?")
_TIME = re.compile(r"[ T]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_NUMERALS = re.compile(
    r"([零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]"
)
_INDEFINITE = ("长期", "永久", "永续", "无固定期限", "不约定期限", "无限期", "长期有效", "permanent", "indefinite")
_UNSTATED = re.compile(r"年?月?日?|\*+")

_REASONS: dict[str, tuple[str, str]] = {
    "form": (
        "可填 2016-12-23、2016/12/23、20161223、2016年12月23日、二〇一六年十二月二十三日",
        "accepted are 2016-12-23, 2016/12/23, 20161223, 2016年12月23日, 二〇一六年十二月二十三日",
    ),
    "no_such_day": ("日历上没有这一天", "the calendar has no such day"),
    "year_out_of_range": (
        f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间",
        f"the year must be between {FIRST_YEAR} and {LAST_YEAR}",
    ),
    "serial_out_of_range": ("该数字不是日期序号", "the number is not the serial of a date"),
    "bare_year": ("只有年份，缺少月和日", "it is a year without month and day"),
    "day_order": (
        "日、月的先后不明，请写成 年-月-日",
        "the order of day and month is open; write year-month-day",
    ),
    "wrong_type": ("不是日期、数字或文本", "it is neither a date, a number nor text"),
    "end_before_start": ("结束日期早于开始日期", "it ends before it starts"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term of operation. `indefinite` is 长期; an `end` of None without it means that no end is stated."""

    start: date | None
    end: date | None
    indefinite: bool = False


def parse_date(value: str | int | float | date | datetime | None) -> date | None:
    """Read a calendar date.

    Args: value: a cell: text, a date, or a number that is a spreadsheet serial (1900 system) or reads YYYYMMDD.
    Returns: the date (a time of day is dropped), or None where the cell says that there is nothing.
    Raises: UnreadableDate with `why`; day-first and two-digit years are refused, since they have two readings.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return _in_range(value.date(), value)
    if isinstance(value, date):
        return _in_range(value, value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _unreadable(value, "wrong_type")
    if isinstance(value, str):
        if len(value) == 10 and value[4] == value[7] == "-" and value.isascii():
            with suppress(ValueError):  # the most frequent cell of an import; what is wrong with it is said below
                return _in_range(date.fromisoformat(value), value)
        text = clean(value, UnreadableDate)
        return None if text is None else _from_text(text)
    return _from_number(value)


def parse_term(value: str | None) -> Term | None:
    """Read a term of operation: `自2006年12月6日至2013年9月28日`, `2010年9月8日至长期`, `长期`.

    Returns: the term, or None where the cell says that there is nothing. What a licence leaves open (`至年月日`,
    `至****`) is an unstated end.
    Raises: UnreadableTerm when a part is no date or the end lies before the start.
    """
    text = None if value is None else clean(value, UnreadableTerm)
    if text is None:
        return None
    compact = re.sub(r"\s+", "", text)
    compact = (
        compact.removeprefix("营业期限").removeprefix("经营期限").lstrip(":").removeprefix("自").removeprefix("从")
    )
    if compact in _INDEFINITE:
        return Term(None, None, indefinite=True)
    first, separator, last = compact.partition("至")
    if not separator:
        first, separator, last = compact.partition("~")
    if not separator:
        raise _unreadable_term(text, "form")
    last = last.removesuffix("止").removesuffix("为")
    indefinite = last in _INDEFINITE
    try:
        start = _from_text(first.removesuffix("起")) if first else None
        end = None if indefinite or _UNSTATED.fullmatch(last) else _from_text(last)
    except UnreadableDate as found:
        raise _unreadable_term(text, str(found.data["why"])) from found
    if start and end and end < start:
        raise _unreadable_term(text, "end_before_start")
    return Term(start, end, indefinite)


def _from_number(value: int | float) -> date:
    if value != value or value in (float("inf"), float("-inf")):
        raise _unreadable(value, "serial_out_of_range")
    whole = int(value)
    if FIRST_YEAR * 10000 <= whole <= LAST_YEAR * 10000 + 1231 and whole == value:
        return _build(whole // 10000, whole // 100 % 100, whole % 100, value)
    if FIRST_YEAR <= whole <= LAST_YEAR:
        raise _unreadable(value, "bare_year")
    if not _FIRST_SERIAL <= whole <= (date(LAST_YEAR, 12, 31) - _EPOCH).days:
        raise _unreadable(value, "serial_out_of_range")
    return _EPOCH + timedelta(days=whole)


def _from_text(text: str) -> date:
    compact = re.sub(r"\s*([年月日号/.:-])\s*", r"\1", text)
    for pattern in (_NUMERIC, _COMPACT, _CHINESE):
        match = pattern.match(compact)
        if match and (match.end() == len(compact) or _TIME.fullmatch(compact[match.end() :])):
            year, month, day = (part for part in match.groups() if part.isdigit())
            return _build(int(year), int(month), int(day), text)
    # A zero typed as the digit 0 stands among the numerals of many licences: 二0一六年.
    match = _NUMERALS.fullmatch(plain_numerals(compact.replace("0", "零").replace("O", "零")))
    if match:
        try:
            year = "".join(str("零一二三四五六七八九".index(digit)) for digit in match[1])
            return _build(int(year), int(parse_numeral(match[2])), int(parse_numeral(match[3])), text)
        except NumeralError:
            raise _unreadable(text, "form") from None
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})", compact):
        raise _unreadable(text, "day_order")
    raise _unreadable(text, "bare_year" if re.fullmatch(r"\d{4}年?", compact) else "form")


def _build(year: int, month: int, day: int, original: object) -> date:
    try:
        return _in_range(date(year, month, day), original)
    except ValueError:
        raise _unreadable(original, "no_such_day") from None


def _in_range(found: date, original: object) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _unreadable(original, "year_out_of_range")
    return found


def _unreadable(value: object, why: str) -> UnreadableDate:
    zh, en = _REASONS[why]
    return UnreadableDate(value=str(value), why=why, detail_zh=zh, detail_en=en)


def _unreadable_term(value: str, why: str) -> UnreadableTerm:
    zh, en = _REASONS[why]
    return UnreadableTerm(value=value, why=why, detail_zh=zh, detail_en=en)
