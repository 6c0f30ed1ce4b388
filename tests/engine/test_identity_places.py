"""Regions, industries and names: forms, tables against the public ones, parts of names."""

import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.errors import InvalidIndustryCode
from xinheng.engine.identity import (
    PROVINCES,
    Kind,
    RegionStatus,
    dedupe_key,
    industries,
    industry,
    name_key,
    normalise_name,
    place_names,
    region,
    section_of,
    split_name,
)
from xinheng.engine.identity.industries import IndustryLevel


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


# --- regions


@pytest.mark.parametrize(
    ("code", "status", "name"),
    [
        ("440300", RegionStatus.CURRENT, "广东省深圳市"),
        ("44", RegionStatus.CURRENT, "广东省"),
        ("110105", RegionStatus.CURRENT, "北京市朝阳区"),
        ("320584", RegionStatus.ABOLISHED, "江苏省苏州市吴江市"),
        ("320594", RegionStatus.UNKNOWN_COUNTY, "江苏省苏州市"),
        ("449900", RegionStatus.UNKNOWN_PREFECTURE, "广东省"),
        ("999999", RegionStatus.UNKNOWN_PROVINCE, ""),
        ("100000", RegionStatus.CURRENT, "全国"),
        ("330113", RegionStatus.CURRENT, "浙江省杭州市临平区"),
        ("429004", RegionStatus.CURRENT, "湖北省仙桃市"),
        ("4403A1", RegionStatus.MALFORMED, ""),
    ],
)
def test_regions(code: str, status: RegionStatus, name: str) -> None:
    found = region(code)
    assert (found.status, found.name) == (status, name)


def test_abolished_region_keeps_its_years() -> None:
    found = region("320584")
    assert (found.valid_from, found.valid_to) == (1992, 2012)


def test_thirty_four_provinces_and_the_library_agree_on_the_mainland(shared_data: Callable[[str], Path]) -> None:
    assert len(PROVINCES) == 34
    official = {row["code"]: row["name"] for row in read(shared_data("cn_codes/gb2260_provinces.csv.gz"))}
    assert official == {code: zh for code, (zh, _) in PROVINCES.items() if code not in ("71", "81", "82")}


def test_prefectures_and_counties_of_2023_are_known(shared_data: Callable[[str], Path]) -> None:
    for row in read(shared_data("cn_codes/gb2260_cities.csv.gz")):
        if not row["code"].endswith("90"):  # counties directly below a province: another filler name
            assert region(row["code"]).prefecture == row["name"]
    unknown = [
        row["code"]
        for row in read(shared_data("cn_codes/gb2260_areas.csv.gz"))
        if not region(row["code"]).known and row["code"][4] != "7"  # 7x are development zones, not in GB/T 2260
    ]
    # Three archipelagos, one city without districts and one committee that the statistics office numbers itself.
    assert unknown == ["460321", "460322", "460323", "620201", "632857"]


def test_place_names_hold_the_library_table() -> None:
    assert len(place_names()) > 6000


# --- industries


@pytest.mark.parametrize(
    ("written", "code", "level"),
    [
        ("C", "C", IndustryLevel.SECTION),
        ("35", "C35", IndustryLevel.DIVISION),
        ("c 351", "C351", IndustryLevel.GROUP),
        ("3511", "C3511", IndustryLevel.CLASS),
        ("Ｃ３３１１", "C3311", IndustryLevel.CLASS),
        ("C 3599", "C3599", IndustryLevel.CLASS),
    ],
)
def test_industry_codes_in_any_form(written: str, code: str, level: IndustryLevel) -> None:
    found = industry(written)
    assert (found.code, found.level, found.section) == (code, level, code[0])


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "accepted are"),
        ("U", "accepted are"),
        ("C3", "accepted are"),
        ("C35111", "accepted are"),
        ("98", "no division 98"),
        ("C999", "no division 99"),
        ("A3511", "division 35 belongs to section C"),
        ("C199", "no group 199"),
    ],
)
def test_wrong_industry_codes_say_why(written: str, why: str) -> None:
    with pytest.raises(InvalidIndustryCode, match=why):
        industry(written)


def test_sections_follow_from_divisions() -> None:
    assert [section_of(code) for code in ("01", "13", "43", "51", "65", "97")] == ["A", "C", "C", "F", "I", "T"]


def test_industry_table_is_that_of_the_standard(shared_data: Callable[[str], Path]) -> None:
    # The copy beside us shortens some names or keeps those of 2011; ours are those of 2017 with amendment 1.
    older = {"C15", "C194", "C203", "C204", "C339", "C349", "C395", "M746", "M75", "R87", "R905"}
    ours = {
        found.code: found.zh
        for level in (IndustryLevel.SECTION, IndustryLevel.DIVISION, IndustryLevel.GROUP)
        for found in industries(level)
    }
    public = {
        row["code_with_section"]: row["name"]
        for row in read(shared_data("cn_codes/gbt4754_2017_industry.csv.gz"))
        if row["level"] != "小类"
    }
    assert ours.keys() == public.keys()
    assert {code for code in ours if ours[code] != public[code]} == older


def test_every_class_of_the_standard_is_accepted(shared_data: Callable[[str], Path]) -> None:
    rows = [row for row in read(shared_data("cn_codes/gbt4754_2017_industry.csv.gz")) if row["level"] == "小类"]
    assert len(rows) == 1381
    assert all(industry(row["code"]).code == row["code_with_section"] for row in rows)


def test_counts_of_the_standard_and_names_in_both_languages() -> None:
    assert [len(industries(level)) for level in list(IndustryLevel)[:3]] == [20, 97, 473]
    assert all(found.zh and found.en for found in industries(IndustryLevel.GROUP))
    assert [found.code for found in industries(IndustryLevel.DIVISION, within="B")] == [
        "B06", "B07", "B08", "B09", "B10", "B11", "B12",
    ]  # fmt: skip


# --- names


@pytest.mark.parametrize(
    ("written", "full", "place", "short", "form"),
    [
        ("磁悬浮润滑油（苏州）有限公司", "磁悬浮润滑油(苏州)有限公司", "", "磁悬浮润滑油", "有限公司"),
        ("广西 柳州市 富足贸易有限公司", "广西柳州市富足贸易有限公司", "广西柳州市", "富足贸易", "有限公司"),
        ("甲乙【集团】股份有限公司", "甲乙(集团)股份有限公司", "", "甲乙", "股份有限公司"),
        (
            "天健会计师事务所（特殊普通合伙）",
            "天健会计师事务所(特殊普通合伙)",
            "",
            "天健会计师事务所",
            "(特殊普通合伙)",
        ),
        ("ＡＣＭＥ　Trading  Co., Ltd.", "ACME Trading Co., Ltd.", "", "ACME Trading", "Co., Ltd."),
        ("Société Générale S.A.", "Société Générale S.A.", "", "Société Générale", "S.A."),
        ("北京有限公司", "北京有限公司", "", "北京", "有限公司"),
    ],
)
def test_parts_of_a_name(written: str, full: str, place: str, short: str, form: str) -> None:
    found = split_name(written)
    assert (found.full, found.place, found.short, found.legal_form) == (full, place, short, form)


def test_branch_is_told_from_its_company() -> None:
    found = split_name("甲乙股份有限公司苏州分公司")
    assert (found.stem, found.legal_form, found.branch) == ("甲乙", "股份有限公司", "苏州分公司")


def test_key_is_one_for_ways_of_writing_and_two_for_legal_forms() -> None:
    assert name_key("甲乙（苏州）有限公司") == name_key("甲乙 (苏州) 有限公司 ")
    assert name_key("ACME Co., Ltd") == name_key("acme co.,ltd")
    assert name_key("甲乙有限公司") != name_key("甲乙股份有限公司")


def test_dedupe_key_takes_the_strongest_right_identifier() -> None:
    good, lei = "91350100M000100Y43", "213800KUD8LAJWSQ9D15"
    assert dedupe_key({Kind.LEI: lei, Kind.USCC: good.lower()}, "甲") == f"uscc:{good}"
    assert dedupe_key({Kind.LEI: lei, Kind.USCC: good[:-1] + "4"}, "甲") == f"lei:{lei}"
    assert dedupe_key({Kind.VAT: "ATU 12011204", Kind.REG_NO: "440301103097413"}, "甲") == "vat:ATU12011204"
    assert dedupe_key({Kind.ORG_CODE: "D2143569X"}, "甲（乙）", "440300") == "name:甲(乙):440300"


@given(st.text(max_size=60))
def test_normalising_a_name_twice_changes_nothing(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once
    assert "\x00" not in once


@given(st.text("中石油北京上海市省()集团有限公司分 a.Ltd", max_size=30))
def test_any_name_can_be_split(name: str) -> None:
    found = split_name(name)
    assert found.full == found.stem + found.legal_form + found.branch or found.full.startswith(found.stem)
    assert found.stem.startswith(found.place)
