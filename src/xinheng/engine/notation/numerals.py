"""Chinese numerals, everyday and financial, alone or mixed with digits: 壹佰零伍万, 三千二百, 1.5亿, 3亿5000万."""

from __future__ import annotations

import re
from decimal import Context, Decimal

#: wide enough that no sum or product of a cell's figures is ever rounded
EXACT = Context(prec=200)

_VARIANTS = str.maketrans(
    "〇Ｏ○壹弌贰貳弍叁參叄弎肆伍陆陸柒捌玖两兩幺拾佰仟萬億", "零零零一一二二二三三三三四五六六七八九二二一十百千万亿"
)
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
_WAN = 10**4
_YI = 10**8

_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<sign>[零一二三四五六七八九十百千万亿])"
)
_POINT = re.compile(r"([零一二三四五六七八九])点([零一二三四五六七八九]+)")

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_CAPITAL_UNITS = ("", "拾", "佰", "仟")


class NumeralError(ValueError):
    """A text that is no numeral, or one with two readings; `why` is a stable word."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


Token = Decimal | str  # a figure, or one of 零十百千万亿


def plain_numerals(text: str) -> str:
    """Financial and traditional numerals as everyday ones: 貳拾 → 二十. 廿 and 卅 become 二十 and 三十."""
    return text.translate(_VARIANTS).replace("廿", "二十").replace("卅", "三十")


def parse_numeral(text: str) -> Decimal:
    """The exact value of a numeral without sign.

    A zero between the units (一百零八十) is read as it sounds. A digit that leaves its unit open is refused: 一百五 may
    be 105 or 150. So is a figure out of order (五十百) or one that a unit cannot hold (1万20000).

    Raises: NumeralError with `why` one of not_a_numeral, open_unit, out_of_order, separators.
    """
    text = plain_numerals(text)
    text = _POINT.sub(lambda m: f"{_DIGITS[m[1]]}." + "".join(str(_DIGITS[d]) for d in m[2]), text)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise NumeralError("separators" if text[position] in ",." and tokens else "not_a_numeral")
        if match["number"]:
            tokens.append(Decimal(match["number"].replace(",", "")))
        else:
            sign = match["sign"]
            tokens.append(sign if sign not in _DIGITS or sign == "零" else Decimal(_DIGITS[sign]))
        position = match.end()
    if not tokens:
        raise NumeralError("not_a_numeral")
    return _whole(tokens)


def _whole(tokens: list[Token]) -> Decimal:
    for sign, unit in (("亿", _YI), ("万", _WAN)):
        if sign in tokens:
            cut = max(i for i, token in enumerate(tokens) if token == sign)
            high, low = tokens[:cut], tokens[cut + 1 :]
            if sign in high or "亿" in low:
                raise NumeralError("out_of_order")
            coefficient = _whole(high) if high else Decimal(0)
            if coefficient == 0:
                raise NumeralError("not_a_numeral")
            return _joined(coefficient, unit, low)
    return _section(tokens)


def _joined(coefficient: Decimal, unit: int, low: list[Token]) -> Decimal:
    value = EXACT.multiply(coefficient, Decimal(unit))
    if not low:
        return value
    rest = _whole(low)
    if len(low) == 1 and 0 < rest < 10:
        raise NumeralError("open_unit")
    if rest >= unit or coefficient % 1:
        raise NumeralError("out_of_order")
    return EXACT.add(value, rest)


def _section(tokens: list[Token]) -> Decimal:
    """Figures and 十 百 千 only."""
    total = Decimal(0)
    last_unit: int | None = None
    pending: Decimal | None = None
    zero = False
    fractional = False
    for part in tokens:
        if fractional or (pending is not None and (part == "零" or isinstance(part, Decimal))):
            raise NumeralError("out_of_order")
        if isinstance(part, Decimal):
            pending = part
        elif part == "零":
            zero = True
        else:
            unit = _SMALL_UNITS[part]
            if pending is None and unit == 10:
                pending = Decimal(1)
            if pending is None or (last_unit is not None and EXACT.multiply(pending, Decimal(unit)) >= last_unit):
                raise NumeralError("out_of_order")
            fractional = bool(pending % 1)
            total = EXACT.add(total, EXACT.multiply(pending, Decimal(unit)))
            last_unit, pending, zero = unit, None, False
    if pending is not None:
        if last_unit is not None and pending >= last_unit:
            raise NumeralError("out_of_order")
        if last_unit is not None and last_unit > 10 and pending < 10 and not zero:
            raise NumeralError("open_unit")
        total = EXACT.add(total, pending)
    return total


def capitals(number: int) -> str:
    """A whole number of 0 or more in financial capitals: 1050000 → 壹佰零伍万."""
    if number == 0:
        return "零"
    for sign, unit in (("亿", _YI), ("万", _WAN)):
        if number >= unit:
            high, low = divmod(number, unit)
            gap = "零" if low and low < unit // 10 else ""
            return capitals(high) + sign + gap + (capitals(low) if low else "")
    words = ""
    gap = ""
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += gap + _CAPITALS[digit] + _CAPITAL_UNITS[power]
            gap = ""
        elif words:
            gap = "零"
    return words
