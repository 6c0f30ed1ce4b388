"""Unified social credit code 统一社会信用代码, GB 32100-2015.

Eighteen characters: department (1), category (1), region of the registering authority (6), organisation code of
GB 11714 (9), check character. Our own because the common library refuses departments A, N and Y and looks neither at
the region nor at the organisation code inside.

Levels: E1 length, E2 symbols, E3 region digits, E4 department and category (warning), E5 region (warning),
E6 organisation code's own check (warning), E7 check character.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from operator import mul

from ..errors import BadInput
from .regions import region
from .registration import org_code_check_character, unknown_region
from .results import CodeCheck, Kind, Problem, Severity, answer, error, warning

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)  # 3^(i−1) mod 31
_ALL_WEIGHTS = (*_WEIGHTS, 1)

#: letters that the alphabet leaves out because they look like a digit; V has no such reading
_HINTS = {"I": "1", "O": "0", "Z": "2", "S": "5"}

#: further symbols that eyes and cameras confuse, both ways
_CONFUSED = ("0D", "0Q", "1L", "17", "27", "38", "4A", "56", "6G", "8B", "CG", "DQ", "EF", "MN", "PR", "UW", "XY")
_ALSO_READ_AS: dict[str, str] = {
    symbol: "".join(pair.replace(symbol, "") for pair in _CONFUSED if symbol in pair) for symbol in ALPHABET
}


@dataclass(frozen=True, slots=True)
class _Holder:
    """What the first two characters say, in both languages."""

    department: str
    department_en: str
    category: str
    category_en: str


@lru_cache(maxsize=1)
def _holders() -> dict[str, _Holder]:
    text = (files("xinheng.engine.models") / "uscc_2015.toml").read_text(encoding="utf-8")
    return {
        first + second: _Holder(department["zh"], department["en"], category["zh"], category["en"])
        for first, department in tomllib.loads(text)["departments"].items()
        for second, category in department["categories"].items()
    }


def uscc_check_character(body: str) -> str:
    """Check character over the first seventeen characters.

    Raises: BadInput when the body is not seventeen symbols of the alphabet.
    Source: GB 32100-2015: C18 = 31 − Σ(Ci × Wi) mod 31, 31 written as 0.
    """
    if len(body) != 17 or not _VALUES.keys() >= set(body):
        raise BadInput(
            value=body, detail_zh="需要 17 位合法字符", detail_en="seventeen symbols of the alphabet are needed"
        )
    return _check_character(body)


def check_uscc(value: str) -> CodeCheck:
    """Check a normalised code on all levels; see the module for their meaning."""
    problems: list[Problem] = []
    if len(value) != 18:
        zh = f"长度应为 18 位，实际 {len(value)} 位"
        problems.append(error("E1", "length_wrong", zh, f"length must be 18, not {len(value)}"))
    wrong = [i for i, symbol in enumerate(value) if symbol not in _VALUES]
    if wrong:
        problems.append(_symbols_wrong(value, wrong))
    if len(value) != 18:
        return answer(Kind.USCC, value, problems)

    if not value[2:8].isdigit():
        problems.append(
            error(
                "E3",
                "region_not_digits",
                f"第 3 至 8 位应为行政区划数字，实际为 {value[2:8]}",
                f"positions 3 to 8 are the digits of a region, not {value[2:8]}",
            )
        )
        problems.extend(_holder_problems(value))
    else:
        problems.extend(_holder_problems(value))
        if not region(value[2:8]).known:
            problems.append(unknown_region("E5", value[2:8]))
    if not wrong:
        problems.extend(_check_problems(value))

    if any(p.severity is Severity.ERROR for p in problems):
        return answer(Kind.USCC, value, problems, _suggestion(value, wrong))
    return answer(Kind.USCC, value, problems, None, _details(value))


def _check_character(body: str) -> str:
    return ALPHABET[-sum(map(mul, map(_VALUES.__getitem__, body), _WEIGHTS)) % 31]


def _holder_problems(value: str) -> list[Problem]:
    if value[:2] in _holders():
        return []
    zh = f"登记管理部门与机构类别代码 {value[:2]} 不在标准的表中"
    return [warning("E4", "holder_unknown", zh, f"department and category {value[:2]} are not in the standard's table")]


def _check_problems(value: str) -> list[Problem]:
    """E6 and E7 of a code that has only symbols of the alphabet."""
    problems: list[Problem] = []
    inner = org_code_check_character(value[8:16])
    if value[16] != inner:
        problems.append(
            warning(
                "E6",
                "org_code_check_differs",
                f"第 17 位是组织机构代码的校验码，按 GB 11714 应为 {inner}，实际为 {value[16]}",
                f"position 17 is the organisation code's check, {inner} by GB 11714, not {value[16]}",
            )
        )
    expected = _check_character(value[:17])
    if value[17] != expected:
        problems.append(
            error(
                "E7",
                "check_wrong",
                f"校验码应为 {expected}，实际为 {value[17]}：编码中至少有一位有误",
                f"the check character should be {expected}, not {value[17]}: at least one character is wrong",
            )
        )
    return problems


def _symbols_wrong(value: str, positions: list[int]) -> Problem:
    found_zh = "、".join(f"第 {i + 1} 位 {value[i]}" for i in positions[:4])
    found_en = ", ".join(f"{value[i]} at {i + 1}" for i in positions[:4])
    hints = {value[i]: _HINTS[value[i]] for i in positions if value[i] in _HINTS}
    hint_zh = "；可能是 " + "、".join(f"{a}→{b}" for a, b in hints.items()) if hints else ""
    hint_en = "; perhaps " + ", ".join(f"{a}→{b}" for a, b in hints.items()) if hints else ""
    return error(
        "E2",
        "symbol_not_allowed",
        f"含有不允许的字符：{found_zh}（只用数字和 I、O、S、V、Z 以外的大写字母）{hint_zh}",
        f"symbols that are not allowed: {found_en} (digits and capitals without I, O, S, V, Z){hint_en}",
    )


def _suggestion(value: str, wrong: list[int]) -> str | None:
    """The only code that one misread character explains, else None.

    A symbol outside the alphabet must itself be the misread one. Where all symbols are legal the proposal has to
    satisfy the organisation code's check, the region and the department too: the check character alone lets one random
    change in 31 pass. An unreadable mark (#) gets none: the check would be used up in filling the gap.
    """
    if len(wrong) > 1:
        return None
    if wrong:
        found = [c for c in _replaced(value, wrong[0], _HINTS.get(value[wrong[0]], "")) if not _errors(c)]
    else:
        found = [c for c in _readings(value) if not _errors(c) and not _doubts(c)]
    return found[0] if len(found) == 1 else None


def _readings(value: str) -> list[str]:
    """Every code that differs in one confused symbol and has a right check character.

    With weight 1 for the check itself the weighted sum of a right code is 0 mod 31, so one multiplication decides.
    """
    values = [_VALUES[symbol] for symbol in value]
    misfit = sum(map(mul, values, _ALL_WEIGHTS))
    return [
        value[:i] + other + value[i + 1 :]
        for i, symbol in enumerate(value)
        for other in _ALSO_READ_AS[symbol]
        if (misfit + (_VALUES[other] - values[i]) * _ALL_WEIGHTS[i]) % 31 == 0
    ]


def _replaced(value: str, position: int, symbols: str) -> list[str]:
    return [value[:position] + symbol + value[position + 1 :] for symbol in symbols]


def _errors(value: str) -> bool:
    return not value[2:8].isdigit() or value[17] != _check_character(value[:17])


def _doubts(value: str) -> bool:
    inner = org_code_check_character(value[8:16])
    return value[16] != inner or value[:2] not in _holders() or not region(value[2:8]).known


def _details(value: str) -> dict[str, str]:
    details = {"region": value[2:8], "organisation_code": value[8:17]}
    place = region(value[2:8])
    if place.name:
        details["region_name"] = place.name
    holder = _holders().get(value[:2])
    if holder:
        details |= {
            "department": holder.department,
            "department_en": holder.department_en,
            "category": holder.category,
            "category_en": holder.category_en,
        }
    return details
