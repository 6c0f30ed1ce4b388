"""One reader per column type: a cell's text becomes a value, None, or an error that says what would be accepted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xinheng.engine import identity
from xinheng.engine.errors import BadInput, UnreadableValue
from xinheng.engine.notation import AmountUnit, parse_amount, parse_bool, parse_date, parse_percent
from xinheng.intake.kinds import Column

Value = str | int | bool | Decimal | date | None

_MISSING = frozenset(("", "-", "--", "—", "——", "/", "#n/a", "null", "none", "nan"))
_LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_ERROR_VALUE = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA|#+)?")
_SERIAL = re.compile(r"\d{5}")
_WHOLE = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.0+)?")
_CENT = Decimal("0.01")
_CURRENCY_CODE = re.compile(r"[A-Z]{3}")


class UnreadableCell(UnreadableValue):
    """A cell of text or code that cannot be taken. Data: `value`, `why`."""

    code = "cell_unreadable"
    zh = "“{value}”不能用在这一列"
    en = "“{value}” cannot be used in this column"


class CodeWrong(UnreadableValue):
    """An identifier whose check fails. Data: `value`."""

    code = "identifier_wrong"
    zh = "“{value}”不是正确的代码"
    en = "“{value}” is not a correct identifier"


class ChoiceUnknown(UnreadableValue):
    """A word that the column does not know. Data: `value`."""

    code = "choice_unknown"
    zh = "“{value}”不是可选的值"
    en = "“{value}” is not one of the choices"


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one column. `unit` for amounts, `from_workbook` allows unformatted serial dates."""

    column: Column
    unit: AmountUnit = AmountUnit.YUAN
    from_workbook: bool = False

    def __call__(self, text: str) -> Value:
        """The value, or None for a blank cell.

        Raises: BadInput, a subclass of it for every kind of trouble.
        """
        if text.startswith("#") and _ERROR_VALUE.fullmatch(text):
            raise _refused(text, "error_value")
        return _READERS[self.column.type](text, self)


def _refused(text: str, why: str, **more: object) -> UnreadableCell:
    zh, en = _REASONS[why]
    shown = "".join("�" if unicodedata.category(c) == "Cc" else c for c in text[:80])
    return UnreadableCell(value=shown, why=why, detail_zh=zh.format(**more), detail_en=en.format(**more), **more)


_REASONS: dict[str, tuple[str, str]] = {
    "control_character": ("含有不可见的控制字符，请删去", "it contains a control character; remove it"),
    "too_long": ("最多 {most} 个字符", "at most {most} characters"),
    "lost_digits": (
        "科学计数法已丢失位数，请将该列设为文本后重新导出",
        "scientific notation has lost digits; format the column as text and export again",
    ),
    "not_whole": ("应为整数，例如 1,200", "accepted are whole numbers such as 1,200"),
    "out_of_range": ("应在 {least} 至 {greatest} 之间", "it must be between {least} and {greatest}"),
    "not_positive": ("应大于零", "it must be above zero"),
    "too_fine": ("金额最多精确到分（两位小数）", "an amount has at most two decimals in 元"),
    "error_value": ("单元格是公式错误值，请更正公式", "the cell holds the error of a formula; correct the formula"),
    "currency": (
        "应为三位币种代码或名称，例如 CNY、人民币、USD",
        "accepted are three letters or a name: CNY, 人民币, USD",
    ),
    "other_currency": (
        "外币请在“币种”列注明，金额列只填数字",
        "name a foreign currency in the currency column, not here",
    ),
    "industry": (
        "应为 GB/T 4754-2017 代码，例如 C3511、3511 或 C35",
        "accepted are codes of GB/T 4754-2017 such as C3511, 3511 or C35",
    ),
    "region": ("应为 GB/T 2260 的 6 位代码，例如 310115", "accepted are six digits of GB/T 2260 such as 310115"),
}


def plain_text(text: str) -> str:
    """Text as it is stored: composed, without surrounding blanks or invisible marks, blanks in it single."""
    if not text.isascii():
        text = re.sub("[\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFC", text))
    return re.sub(r"[ \t\r\n\u00a0\u3000]+", " ", text).strip()


def _text(text: str, reader: CellReader) -> str | None:
    value = plain_text(text)
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise _refused(value, "control_character")
    if len(value) > reader.column.most:
        raise _refused(value, "too_long", most=reader.column.most)
    return value or None


def _code(text: str, reader: CellReader) -> str | None:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    value = _text(text, reader)
    if value is None or value.lower() in _MISSING:
        return None
    if _LOST_DIGITS.fullmatch(value):
        raise _refused(value, "lost_digits")
    return value


def _customer(text: str, reader: CellReader) -> str | None:
    value = _text(text, reader)
    if value is None or value.lower() in _MISSING:
        return None
    if _LOST_DIGITS.fullmatch(value):
        raise _refused(value, "lost_digits")
    return value


def _identifier(text: str, reader: CellReader) -> str | None:
    value = _code(text, reader)
    if value is None:
        return None
    found = identity.check(identity.AUTO if reader.column.type == "identifier" else reader.column.type, value)
    if found.ok:
        return found.value
    zh = "；".join(problem.zh for problem in found.errors)
    en = "; ".join(problem.en for problem in found.errors)
    if found.suggestion:
        zh, en = f"{zh}。是否为 {found.suggestion}", f"{en}. Perhaps {found.suggestion}"
    raise CodeWrong(value=value, detail_zh=zh, detail_en=en, suggestion=found.suggestion)


def _amount(text: str, reader: CellReader) -> Decimal | None:
    amount = parse_amount(text, unit=reader.unit)
    if amount is None:
        return None
    if amount.currency != "CNY":
        raise _refused(text, "other_currency")
    value = amount.value.quantize(_CENT)
    if value != amount.value:
        raise _refused(text, "too_fine")
    return _within(value, text, reader)


def _within(value: Decimal, text: str, reader: CellReader) -> Decimal:
    least, greatest = reader.column.least, reader.column.greatest
    if (least is not None and value < least) or (greatest is not None and value > greatest):
        raise _refused(text, "out_of_range", least="−∞" if least is None else least, greatest=greatest or "∞")
    if reader.column.positive and value <= 0:
        raise _refused(text, "not_positive")
    return value


def _date(text: str, reader: CellReader) -> date | None:
    if reader.from_workbook and _SERIAL.fullmatch(text):
        return parse_date(int(text))
    return parse_date(text)


def _int(text: str, reader: CellReader) -> int | None:
    value = plain_text(unicodedata.normalize("NFKC", text))
    if value.lower() in _MISSING:
        return None
    if len(value) > 24 or not value.isascii() or not _WHOLE.fullmatch(value):
        raise _refused(value, "not_whole")
    return int(_within(Decimal(value.replace(",", "")), value, reader))


def _percent(text: str, reader: CellReader) -> Decimal | None:
    return parse_percent(text)


def _bool(text: str, reader: CellReader) -> bool | None:
    word = _word(text)
    if word in map(_word, reader.column.true_words):
        return True
    if word in map(_word, reader.column.false_words):
        return False
    return parse_bool(text)


def _word(text: str) -> str:
    return plain_text(unicodedata.normalize("NFKC", text)).lower()


def _choice(text: str, reader: CellReader) -> str | None:
    word = _word(text)
    if word in _MISSING:
        return None
    for code, words in reader.column.choices.items():
        if word == code or word in map(_word, words):
            return code
    accepted = [words[0] for words in reader.column.choices.values()]
    raise ChoiceUnknown(
        value=text[:80],
        detail_zh="可填 " + "、".join(accepted),
        detail_en="accepted are " + ", ".join([*reader.column.choices, *accepted]),
    )


def _currency(text: str, reader: CellReader) -> str | None:
    word = _word(text).upper()
    if word.lower() in _MISSING:
        return None
    if _CURRENCY_CODE.fullmatch(word):
        return "CNY" if word == "RMB" else word
    try:
        # The names of currencies are known where amounts are read: `1美元` names USD.
        amount = parse_amount(f"1{word}", currency="")
    except BadInput:
        amount = None
    if amount is None or not amount.currency or amount.value != 1:
        raise _refused(text, "currency")
    return amount.currency


def _industry(text: str, reader: CellReader) -> str | None:
    word = _word(text)
    if word in _MISSING:
        return None
    try:
        # Exports often print the name behind the code.
        return identity.industry(word.split(" ")[0]).code
    except BadInput as error:
        raise _refused(text, "industry") from error


def _region(text: str, reader: CellReader) -> str | None:
    word = _word(text)
    if word in _MISSING:
        return None
    found = identity.region(word)
    if found.status in (identity.RegionStatus.MALFORMED, identity.RegionStatus.UNKNOWN_PROVINCE):
        raise _refused(text, "region")
    return found.code


_READERS: dict[str, Callable[[str, CellReader], Value]] = {
    "text": _text,
    "code": _code,
    "customer": _customer,
    "identifier": _identifier,
    "uscc": _identifier,
    "org_code": _identifier,
    "reg_no": _identifier,
    "lei": _identifier,
    "industry": _industry,
    "region": _region,
    "amount": _amount,
    "date": _date,
    "percent": _percent,
    "int": _int,
    "bool": _bool,
    "choice": _choice,
    "currency": _currency,
}
