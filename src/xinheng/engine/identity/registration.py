"""Organisation code (GB 11714-1997), business registration number (15 digits) and LEI (ISO 17442)."""

from __future__ import annotations

from operator import mul

from stdnum.iso7064 import mod_11_10, mod_97_10

from .regions import region
from .results import CodeCheck, Kind, Problem, answer, error, warning

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_VALUES = {symbol: value for value, symbol in enumerate(_ALPHANUMERIC)}
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_CHECKS = "0X987654321"  # index: sum mod 11; 11 − 1 = 10 is written X, 11 − 0 = 11 is written 0

#: letters that a reader or a camera takes for digits
LETTER_FOR_DIGIT = {"O": "0", "I": "1", "Z": "2", "S": "5", "Q": "0", "D": "0", "L": "1", "B": "8", "G": "6"}


def org_code_check_character(body: str) -> str:
    """Check character over the eight characters of an organisation code.

    Args: body: eight of 0-9 and A-Z. Raises KeyError for another symbol.
    Source: GB 11714-1997: C9 = 11 − Σ(Ci × Wi) mod 11, 10 as X, 11 as 0.
    """
    return _ORG_CHECKS[sum(map(mul, map(_ORG_VALUES.__getitem__, body), _ORG_WEIGHTS)) % 11]


def reg_no_check_digit(body: str) -> str:
    """Check digit over the first fourteen digits of a registration number (ISO 7064 MOD 11,10)."""
    return str(mod_11_10.calc_check_digit(body))


def lei_check_digits(body: str) -> str:
    """The two check digits over the first eighteen characters of an LEI (ISO 7064 MOD 97-10)."""
    return str(mod_97_10.calc_check_digits(body))


def check_org_code(value: str) -> CodeCheck:
    """Check a normalised organisation code: O1 length 9, O2 symbols, O3 check character."""
    if len(value) != 9:
        return answer(Kind.ORG_CODE, value, [_length("O1", value, "9", "9")])
    body, given = value[:8], value[8]
    if not set(body) <= _ORG_VALUES.keys() or given not in _ORG_CHECKS:
        wrong = error(
            "O2",
            "symbol_not_allowed",
            "前 8 位只能是数字或大写字母，第 9 位只能是数字或 X",
            "the first 8 characters are digits or capitals, the 9th is a digit or X",
        )
        return answer(Kind.ORG_CODE, value, [wrong])
    expected = org_code_check_character(body)
    if given != expected:
        return answer(Kind.ORG_CODE, value, [_check_wrong("O3", given, expected)])
    return answer(Kind.ORG_CODE, value, [], details={"printed": f"{body}-{given}"})


def check_reg_no(value: str) -> CodeCheck:
    """Check a normalised registration number: R1 length, R2 digits, R3 check digit, R4 legacy form, R5 region.

    Thirteen digits were issued before 2007 without a check: accepted with warning R4, since nothing in the number
    proves it. R5 is a warning too: the authority keeps the number that it had when it registered the company.
    """
    if len(value) not in (13, 15):
        return answer(
            Kind.REG_NO, value, [_length("R1", value, "15 位（2007 年以前为 13 位）", "15, or 13 before 2007")]
        )
    if not (value.isascii() and value.isdigit()):
        wrong = error("R2", "symbol_not_allowed", "注册号只能由数字组成", "a registration number has digits only")
        return answer(Kind.REG_NO, value, [wrong], _digits_suggestion(value))
    problems: list[Problem] = []
    if len(value) == 15:
        expected = reg_no_check_digit(value[:14])
        if value[14] != expected:
            problems.append(_check_wrong("R3", value[14], expected))
    else:
        problems.append(
            warning(
                "R4",
                "legacy_unverifiable",
                "2007 年以前的 13 位注册号没有校验码，无法核验，请改用统一社会信用代码",
                "a 13-digit number from before 2007 has no check digit and cannot be verified; ask for the USCC",
            )
        )
    place = region(value[:6])
    if not place.known:
        problems.append(unknown_region("R5", value[:6]))
    return answer(Kind.REG_NO, value, problems, details={"region": value[:6], "region_name": place.name})


def check_lei(value: str) -> CodeCheck:
    """Check a normalised LEI: L1 length 20, L2 symbols, L3 check digits. Its registration status is not in the code."""
    if len(value) != 20:
        return answer(Kind.LEI, value, [_length("L1", value, "20", "20")])
    if not set(value[:18]) <= _ORG_VALUES.keys() or not (value[18:].isascii() and value[18:].isdigit()):
        wrong = error(
            "L2",
            "symbol_not_allowed",
            "前 18 位只能是数字或大写字母，最后 2 位是数字",
            "the first 18 characters are digits or capitals, the last 2 are digits",
        )
        return answer(Kind.LEI, value, [wrong])
    expected = lei_check_digits(value[:18])
    if value[18:] != expected:
        return answer(Kind.LEI, value, [_check_wrong("L3", value[18:], expected)])
    return answer(Kind.LEI, value, [], details={"issuer": value[:4]})


def unknown_region(level: str, code: str) -> Problem:
    """The warning for a region code that the table of divisions does not have."""
    return warning(
        level,
        "region_unknown",
        f"行政区划码 {code} 不在 GB/T 2260 表中，可能是开发区自编代码",
        f"region {code} is not in the table of GB/T 2260; it may be a development zone's own number",
    )


def _length(level: str, value: str, zh: str, en: str) -> Problem:
    zh = zh if "位" in zh else f"{zh} 位"
    return error(
        level, "length_wrong", f"长度应为 {zh}，实际 {len(value)} 位", f"length must be {en}, not {len(value)}"
    )


def _check_wrong(level: str, given: str, expected: str) -> Problem:
    return error(
        level,
        "check_wrong",
        f"校验码应为 {expected}，实际为 {given}：编码中至少有一位有误",
        f"the check should be {expected}, not {given}: at least one character is wrong",
    )


def _digits_suggestion(value: str) -> str | None:
    """The number with its one letter read as the digit it looks like, where the check then holds."""
    wrong = [i for i, symbol in enumerate(value) if not symbol.isdigit()]
    if len(value) != 15 or len(wrong) != 1 or value[wrong[0]] not in LETTER_FOR_DIGIT:
        return None
    candidate = value[: wrong[0]] + LETTER_FOR_DIGIT[value[wrong[0]]] + value[wrong[0] + 1 :]
    return candidate if reg_no_check_digit(candidate[:14]) == candidate[14] else None
