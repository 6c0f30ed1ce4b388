"""Names of companies: one spelling, their parts, and the key under which the same company is found again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .codes import check
from .regions import PROVINCES, place_names
from .results import Kind

# Longest first. Forms that are part of a name by law: they tell a company from its namesake of another form.
_CHINESE_FORMS = (
    "农民专业合作社联合社",
    "农民专业合作社",
    "股份有限公司",
    "有限责任公司",
    "股份合作公司",
    "(特殊普通合伙)",
    "(个人独资)",
    "(普通合伙)",
    "(有限合伙)",
    "专业合作社",
    "有限公司",
    "株式会社",
    "合作社",
)
_LATIN_FORM = re.compile(
    r"[\s,]+(?P<form>(?:co\.?,?\s*)?(?:ltd|limited)\.?|company limited|incorporated|inc\.?|corporation|corp\.?|company"
    r"|co\.?|l\.?l\.?c\.?|l\.?l\.?p\.?|plc|gmbh(?:\s*&\s*co\.?\s*kg)?|ag|kg|s\.?a\.?s?\.?|s\.?a\.?r\.?l\.?|s\.?p\.?a\.?"
    r"|s\.?r\.?l\.?|b\.?v\.?|n\.?v\.?|pty\.?\s*ltd\.?|pte\.?\s*ltd\.?|sdn\.?\s*bhd\.?|bhd\.?|k\.?k\.?|oyj?|ab|a/s|aps)$",
    re.IGNORECASE,
)
_BRANCH = re.compile(r"(?<=公司)(?P<branch>[^公]{0,20}(?:分公司|办事处|分店|分厂|营业部))$")
_BRACKETS = str.maketrans("〔［【〖「『〈《﹙⦅〕］】〗」』〉》﹚⦆•・‧∙", "((((((((((" + "))))))))))" + "····")
_CHINESE = "\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_AT_CHINESE = re.compile(rf"(?<=[{_CHINESE}(])\s+|\s+(?=[{_CHINESE}()])")
_GROUP = re.compile(r"\(集团\)|集团$")
_PLACE_SUFFIX = re.compile(r"(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市|地区|盟)$")


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name and its parts.

    Attributes:
        full: the one spelling: half-width, round brackets, no blanks beside Chinese.
        stem: without legal form and branch.
        legal_form: as written, 有限责任公司 or Ltd.; empty when the name has none.
        branch: 苏州分公司; empty for the company itself.
        place: the place that the name begins with, 江苏省苏州市; empty when it begins with none.
        short: what people say: the stem without place, 集团 and a place in brackets.
    """

    full: str
    stem: str
    legal_form: str
    branch: str
    place: str
    short: str


def normalise_name(name: str) -> str:
    """One spelling of a name: full-width to half-width, all brackets to (), blanks beside Chinese dropped."""
    text = unicodedata.normalize("NFKC", name.translate(_BRACKETS))
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c.isspace())
    text = re.sub(r"\s+", " ", text).strip()
    # Dropping a character may leave an accent beside its letter: compose them, so that the spelling stays one.
    return unicodedata.normalize("NFKC", _BLANK_AT_CHINESE.sub("", text))


def split_name(name: str) -> CompanyName:
    """The parts of a name; see `CompanyName`."""
    full = normalise_name(name)
    stem, branch = full, ""
    if found := _BRANCH.search(stem):
        stem, branch = stem[: found.start()], found["branch"]
    form = next((form for form in _CHINESE_FORMS if stem.endswith(form) and len(stem) > len(form)), "")
    if form:
        stem = stem.removesuffix(form)
    elif found := _LATIN_FORM.search(stem):
        stem, form = stem[: found.start()].rstrip(" ,"), found["form"]
    place = _leading_place(stem)
    return CompanyName(full, stem, form, branch, place, _short(stem, place))


def name_key(name: str) -> str:
    """The spelling under which names are compared: normalised, without case. The legal form stays: 甲有限公司 and
    甲股份有限公司 are two companies."""
    return re.sub(r"\s*([,.])\s*", r"\1", normalise_name(name)).casefold()


def dedupe_key(identifiers: Mapping[Kind, str], name: str, region_code: str = "") -> str:
    """The key under which the same company is found again.

    A right USCC, else a right LEI, else a right tax number of another country, else the name with its region. Wrong
    codes do not count: they would join strangers.
    """
    foreign = [kind for kind in identifiers if kind not in _NOT_NATIONAL]
    for kind in (Kind.USCC, Kind.LEI, *sorted(foreign)):
        answer = check(kind, identifiers.get(kind, ""))
        if answer.ok:
            return f"{kind.value}:{answer.value}"
    return f"name:{name_key(name)}:{region_code}"


# Numbers that are no tax number of a country: banks and accounts change, old numbers have no check of their own.
_NOT_NATIONAL = frozenset((Kind.USCC, Kind.LEI, Kind.ORG_CODE, Kind.REG_NO, Kind.DUNS, Kind.IBAN, Kind.BIC))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    """Names that a company's name may begin with: full ones, and the short ones of provinces and cities."""
    provinces = [zh for zh, _ in PROVINCES.values()]
    below = [name for name in place_names().values() if len(name) > 2]
    cities = [name for name in below if name.endswith(("市", "地区", "盟"))]
    short = [_PLACE_SUFFIX.sub("", name) for name in (*provinces, *cities)]
    return frozenset((*provinces, *below, *(name for name in short if len(name) > 1)))


@lru_cache(maxsize=1)
def _longest_place() -> int:
    return max(map(len, _places()))


def _leading_place(stem: str) -> str:
    """The places that a stem begins with, one after the other: 广西柳州市. At least two characters are left over."""
    end = 0
    while True:
        fits = (n for n in range(min(_longest_place(), len(stem) - end - 2), 1, -1) if stem[end : end + n] in _places())
        longest = next(fits, 0)
        if not longest:
            return stem[:end]
        end += longest


def _short(stem: str, place: str) -> str:
    short = _GROUP.sub("", stem.removeprefix(place))
    short = re.sub(r"\(([^()]*)\)", lambda m: "" if m[1] in _places() else m[0], short)
    return short if len(short) > 1 else stem
