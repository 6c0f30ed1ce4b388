"""Identifiers of other countries and of banks: python-stdnum does the arithmetic, we say what was wrong.

Levels: F1 length, F2 form, F3 check, F4 a part that is not in use (country, tax office, bank).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from types import ModuleType

from stdnum import exceptions

from .results import KIND_NAMES, CodeCheck, Kind, Problem, answer, error

#: kind → module of python-stdnum
_MODULES: dict[Kind, str] = {
    Kind.VAT: "stdnum.eu.vat",
    Kind.VATIN: "stdnum.vatin",
    Kind.TW_UBN: "stdnum.tw.ubn",
    Kind.JP_CN: "stdnum.jp.cn",
    Kind.KR_BRN: "stdnum.kr.brn",
    Kind.SG_UEN: "stdnum.sg.uen",
    Kind.US_EIN: "stdnum.us.ein",
    Kind.GB_VAT: "stdnum.gb.vat",
    Kind.GB_UTR: "stdnum.gb.utr",
    Kind.AU_ABN: "stdnum.au.abn",
    Kind.AU_ACN: "stdnum.au.acn",
    Kind.IN_GSTIN: "stdnum.in_.gstin",
    Kind.IN_PAN: "stdnum.in_.pan",
    Kind.IBAN: "stdnum.iban",
    Kind.BIC: "stdnum.bic",
}

#: kinds whose form is all that can be checked: pattern, and what it is in both languages. A D-U-N-S number's former
#: check digit is no longer guaranteed; the Hong Kong number is the first eight digits of the certificate number.
_FORMS: dict[Kind, tuple[re.Pattern[str], str, str]] = {
    Kind.DUNS: (re.compile(r"[0-9]{9}"), "9 位数字", "9 digits"),
    Kind.HK_BR: (
        re.compile(r"[0-9]{8}([0-9]{14})?"),
        "8 位数字（或登记证上的 22 位）",
        "8 digits, or the certificate's 22",
    ),
}

FOREIGN_KINDS = frozenset(_MODULES) | frozenset(_FORMS)


@lru_cache(maxsize=32)
def _module(kind: Kind) -> ModuleType:
    return import_module(_MODULES[kind])


def check_foreign(kind: Kind, value: str) -> CodeCheck:
    """Check a normalised identifier. A right form does not prove that the number is registered."""
    if kind in _FORMS:
        pattern, zh, en = _FORMS[kind]
        if pattern.fullmatch(value):
            return answer(kind, value, [])
        return answer(kind, value, [error("F2", "form_wrong", f"应为 {zh}", f"must be {en}")])
    try:
        return answer(kind, str(_module(kind).validate(value)), [])
    except exceptions.InvalidLength:
        return answer(kind, value, [_problem(kind, "F1", "length_wrong", "长度不对", "has the wrong length")])
    except exceptions.InvalidChecksum:
        return answer(kind, value, [_problem(kind, "F3", "check_wrong", "校验码不对", "has a wrong check character")])
    except exceptions.InvalidComponent:
        zh, en = "中有未启用的代码段", "has a part that is not in use"
        return answer(kind, value, [_problem(kind, "F4", "part_unknown", zh, en)])
    except exceptions.ValidationError:
        return answer(kind, value, [_problem(kind, "F2", "form_wrong", "格式不对", "has the wrong form")])


def recognised(kind: Kind, value: str) -> bool:
    """Whether a normalised value is right in every respect that this kind can be checked for."""
    return check_foreign(kind, value).ok


def _problem(kind: Kind, level: str, code: str, zh: str, en: str) -> Problem:
    name_zh, name_en = KIND_NAMES[kind]
    return error(level, code, f"{name_zh}{zh}", f"the {name_en} {en}")
