"""Percentages, and yes or no."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Literal

from ..errors import UnreadableBool, UnreadablePercent
from .cells import clean
from .numerals import EXACT, NumeralError, parse_numeral

_YES = frozenset(("是", "有", "对", "真", "√", "✓", "✔", "y", "yes", "true", "t", "1"))
_NO = frozenset(("否", "无", "没有", "不是", "错", "假", "×", "✗", "✘", "n", "no", "false", "f", "0"))
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[+-]?\.\d+")
_LARGEST = Decimal(10) ** 16
_OUT_OF = {"%": 2, "‰": 3, "‱": 4}
_WORDS = re.compile(r"(负)?(百|千|万)分之(.+)")
_WORD_POWERS = {"百": 2, "千": 3, "万": 4}


def parse_percent(
    value: str | int | float | Decimal | None, *, bare: Literal["fraction", "percent"] = "fraction"
) -> Decimal | None:
    """Read a share as a plain number: `15.3%` → 0.153, `百分之五` → 0.05, `3‰` → 0.003.

    Args:
        bare: what a number without a sign is: `fraction` (0.153 is 15.3 %) or `percent` (15.3 is 15.3 %). A column is
            one or the other; a single number cannot tell.
    Returns: the share, or None where the cell says that there is nothing.
    Raises: UnreadablePercent with `why`.
    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _unreadable(value)
    power = 2 if bare == "percent" else 0
    if not isinstance(value, str):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or abs(number) >= _LARGEST:
            raise _unreadable(value)
        return EXACT.scaleb(number, -power)
    text = clean(value, UnreadablePercent)
    if text is None:
        return None
    compact = re.sub(r"\s+", "", text).replace("−", "-")
    words = _WORDS.fullmatch(compact)
    try:
        if words:
            share = EXACT.scaleb(parse_numeral(words[3]), -_WORD_POWERS[words[2]])
            return -share if words[1] else share
        if compact[-1] in _OUT_OF:
            compact, power = compact[:-1], _OUT_OF[compact[-1]]
        if not _NUMBER.fullmatch(compact):
            raise _unreadable(value)
        return EXACT.scaleb(Decimal(compact.replace(",", "")), -power)
    except (NumeralError, InvalidOperation):
        raise _unreadable(value) from None


def parse_bool(value: str | int | float | bool | None) -> bool | None:
    """Read yes or no: 是, 有, √, Y, true, 1 and 否, 无, ×, N, false, 0. None where the cell is blank or a dash.

    Raises: UnreadableBool for anything else.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if value in (0, 1):
            return bool(value)
    elif isinstance(value, str):
        # 无 means "no" here, and "nothing" in every other kind of cell.
        word = value.strip().lower()
        if word in _NO:
            return False
        text = clean(value, UnreadableBool)
        if text is None:
            return None
        if text.lower() in _YES:
            return True
        if text.lower() in _NO:
            return False
    raise UnreadableBool(
        value=str(value),
        why="form",
        detail_zh="可填 是 / 否、Y / N、1 / 0",
        detail_en="accepted are 是 / 否, Y / N, 1 / 0",
    )


def _unreadable(value: object) -> UnreadablePercent:
    return UnreadablePercent(
        value=str(value),
        why="form",
        detail_zh="可填 15.3%、0.153、百分之五、3‰",
        detail_en="accepted are 15.3%, 0.153, 百分之五, 3‰",
    )
