"""What a check of an identifier answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """Kinds of identifiers that can be checked."""

    USCC = "uscc"  # 统一社会信用代码, GB 32100-2015
    ORG_CODE = "org_code"  # 组织机构代码, GB 11714-1997
    REG_NO = "reg_no"  # 工商注册号, 15 digits (13 before 2007)
    LEI = "lei"  # legal entity identifier, ISO 17442
    DUNS = "duns"  # D-U-N-S number
    VAT = "vat"  # VAT number of an EU member state, with its country prefix
    VATIN = "vatin"  # VAT or tax number of any country, with its ISO prefix
    TW_UBN = "tw_ubn"  # 統一編號, Taiwan
    HK_BR = "hk_br"  # business registration number, Hong Kong
    JP_CN = "jp_cn"  # 法人番号, Japan
    KR_BRN = "kr_brn"  # business registration number, Korea
    SG_UEN = "sg_uen"  # unique entity number, Singapore
    US_EIN = "us_ein"  # employer identification number, United States
    GB_VAT = "gb_vat"  # VAT number, United Kingdom
    GB_UTR = "gb_utr"  # unique taxpayer reference, United Kingdom
    AU_ABN = "au_abn"  # business number, Australia
    AU_ACN = "au_acn"  # company number, Australia
    IN_GSTIN = "in_gstin"  # goods and services tax number, India
    IN_PAN = "in_pan"  # permanent account number, India
    IBAN = "iban"  # bank account
    BIC = "bic"  # bank


#: kind → (zh, en), the name a person reads
KIND_NAMES: dict[Kind, tuple[str, str]] = {
    Kind.USCC: ("统一社会信用代码", "unified social credit code"),
    Kind.ORG_CODE: ("组织机构代码", "organisation code"),
    Kind.REG_NO: ("工商注册号", "business registration number"),
    Kind.LEI: ("全球法人识别编码 LEI", "legal entity identifier (LEI)"),
    Kind.DUNS: ("邓白氏编码", "D-U-N-S number"),
    Kind.VAT: ("欧盟增值税号", "EU VAT number"),
    Kind.VATIN: ("带国别前缀的税号", "tax number with country prefix"),
    Kind.TW_UBN: ("统一编号（台湾）", "unified business number (Taiwan)"),
    Kind.HK_BR: ("商业登记号码（香港）", "business registration number (Hong Kong)"),
    Kind.JP_CN: ("法人番号（日本）", "corporate number (Japan)"),
    Kind.KR_BRN: ("事业者登记号（韩国）", "business registration number (Korea)"),
    Kind.SG_UEN: ("实体编号 UEN（新加坡）", "unique entity number (Singapore)"),
    Kind.US_EIN: ("雇主识别号 EIN（美国）", "employer identification number (US)"),
    Kind.GB_VAT: ("增值税号（英国）", "VAT number (UK)"),
    Kind.GB_UTR: ("纳税人编号 UTR（英国）", "unique taxpayer reference (UK)"),
    Kind.AU_ABN: ("商业编号 ABN（澳大利亚）", "business number (Australia)"),
    Kind.AU_ACN: ("公司编号 ACN（澳大利亚）", "company number (Australia)"),
    Kind.IN_GSTIN: ("商品服务税号 GSTIN（印度）", "GST number (India)"),
    Kind.IN_PAN: ("永久账号 PAN（印度）", "permanent account number (India)"),
    Kind.IBAN: ("国际银行账号 IBAN", "bank account (IBAN)"),
    Kind.BIC: ("银行识别码 BIC", "bank identifier (BIC)"),
}


class Severity(StrEnum):
    """How much a problem weighs."""

    ERROR = "error"  # the code is wrong
    WARNING = "warning"  # the code may be right; a person should look


@dataclass(frozen=True, slots=True)
class Problem:
    """One failed level of a check.

    `level` is the number of the check in its standard's order (E1 to E7 for the USCC), `code` a stable word for
    programs, `zh` and `en` say what was found and what would be accepted.
    """

    level: str
    severity: Severity
    code: str
    zh: str
    en: str

    def message(self, language: Literal["zh", "en"] = "en") -> str:
        """The sentence in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The answer to "is this a right code of that kind?".

    Attributes:
        kind: the kind it was checked as; None when no kind was told and none could be recognised.
        value: normalised: half-width capitals, no blanks, no hyphens. Never holds a control character.
        ok: no problem is an error. Warnings leave a code ok.
        problems: in the order of the levels: the first failure first, all kept.
        suggestion: the one code that a single misread character would explain, else None. A proposal to a person.
        details: what the code says of its holder (department, category, region, organisation code), as far as read.
    """

    kind: Kind | None
    value: str
    ok: bool
    problems: tuple[Problem, ...] = ()
    suggestion: str | None = None
    details: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that make the code wrong."""
        return tuple(p for p in self.problems if p.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The problems that a person should look at."""
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)

    @property
    def verifiable(self) -> bool:
        """False for a legacy number without a check character: accepted, and nothing in it proves it."""
        return not any(p.code == "legacy_unverifiable" for p in self.problems)


def answer(
    kind: Kind | None,
    value: str,
    problems: list[Problem],
    suggestion: str | None = None,
    details: Mapping[str, str] | None = None,
) -> CodeCheck:
    """A `CodeCheck` whose `ok` follows from the problems."""
    ok = all(p.severity is not Severity.ERROR for p in problems)
    return CodeCheck(kind, value, ok, tuple(problems), suggestion, details or {})


def error(level: str, code: str, zh: str, en: str) -> Problem:
    """A problem that makes the code wrong."""
    return Problem(level, Severity.ERROR, code, zh, en)


def warning(level: str, code: str, zh: str, en: str) -> Problem:
    """A problem that a person should look at."""
    return Problem(level, Severity.WARNING, code, zh, en)
