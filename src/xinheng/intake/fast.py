"""The same cells read by SQL: the plain forms of amounts, dates, codes and words, for files of a million rows.

Each column type gives one SQL expression that answers the value where the cell has a plain form, and a condition that
says whether it has. A row with any other cell is left to the readers of `xinheng.intake.cells`, which decide and find
the words for an error: what is accepted is defined there alone. `tests/intake/test_fast_parity.py` holds the two equal.
Words (choices, yes and no, currencies) are not written down again: the readers are asked for what each word means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xinheng.engine.errors import BadInput
from xinheng.engine.notation import AmountUnit
from xinheng.intake.cells import CellReader
from xinheng.intake.kinds import Column

_HAN = r"\x{4e00}-\x{9fff}"
_CODE = rf"[0-9A-Za-z{_HAN}][0-9A-Za-z{_HAN}_./#()-]*"
_NAME = rf"[!-~{_HAN}（）]( ?[!-~{_HAN}（）])*"
_MISSING_CODES = "('null','none','nan')"
_YEAR = "(1[89][0-9]{2}|2[01][0-9]{2}|2200)"
_DAY = "(-[0-9]{1,2}-[0-9]{1,2}|/[0-9]{1,2}/[0-9]{1,2}|[.][0-9]{1,2}[.][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日)"
_MIDNIGHT = "( [0-9]{2}:[0-9]{2}:[0-9]{2})?"
_WORDS = frozenset(
    ("是", "否", "有", "无", "Y", "N", "y", "n", "yes", "no", "true", "false", "TRUE", "FALSE", "1", "0")
)
_CURRENCIES = frozenset(
    ("CNY", "RMB", "人民币", "USD", "美元", "EUR", "欧元", "HKD", "港币", "港元", "JPY", "GBP", "CAD")
)
_DIGITS_AFTER_UNIT = {"yuan": 2, "qian": 5, "wan": 6, "baiwan": 8, "yi": 10}


@dataclass(frozen=True)
class FastColumn:
    """SQL over one varchar column: `value` and whether the cell is `plain` (blank cells are, their value is NULL)."""

    value: str
    plain: str
    sql_type: str


def fast_column(name: str, reader: CellReader) -> FastColumn:
    """The SQL of one column.

    Args:
        name: the quoted SQL name of a varchar column whose blank cells are NULL.
    """
    column = reader.column
    match column.type:
        case "text":
            return _matching(name, _NAME, column)
        case "customer":
            return _matching(name, _NAME, column, f" and {_no_exponent(name)} and lower({name}) not in {_missing()}")
        case "code":
            return _matching(name, _CODE, column, f" and lower({name}) not in {_MISSING_CODES}")
        case "amount":
            return _amount(name, column, reader.unit)
        case "date":
            return _date(name)
        case "int":
            bounds = _bounds(f"try_cast({name} as bigint)", column)
            return FastColumn(f"try_cast({name} as bigint)", _plain(name, "[0-9]{1,9}", bounds), "bigint")
        case "bool" | "choice" | "currency":
            return _words(name, reader)
        case _:
            return FastColumn("null", f"{name} is null", "varchar")


def _missing() -> str:
    return "('-', '--', '/', '#n/a', 'null', 'none', 'nan')"


def _no_exponent(name: str) -> str:
    return f"not regexp_full_match({name}, '[0-9]([.][0-9]+)?[eE][+][0-9]+') and {name}[1] <> '#'"


def _plain(name: str, pattern: str, more: str = "") -> str:
    return f"({name} is null or (regexp_full_match({name}, '{pattern}'){more}))"


def _matching(name: str, pattern: str, column: Column, more: str = "") -> FastColumn:
    error_value = f" and {name}[1] <> '#'"
    length = f" and length({name}) <= {column.most}"
    return FastColumn(name, _plain(name, pattern, length + error_value + more), "varchar")


def _bounds(value: str, column: Column) -> str:
    least = f" and {value} >= {column.least}" if column.least is not None else ""
    if column.positive:
        least += f" and {value} > 0"
    return least + (f" and {value} <= {column.greatest}" if column.greatest is not None else "")


def _amount(name: str, column: Column, unit: AmountUnit) -> FastColumn:
    places = _DIGITS_AFTER_UNIT[unit.value]
    whole = 15 - (places - 2)
    pattern = rf"-?([0-9]{{1,{whole}}}|[0-9]{{1,3}}(,[0-9]{{3}}){{1,{(whole - 3) // 3}}})([.][0-9]{{1,{places}}})?"
    number = f"try_cast(replace({name}, ',', '') as decimal(18,{places}))"
    wide = f"cast({number} as decimal(38,{places})) * {int(unit.factor)}"
    value = number if places == 2 else f"try_cast({wide} as decimal(18,2))"
    return FastColumn(value, _plain(name, pattern, _bounds(value, column)), "decimal(18,2)")


def _date(name: str) -> FastColumn:
    # The usual form is cast as it stands, which takes a third of the time.
    usual = f"length({name}) <= 10 and {name}[5] in ('-', '/')"
    iso = f"rtrim(translate(split_part({name}, ' ', 1), '年月/.', '----'), '日')"
    value = f"try_cast(case when {usual} then {name} else {iso} end as date)"
    return FastColumn(value, _plain(name, _YEAR + _DAY + _MIDNIGHT, f" and {value} is not null"), "date")


def _words(name: str, reader: CellReader) -> FastColumn:
    column = reader.column
    words: Iterable[str] = {
        *(_WORDS if column.type == "bool" else _CURRENCIES if column.type == "currency" else ()),
        *column.true_words,
        *column.false_words,
        *column.choices,
        *(word for known in column.choices.values() for word in known),
    }
    meanings: dict[str, object] = {}
    for word in sorted(words):
        try:
            meanings[word] = reader(word)
        except BadInput:
            continue
    whens = " ".join(f"when {_literal(word)} then {_literal(value)}" for word, value in meanings.items())
    listed = ", ".join(map(_literal, meanings))
    kind = "boolean" if column.type == "bool" else "varchar"
    return FastColumn(f"cast(case {name} {whens} end as {kind})", f"({name} is null or {name} in ({listed}))", kind)


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return "'" + str(value).replace("'", "''") + "'"
