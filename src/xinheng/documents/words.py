"""The words of documents in both languages, and figures as people read them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["zh", "en"]

DASH = "—"


@cache
def _tables() -> Mapping[str, Mapping[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
    return read


def say(key: str, language: Language, table: str = "labels", **data: Any) -> str:
    """The phrase of a key, with data filled in. Raises: KeyError for a key that there is not."""
    phrase = _tables()[table][key][language == "en"]
    return phrase.format(**data) if data else phrase


def term(code: str, language: Language, table: str = "terms") -> str:
    """What a code is called, the code itself where it has no name."""
    names = _tables()[table].get(code)
    return names[language == "en"] if names else code


def name(row: Any, language: Language, field: str = "") -> str:
    """The Chinese or English name of a rule, figure or characteristic; `field` for another text pair, `note`."""
    return str(getattr(row, f"{field}_{language}" if field else language))


def inside(text: str, language: Language) -> str:
    """A name as it stands inside a sentence: English ones begin small, unless they begin with an abbreviation."""
    small = language == "en" and text[1:2].islower()
    return text[:1].lower() + text[1:] if small else text


def joined(names: list[str], language: Language) -> str:
    """Names as a list in a sentence."""
    return ("、" if language == "zh" else ", ").join(names)


def money(amount: Decimal | float | None) -> str:
    """元 with thousands separators, and with cents only where there are any; unknown is a dash."""
    if amount is None:
        return DASH
    exact = Decimal(amount).quantize(Decimal("0.01"))
    return f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact:,.2f}"


def money_in_words(amount: Decimal, language: Language) -> str:
    """An amount inside a sentence: 500 万元, CNY 5,000,000."""
    if language == "en":
        return f"CNY {money(amount)}"
    for unit, name_of_unit in ((Decimal(10**8), "亿元"), (Decimal(10**4), "万元")):
        share = amount / unit
        if abs(share) >= 1 and share == share.quantize(Decimal("0.01")):
            return f"{plain(share)} {name_of_unit}"
    return f"{money(amount)} 元"


def plain(value: Decimal | float | int, digits: int = 2) -> str:
    """A number with at most `digits` decimals, without trailing zeros."""
    text = f"{value:,.{digits}f}"
    return _unsigned(text.rstrip("0").rstrip(".") if "." in text else text)


def _unsigned(text: str) -> str:
    """Without the minus of a zero that was something before it was rounded."""
    return text.lstrip("-") if not any(c in "123456789" for c in text) else text


def percent(value: float | None, digits: int = 1) -> str:
    """A share as percent; unknown is a dash."""
    return DASH if value is None else _unsigned(f"{float(value) * 100:.{digits}f}%")


def points(value: float | None) -> str:
    """Points with one decimal; unknown is a dash."""
    return DASH if value is None else f"{value:.1f}"


def figure(value: Any, unit: str, language: Language) -> str:
    """A value by its unit; the unit stands beside it where it is neither 元 nor %."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return term("yes" if value else "no", language)
    if isinstance(value, str):
        return term(value, language)
    if not isinstance(value, int | float | Decimal):
        return str(value)
    if unit == "元":
        return money(value)
    if unit == "%":
        return percent(float(value))
    known = term(unit, language, "unit") if unit else ""
    return f"{plain(value)}{known}" if known == "×" else f"{plain(value)} {known}".strip()


def operand(value: Any, unit: str, language: Language) -> str:
    """A value inside an arithmetic: without its unit, a share as percent with up to two decimals."""
    if unit == "%" and isinstance(value, int | float | Decimal):
        return f"{plain(float(value) * 100)}%"
    return figure(value, unit if unit == "元" else "", language)
