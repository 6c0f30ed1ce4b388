"""Checking identifiers of companies: `check` for a known kind, `detect` to recognise the kind.

Everything comes in as people write it (full-width digits, blanks, hyphens, lower case) and is normalised first. A wrong
code is an answer, not an exception; only an unknown kind is an error of the caller.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from ..errors import UnknownCodeKind
from .foreign import FOREIGN_KINDS, check_foreign, recognised
from .regions import PROVINCES
from .registration import check_lei, check_org_code, check_reg_no
from .results import CodeCheck, Kind, answer, error
from .uscc import check_uscc

AUTO = "auto"

#: longer than any identifier; what is longer is a cell of something else and is not worked through
MOST_CHARACTERS = 64

_CHECKS: dict[Kind, Callable[[str], CodeCheck]] = {
    Kind.USCC: check_uscc,
    Kind.ORG_CODE: check_org_code,
    Kind.REG_NO: check_reg_no,
    Kind.LEI: check_lei,
}

# Blanks and hyphens of all scripts, and invisible characters that come along when text is copied from a page.
_DROPPED = re.compile("[\\s\\-‐‑‒–—―−\u200b-\u200d\u2060\ufeff]+")
_SPREADSHEET_NUMBER = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)

_EU = "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"

# Forms that the hyphens tell apart.
_WRITTEN_FORMS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"[0-9]{2}-[0-9]{7}"), Kind.US_EIN),
    (re.compile(r"[0-9]{2}-[0-9]{3}-[0-9]{4}"), Kind.DUNS),
    (re.compile(r"[0-9]{3}-[0-9]{2}-[0-9]{5}"), Kind.KR_BRN),
    (re.compile(r"[0-9A-Z]{8}-[0-9X]"), Kind.ORG_CODE),
)

# Forms of the normalised text in the order in which they are tried; True: the check must be right as well, because
# another kind has the same form.
_FORMS: tuple[tuple[re.Pattern[str], Kind, bool], ...] = (
    (re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]"), Kind.IN_GSTIN, False),
    (re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]"), Kind.IN_PAN, False),
    (re.compile(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}"), Kind.IBAN, True),
    (re.compile(rf"({_EU})[0-9A-Z+*]{{8,12}}"), Kind.VAT, True),
    (re.compile(r"GB[0-9]{9}([0-9]{3})?"), Kind.GB_VAT, False),
    (re.compile(r"([0-9]{8,9}|[STR][0-9]{2}[A-Z]{2}[0-9]{4})[A-Z]"), Kind.SG_UEN, True),
    (re.compile(r"[A-Z]{6}[0-9A-Z]{2}([0-9A-Z]{3})?"), Kind.BIC, True),
    (re.compile(r"[0-9]{10}"), Kind.KR_BRN, True),
    (re.compile(r"[0-9]{11}"), Kind.AU_ABN, True),
    (re.compile(r"[0-9]{8}"), Kind.TW_UBN, True),
    (re.compile(r"(?=[A-Z]*[0-9])[0-9A-Z]{8}[0-9X]"), Kind.ORG_CODE, False),
)


def normalise(text: str) -> str:
    """Half-width capitals without blanks and hyphens: `９１３５０１００-m000100y43` → `91350100M000100Y43`."""
    if text.isascii():
        return _DROPPED.sub("", text).upper()
    text = _DROPPED.sub("", unicodedata.normalize("NFKC", text)).upper()
    return unicodedata.normalize("NFKC", text)


def check(kind: Kind | str, text: str) -> CodeCheck:
    """Check one identifier.

    Args:
        kind: a `Kind`, its value, or `"auto"` to recognise it first.
        text: as it was written. Text with a control character (NUL) is refused, not cleaned.
    Returns: the answer with all problems; see `CodeCheck`.
    Raises: UnknownCodeKind.
    """
    wanted = None if kind == AUTO else _kind(kind)
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n" for c in text):
        zh, en = "含有不可见的控制字符", "contains a control character"
        visible = "".join("�" if unicodedata.category(c) == "Cc" else c for c in text[:MOST_CHARACTERS])
        return answer(wanted, visible, [error("E0", "control_character", zh, en)])
    if len(text) > MOST_CHARACTERS:
        zh, en = (
            f"超过 {MOST_CHARACTERS} 个字符，不是编码",
            f"longer than {MOST_CHARACTERS} characters, not an identifier",
        )
        return answer(wanted, text[:MOST_CHARACTERS], [error("E0", "too_long", zh, en)])
    value = normalise(text)
    if not value:
        return answer(wanted, "", [error("E0", "empty", "没有填写", "is empty")])
    if _SPREADSHEET_NUMBER.fullmatch(text.strip()):
        zh = "表格把编码存成了数字，末尾的位数已经丢失：请将该列设为文本后重新导出"
        en = "a spreadsheet stored it as a number and lost the last digits: make the column text and export again"
        return answer(wanted, value, [error("E0", "digits_lost", zh, en)])
    found = wanted or detect(text)
    if found is None:
        zh, en = "无法判断是哪种编码", "no kind of identifier has this form"
        return answer(None, value, [error("E0", "kind_unrecognised", zh, en)])
    if found in FOREIGN_KINDS:
        return check_foreign(found, value)
    return _CHECKS[found](value)


def detect(text: str) -> Kind | None:
    """The kind that a text most plausibly is, right or wrong; None when no kind has its form.

    Chinese codes win over others of the same form: 15 digits are a registration number, 13 digits one of before 2007
    when they begin with a province. Misread codes keep their kind: what is 16 to 19 long and not a number of another
    kind is taken for a USCC.
    """
    value = normalise(text)
    size = len(value)
    if size in (18, 20) and value[:2].isalpha() and recognised(Kind.IBAN, value):
        return Kind.IBAN
    if size == 18:
        return Kind.USCC
    if size == 20 and value.isascii() and value.isalnum():
        return Kind.LEI
    if size == 15 and value[:2].isdigit() and sum(c.isdigit() for c in value) >= 13:
        return Kind.REG_NO
    if size == 13 and value.isascii() and value.isdigit():
        return Kind.REG_NO if value[:2] in PROVINCES or not recognised(Kind.JP_CN, value) else Kind.JP_CN
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    for pattern, kind in _WRITTEN_FORMS:
        if pattern.fullmatch(written):
            return kind
    for pattern, kind, must_be_right in _FORMS:
        if pattern.fullmatch(value) and (not must_be_right or recognised(kind, value)):
            return kind
    return Kind.USCC if 16 <= size <= 19 else None


def _kind(kind: Kind | str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise UnknownCodeKind(kind=str(kind), known=", ".join(k.value for k in Kind)) from None
