"""Administrative divisions of GB/T 2260: six digits, two each for province, prefecture and county.

The 34 province-level divisions are listed here. Prefectures and counties, with the years in which a code was in
force, come from the table that python-stdnum carries: registration codes keep the division that was valid on the day
of registration, so that an abolished code is a good code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

NATIONAL = "100000"

#: province code → (zh, en). Source: GB/T 2260-2007; English names as in the ISO 3166-2:CN list.
PROVINCES: dict[str, tuple[str, str]] = {
    "11": ("北京市", "Beijing"),
    "12": ("天津市", "Tianjin"),
    "13": ("河北省", "Hebei"),
    "14": ("山西省", "Shanxi"),
    "15": ("内蒙古自治区", "Inner Mongolia"),
    "21": ("辽宁省", "Liaoning"),
    "22": ("吉林省", "Jilin"),
    "23": ("黑龙江省", "Heilongjiang"),
    "31": ("上海市", "Shanghai"),
    "32": ("江苏省", "Jiangsu"),
    "33": ("浙江省", "Zhejiang"),
    "34": ("安徽省", "Anhui"),
    "35": ("福建省", "Fujian"),
    "36": ("江西省", "Jiangxi"),
    "37": ("山东省", "Shandong"),
    "41": ("河南省", "Henan"),
    "42": ("湖北省", "Hubei"),
    "43": ("湖南省", "Hunan"),
    "44": ("广东省", "Guangdong"),
    "45": ("广西壮族自治区", "Guangxi"),
    "46": ("海南省", "Hainan"),
    "50": ("重庆市", "Chongqing"),
    "51": ("四川省", "Sichuan"),
    "52": ("贵州省", "Guizhou"),
    "53": ("云南省", "Yunnan"),
    "54": ("西藏自治区", "Tibet"),
    "61": ("陕西省", "Shaanxi"),
    "62": ("甘肃省", "Gansu"),
    "63": ("青海省", "Qinghai"),
    "64": ("宁夏回族自治区", "Ningxia"),
    "65": ("新疆维吾尔自治区", "Xinjiang"),
    "71": ("台湾省", "Taiwan"),
    "81": ("香港特别行政区", "Hong Kong"),
    "82": ("澳门特别行政区", "Macao"),
}


#: divisions set up after the table of python-stdnum 2.2 was made: code → (name, first year). Source: 民政部.
_LATER = {"330113": ("临平区", 2021), "330114": ("钱塘区", 2021)}

#: names of levels that only fill a gap in the code, not places
_FILLERS = ("市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位")


class RegionStatus(StrEnum):
    """What is known about a region code."""

    CURRENT = "current"  # in force
    ABOLISHED = "abolished"  # was in force, and stays legal in codes issued then
    UNKNOWN_COUNTY = "unknown_county"  # its prefecture is known: often a development zone's own number
    UNKNOWN_PREFECTURE = "unknown_prefecture"  # its province is known
    UNKNOWN_PROVINCE = "unknown_province"  # no such province
    MALFORMED = "malformed"  # not six digits


@dataclass(frozen=True, slots=True)
class Region:
    """A region code with the names of its levels; a level that the code leaves open or that is unknown is None.

    `valid_from` and `valid_to` are the first and last year in force, where the table gives them.
    """

    code: str
    status: RegionStatus
    province: str | None = None
    prefecture: str | None = None
    county: str | None = None
    province_en: str | None = None
    valid_from: int | None = None
    valid_to: int | None = None

    @property
    def known(self) -> bool:
        """Whether every level of the code is in the table, in force or abolished."""
        return self.status in (RegionStatus.CURRENT, RegionStatus.ABOLISHED)

    @property
    def name(self) -> str:
        """The Chinese name from the province down, without levels that are no place (市辖区)."""
        parts = [p for p in (self.province, self.prefecture, self.county) if p and p not in _FILLERS]
        return "".join(dict.fromkeys(parts))


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    valid_from: int | None
    valid_to: int | None


_PROVINCE_LINE = re.compile(r"(\d{2}) province=")
_PLACE_LINE = re.compile(r'  (\d{4}) county="([^"]+)"')
_PERIOD = re.compile(r"(?:\[(\d{4})?-(\d{4})?\])?([^,\[\]]+)")


@lru_cache(maxsize=1)
def _table() -> dict[str, _Entry]:
    """Six-digit code → the latest name that it had, for prefectures and counties."""
    table: dict[str, _Entry] = {}
    province = ""
    for line in (files("stdnum") / "cn" / "loc.dat").read_text(encoding="utf-8").splitlines():
        if head := _PROVINCE_LINE.match(line):
            province = head[1]
        elif place := _PLACE_LINE.match(line):
            first, last, name = _PERIOD.findall(place[2])[-1]
            table[province + place[1]] = _Entry(name, int(first) if first else None, int(last) if last else None)
    return table | {code: _Entry(name, first, None) for code, (name, first) in _LATER.items()}


def place_names() -> dict[str, str]:
    """Six-digit code → name of every prefecture and county, in force or abolished."""
    return {code: entry.name for code, entry in _table().items() if entry.name not in _FILLERS}


@lru_cache(maxsize=8192)
def region(code: str) -> Region:
    """Look a region code up.

    Args:
        code: six digits; `100000` is the national level. Two or four digits are read as `PP0000` and `PPCC00`.
    Returns: the region, whose status says how much of the code is known. Never raises for an unknown code.
    Source: GB/T 2260; the table of python-stdnum (`cn/loc.dat`).
    """
    full = code.strip()
    full = full + "0" * (6 - len(full)) if len(full) in (2, 4) else full
    if len(full) != 6 or not full.isascii() or not full.isdigit():
        return Region(code, RegionStatus.MALFORMED)
    if full == NATIONAL:
        return Region(full, RegionStatus.CURRENT, province="全国", province_en="national level")
    province = PROVINCES.get(full[:2])
    if province is None:
        return Region(full, RegionStatus.UNKNOWN_PROVINCE)
    zh, en = province
    if full.endswith("0000"):
        return Region(full, RegionStatus.CURRENT, province=zh, province_en=en)
    prefecture = _table().get(full[:4] + "00")
    if full.endswith("00"):
        if prefecture is None:
            return Region(full, RegionStatus.UNKNOWN_PREFECTURE, province=zh, province_en=en)
        return _known(full, zh, en, prefecture, None)
    county = _table().get(full)
    if county is not None:
        return _known(full, zh, en, prefecture, county)
    status = RegionStatus.UNKNOWN_COUNTY if prefecture else RegionStatus.UNKNOWN_PREFECTURE
    return Region(full, status, zh, prefecture.name if prefecture else None, None, en)


def _known(code: str, zh: str, en: str, prefecture: _Entry | None, county: _Entry | None) -> Region:
    lowest = county or prefecture
    assert lowest is not None
    return Region(
        code,
        RegionStatus.CURRENT if lowest.valid_to is None else RegionStatus.ABOLISHED,
        province=zh,
        prefecture=prefecture.name if prefecture else None,
        county=county.name if county else None,
        province_en=en,
        valid_from=lowest.valid_from,
        valid_to=lowest.valid_to,
    )
