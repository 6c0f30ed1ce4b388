"""Two customer files compared: identifiers decide, names propose, address, phone and people speak for or against."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz

from ..errors import Language
from ..identity import Kind, check, split_name, uscc_check_character
from .alignment import dense_edits
from .features import CHINESE
from .han import region_codes
from .letters import folded, simplified
from .parts import NameKind, NameParts, Role, parse
from .scoring import Score, compare_parts, record_weights

#: a likeness of addresses with the same numbers in them, per cent
_NEAR_ADDRESS = 80
_SHORTEST_PHONE = 7
#: disagreements that a shared address or phone does not outweigh, from this size on
_DECISIVE = {"place": 1.0, "number": 1.0, "number_extra": 1.0, "trade": 1.0, "branch": 1.0, "swapped": 1.0}
_DECIDED = 0.999
_FILLER = re.compile(r"[\s,.，。、()\-—_#/]+|号楼|号|楼|室|层|栋|幢")
_WIDTH = 18
_MUNICIPALITIES = ("11", "12", "31", "50", "81", "82")


@dataclass(frozen=True, slots=True)
class Record:
    """What is compared of a customer file; an empty text is unknown."""

    id: str
    name: str
    uscc: str = ""
    lei: str = ""
    reg_no: str = ""
    tax_id: str = ""
    region_code: str = ""
    address: str = ""
    phone: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact beside the names: `code` for programs, what it adds to the log odds, what both files say."""

    code: str
    weight: float
    left: str
    right: str

    def message(self, language: Language = "en") -> str:
        """The fact as a sentence."""
        zh, en = _SENTENCES[self.code]
        return (zh if language == "zh" else en).format(left=self.left, right=self.right)


_SENTENCES = {
    "uscc": ("统一社会信用代码相同：{left}", "the same unified social credit code {left}"),
    "lei": ("LEI 相同：{left}", "the same LEI {left}"),
    "tax_id": ("税号相同：{left}", "the same tax number {left}"),
    "reg_no": ("注册号相同：{left}", "the same registration number {left}"),
    "uscc_conflict": ("两个有效的统一社会信用代码不同：{left}、{right}", "two valid credit codes: {left}, {right}"),
    "lei_conflict": ("两个有效的 LEI 不同：{left}、{right}", "two valid LEIs: {left}, {right}"),
    "code_near": ("统一社会信用代码仅差一位，且至少一个未通过校验：{left}、{right}",
                  "the social credit codes differ in one character and one fails its check: {left}, {right}"),
    "code_differs": ("统一社会信用代码不同，且至少一个未通过校验：{left}、{right}",
                     "the social credit codes differ, and one fails its check: {left}, {right}"),
    "phone": ("电话相同：{left}", "the same phone {left}"),
    "phone_differs": ("电话不同：{left}、{right}", "the phones differ: {left}, {right}"),
    "address": ("地址相同：{left}", "the same address {left}"),
    "address_near": ("地址相近：{left}、{right}", "the addresses are close: {left}, {right}"),
    "address_differs": ("地址不同：{left}、{right}", "the addresses differ: {left}, {right}"),
    "person": ("联系人或法定代表人相同：{left}", "the same person {left}"),
    "region": ("行政区划相同：{left}", "the same region {left}"),
    "region_differs": ("所在地不同：{left}、{right}", "other regions: {left}, {right}"),
    "no_place": ("名称均未写地名，同名企业可能不止一家", "neither name tells a place: there may be namesakes"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecordScore:
    """How likely two files are of one company.

    Attributes:
        value: 0 to 1; a proposal from `PROPOSED` on.
        name: what the names say.
        evidence: what else speaks, the heaviest first. Evidence that the names rule out has weight 0.
    """

    value: float
    name: Score
    evidence: tuple[Evidence, ...]

    def message(self, language: Language = "en") -> str:
        """All of it in one paragraph."""
        mark, end = ("；", "。") if language == "zh" else ("; ", ".")
        others = mark.join(e.message(language) for e in self.evidence)
        return self.name.message(language) + (others + end if others else "")


#: from this value on a pair is proposed to a person
PROPOSED = 0.5


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with its parts taken out once."""

    record: Record
    name: NameParts
    codes: dict[str, str] = field(hash=False)  # kind → right code
    raw_uscc: str = ""
    city: str = ""  # region code of the city, as far as a region, the name or the address tells; 31 for Shanghai
    phone: str = ""
    address: str = ""
    numbers: tuple[str, ...] = ()
    person: str = ""


def prepare(record: Record) -> Prepared:
    """The comparable spelling of every field."""
    uscc = _compact(record.uscc)
    codes = {}
    if uscc_is_right(uscc):
        codes["uscc"] = uscc
    for kind, text in ((Kind.LEI, record.lei), (Kind.REG_NO, record.reg_no)):
        if text and (found := check(kind, text)).ok:
            codes[kind.value] = found.value
    if len(tax := _compact(record.tax_id)) >= 8:
        codes["tax_id"] = tax
    name, (place, address) = parse(record.name, NameKind.COMPANY), plain_address(record.address)
    return Prepared(
        record,
        name,
        codes,
        uscc if len(uscc) == _WIDTH else "",
        _city(record, name, place),
        plain_phone(record.phone),
        address,
        tuple(re.findall(r"\d+", address)),
        "".join(simplified(folded(record.person)).split()),
    )


def compare_records(a: Record, b: Record) -> RecordScore:
    """Compare two customer files.

    An identifier that both have right decides: the same USCC, LEI, tax or registration number is one company, two
    right USCCs or LEIs are two, whatever the names. Else the names count, with what address, phone, person and
    region add.
    """
    return compare_prepared(prepare(a), prepare(b))


def compare_prepared(a: Prepared, b: Prepared) -> RecordScore:
    """The same for records prepared before."""
    name = compare_parts(a.name, b.name)
    for kind in ("uscc", "lei", "tax_id", "reg_no"):
        one, other = a.codes.get(kind, ""), b.codes.get(kind, "")
        if one and one == other:
            return RecordScore(_DECIDED, name, (Evidence(kind, math.inf, one, other),))
        if one and other and kind in ("uscc", "lei"):
            return RecordScore(0.0, name, (Evidence(f"{kind}_conflict", -math.inf, one, other),))
    if not name.value:
        return RecordScore(0.0, name, ())
    ruled_out = any(part.size >= _DECISIVE.get(part.feature, 2.0) for part in name.parts)
    weights, found = record_weights(), []
    for code, left, right in _facts(a, b, name):
        weight = 0.0 if ruled_out and weights[code] > 0 and code != "code_near" else weights[code]
        found.append(Evidence(code, weight, left, right))
    total = name.log_odds + sum(e.weight for e in found)
    value = 1 / (1 + math.exp(min(60.0, weights["cut"] - total)))
    return RecordScore(value, name, tuple(sorted(found, key=lambda e: (-abs(e.weight), e.code))))


def _facts(a: Prepared, b: Prepared, name: Score) -> list[tuple[str, str, str]]:
    one, other = a.record, b.record
    found = []
    if a.raw_uscc and b.raw_uscc:
        near = a.raw_uscc == b.raw_uscc or dense_edits(a.raw_uscc, b.raw_uscc) <= 1
        found.append(("code_near" if near else "code_differs", a.raw_uscc, b.raw_uscc))
    if a.phone and b.phone:
        found.append(("phone" if a.phone == b.phone else "phone_differs", one.phone, other.phone))
    if a.address and b.address:
        found.append((_address(a, b), one.address, other.address))
    if a.person and a.person == b.person:
        found.append(("person", one.person, other.person))
    places = [[w for w in side.name.words if w.role is Role.PLACE] for side in (a, b)]
    if a.city and b.city and a.city != b.city:
        found.append(("region_differs", one.region_code or a.city, other.region_code or b.city))
    elif a.city and one.region_code and other.region_code:
        found.append(("region", one.region_code, other.region_code))
    elif not a.city and not b.city and name.profile == CHINESE and not places[0] and not places[1]:
        found.append(("no_place", "", ""))
    return found


def _address(a: Prepared, b: Prepared) -> str:
    if a.city and b.city and a.city != b.city:
        return "address_differs"
    if a.address == b.address:
        return "address"
    if a.numbers and a.numbers == b.numbers and fuzz.ratio(a.address, b.address) >= _NEAR_ADDRESS:
        return "address_near"
    return "address_differs"


def _compact(code: str) -> str:
    return re.sub(r"[\s\-]+", "", folded(code)).upper()


_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


@lru_cache(maxsize=65536)
def uscc_is_right(code: str) -> bool:
    """Whether 18 characters carry their check character; nothing else of a code is looked at."""
    return bool(_USCC.fullmatch(code)) and uscc_check_character(code[:17]) == code[17]


def plain_phone(phone: str) -> str:
    """Digits without country code and leading zero; empty when too few to mean anybody."""
    digits = re.sub(r"\D+", "", folded(phone)).removeprefix("00")
    if len(digits) > 11:
        digits = digits.removeprefix("86")
    digits = digits.removeprefix("0")
    return digits if len(digits) >= _SHORTEST_PHONE and len(set(digits)) > 2 else ""


def plain_address(address: str) -> tuple[str, str]:
    """The place that an address begins with, and the rest without words like 号 and 室."""
    text = simplified("".join(folded(address).split()))
    place = split_name(text).place if text else ""
    return place, _FILLER.sub(" ", text.removeprefix(place)).strip()


def _city(record: Record, name: NameParts, place: str) -> str:
    """The city of a file, in this order: its region, the place in its name, the place that its address begins with."""
    places = [w.code.split("|") for w in name.words if w.role is Role.PLACE]
    places += [sorted(region_codes(place))] if place else []
    # Of places with one name, the largest: 朝阳 the city before 朝阳 the district.
    told = [record.region_code, *(min(codes, key=len, default="") for codes in places)]
    for code in told:
        if code[:2] in _MUNICIPALITIES:
            return code[:2]
        if len(code) >= 4 and not code[:4].endswith("00"):
            return code[:4]
    return ""
