"""Identifiers: worked examples, the real registry, hostile text, properties of the checks."""

import csv
import gzip
import tomllib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.errors import BadInput, UnknownCodeKind
from xinheng.engine.identity import (
    CodeCheck,
    Kind,
    Severity,
    check,
    detect,
    lei_check_digits,
    normalise,
    org_code_check_character,
    place_names,
    reg_no_check_digit,
    uscc_check_character,
)
from xinheng.engine.identity.results import KIND_NAMES
from xinheng.engine.identity.uscc import _ALSO_READ_AS, _VALUES, _WEIGHTS, ALPHABET

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "identity.toml").read_text(encoding="utf-8"))


def levels(answer: CodeCheck) -> list[str]:
    return [problem.level for problem in answer.problems]


@pytest.mark.parametrize("case", CASES["uscc_check"], ids=lambda case: case["body"])
def test_uscc_check_character_of_the_standard(case: dict[str, object]) -> None:
    body = str(case["body"])
    assert sum(_VALUES[symbol] * weight for symbol, weight in zip(body, _WEIGHTS, strict=True)) == case["sum"]
    assert uscc_check_character(body) == case["check"]
    assert check(Kind.USCC, body + str(case["check"])).ok


def test_weights_are_powers_of_three() -> None:
    assert tuple(pow(3, i, 31) for i in range(17)) == _WEIGHTS


@pytest.mark.parametrize("case", CASES["uscc_wrong"], ids=lambda case: case["text"])
def test_uscc_reports_every_level_first_failure_first(case: dict[str, object]) -> None:
    answer = check(Kind.USCC, str(case["text"]))
    assert answer.ok is case["ok"]
    assert levels(answer) == case["levels"]
    assert answer.suggestion == case.get("suggestion")


@pytest.mark.parametrize("case", CASES["org_code"], ids=lambda case: case["body"])
def test_organisation_code(case: dict[str, str]) -> None:
    assert org_code_check_character(case["body"]) == case["check"]
    answer = check(Kind.ORG_CODE, f"{case['body']}-{case['check']}")
    assert (answer.ok, answer.value) == (True, case["body"] + case["check"])
    other = "0" if case["check"] != "0" else "1"
    assert levels(check(Kind.ORG_CODE, case["body"] + other)) == ["O3"]


@pytest.mark.parametrize("case", CASES["reg_no"], ids=lambda case: case["body"])
def test_registration_number(case: dict[str, str]) -> None:
    assert reg_no_check_digit(case["body"]) == case["check"]
    assert check(Kind.REG_NO, case["body"] + case["check"]).ok


@pytest.mark.parametrize("case", CASES["lei"], ids=lambda case: case["body"])
def test_lei(case: dict[str, str]) -> None:
    assert lei_check_digits(case["body"]) == case["check"]
    assert check(Kind.LEI, case["body"] + case["check"]).ok
    assert levels(check(Kind.LEI, case["body"] + "16")) == ["L3"]


def test_real_registry_is_told_apart_exactly(shared_data: Callable[[str], Path]) -> None:
    with gzip.open(shared_data("cn_company_registry/licence_registry.csv.gz"), "rt", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    found = {"valid": 0, "invalid": 0}
    suggested: dict[str, str | None] = {}
    for row in rows:
        answer = check("auto", row["registration_code"])
        right = answer.ok and answer.verifiable
        found["valid" if right else "invalid"] += 1
        assert right is row["code_kind"].endswith("_valid"), row
        if not right:
            suggested[row["registration_code"]] = answer.suggestion
    assert found == {"valid": 116, "invalid": 8}
    assert suggested == {
        "320594000434555": None,
        "4403012159050": None,
        "91210114MAOXKT11X1": "91210114MA0XKT11X1",
        "91310120MAIHQ03808": "91310120MA1HQ03808",
        "91320582314084948#": None,
        "9132102MAIM1.21.R31": None,
        "9151050256763624511": None,
        "92320508MAIQFU954D": "92320508MA1QFU954D",
    }


def test_legacy_number_is_accepted_with_a_warning() -> None:
    answer = check(Kind.REG_NO, "4403012159050")
    assert (answer.ok, answer.verifiable, levels(answer)) == (True, False, ["R4"])


def test_what_the_code_says_of_its_holder() -> None:
    details = check(Kind.USCC, "12440300MB2C92173E").details
    assert details["department"] == "机构编制"
    assert details["category"] == "事业单位"
    assert details["region"] == "440300"
    assert details["region_name"] == "广东省深圳市"
    assert details["organisation_code"] == "MB2C92173"


@pytest.mark.parametrize("first", ["A1", "N1", "Y1", "N9"])
def test_departments_that_are_letters_are_legal(first: str) -> None:
    body = first + "440300" + "MB2C9217" + org_code_check_character("MB2C9217")
    answer = check(Kind.USCC, body + uscc_check_character(body))
    assert (answer.ok, answer.problems) == (True, ())


def test_unknown_department_and_region_are_warnings_only() -> None:
    body = "97999999" + "MB2C9217" + org_code_check_character("MB2C9217")
    answer = check(Kind.USCC, body + uscc_check_character(body))
    assert (answer.ok, levels(answer)) == (True, ["E4", "E5"])
    assert all(problem.severity is Severity.WARNING for problem in answer.problems)


@pytest.mark.parametrize("region", ["110103", "100000"])  # a district abolished in 2010; the national level
def test_abolished_and_national_regions_are_good(region: str) -> None:
    body = "91" + region + "60003734" + "1"
    assert check(Kind.USCC, body + uscc_check_character(body)).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "９１３５０１００Ｍ０００１００Ｙ４３",
        " 91350100-M000100Y4-3 ",
        "91350100m000100y43",
        "91350100\u3000M000100Y43\u200b",
    ],
)
def test_ways_of_writing_are_normalised(text: str) -> None:
    answer = check("auto", text)
    assert (answer.kind, answer.value, answer.ok) == (Kind.USCC, "91350100M000100Y43", True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91350100M000100Y43\x00", "control_character"),
        ("9" * 65, "too_long"),
        ("9.13501E+17", "digits_lost"),
        ("   ", "empty"),
        ("hello", "kind_unrecognised"),
    ],
)
def test_what_is_no_code_at_all_is_refused(text: str, code: str) -> None:
    answer = check("auto", text)
    assert (answer.ok, [p.code for p in answer.problems]) == (False, [code])
    assert "\x00" not in answer.value


def test_unknown_kind_is_the_callers_error() -> None:
    with pytest.raises(UnknownCodeKind, match="no identifier kind “passport”"):
        check("passport", "1")


def test_body_of_a_check_character_must_be_legal() -> None:
    with pytest.raises(BadInput, match="seventeen symbols"):
        uscc_check_character("9135O100M000100Y4")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("440301103097413", Kind.REG_NO),
        ("D2143569-X", Kind.ORG_CODE),
        ("D2143569X", Kind.ORG_CODE),
        ("213800KUD8LAJWSQ9D15", Kind.LEI),
        ("20-123-4567", Kind.DUNS),
        ("12-3456789", Kind.US_EIN),
        ("7000012050002", Kind.JP_CN),
        ("NL91ABNA0417164300", Kind.IBAN),
        ("AT611904300234573201", Kind.IBAN),
        ("ATU12011204", Kind.VAT),
        ("GB980780684", Kind.GB_VAT),
        ("04595257", Kind.TW_UBN),
        ("T01FC6132D", Kind.SG_UEN),
        ("51824753556", Kind.AU_ABN),
        ("27AAPFU0939F1ZV", Kind.IN_GSTIN),
        ("ACUPA7085R", Kind.IN_PAN),
        ("DEUTDEFF", Kind.BIC),
        ("116-82-00276", Kind.KR_BRN),
    ],
)
def test_kinds_are_recognised(text: str, kind: Kind) -> None:
    assert detect(text) is kind
    assert check("auto", text).ok


@pytest.mark.parametrize(
    ("kind", "text", "level"),
    [
        (Kind.VAT, "ATU12011205", "F3"),
        (Kind.VATIN, "ZZ123", "F4"),
        (Kind.TW_UBN, "0459525", "F1"),
        (Kind.JP_CN, "7000012050003", "F3"),
        (Kind.AU_ACN, "004085617", "F3"),
        (Kind.GB_UTR, "2955839661", "F3"),
        (Kind.DUNS, "12345678X", "F2"),
        (Kind.HK_BR, "1234567", "F2"),
    ],
)
def test_wrong_foreign_codes_say_what_is_wrong(kind: Kind, text: str, level: str) -> None:
    answer = check(kind, text)
    assert (answer.ok, levels(answer)) == (False, [level])


def test_every_kind_has_a_name_in_both_languages_and_answers_nonsense() -> None:
    for kind in Kind:
        assert all(KIND_NAMES[kind])
        answer = check(kind, "?!")
        assert not answer.ok
        assert all(problem.zh and problem.en for problem in answer.problems)


@st.composite
def uscc_codes(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["91", "92", "93", "12", "A1", "N2", "Y1"]))
    body += draw(st.sampled_from(["110000", "320500", "440300", "100000", "510502"]))
    organisation = draw(st.text(ALPHABET, min_size=8, max_size=8))
    body += organisation + org_code_check_character(organisation)
    try:
        return body + uscc_check_character(body)
    except BadInput:  # the organisation code's check may be X, which is legal here, never another foreign symbol
        raise AssertionError(body) from None


@given(uscc_codes())
def test_right_codes_have_no_problem(code: str) -> None:
    assert check("auto", code).problems == ()


@given(uscc_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_no_single_change_passes(code: str, place: int, symbol: str) -> None:
    changed = code[:place] + symbol + code[place + 1 :]
    assert check(Kind.USCC, changed).ok is (changed == code)


@given(uscc_codes(), st.integers(0, 17))
def test_a_letter_typed_for_a_digit_is_found_again(code: str, place: int) -> None:
    letters = {"1": "I", "0": "O", "2": "Z", "5": "S"}
    if code[place] in letters:
        answer = check(Kind.USCC, code[:place] + letters[code[place]] + code[place + 1 :])
        assert answer.suggestion == code


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    answer = check("auto", text)
    assert answer.ok is not bool(answer.errors)
    assert "\x00" not in answer.value
    if answer.suggestion is not None:
        assert check(Kind.USCC if answer.kind is None else answer.kind, answer.suggestion).ok


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_suggestions_are_nearly_always_the_right_code() -> None:
    generator = Random(7)
    regions = sorted(place_names())

    def code() -> str:
        organisation = generator.choice(["MA", ""]) + "".join(generator.choices("0123456789", k=8))
        organisation = organisation[:8]
        body = generator.choice(["91", "92", "93", "12"]) + generator.choice(regions) + organisation
        body += org_code_check_character(organisation)
        return body + uscc_check_character(body) if body[-1] in ALPHABET else code()

    def outcomes(misread: Callable[[str], str]) -> dict[str, int]:
        found = {"right": 0, "wrong": 0, "none": 0}
        while sum(found.values()) < 2000:
            good, place = code(), generator.randrange(18)
            symbols = misread(good[place])
            if symbols:
                bad = good[:place] + generator.choice(symbols) + good[place + 1 :]
                suggestion = check(Kind.USCC, bad).suggestion
                found["none" if suggestion is None else "right" if suggestion == good else "wrong"] += 1
        return found

    letters = {"0": "O", "1": "I", "2": "Z", "5": "S"}
    assert outcomes(lambda symbol: letters.get(symbol, "")) == {"right": 2000, "wrong": 0, "none": 0}
    alike = outcomes(lambda symbol: _ALSO_READ_AS[symbol])
    assert alike["right"] > 1700
    assert alike["wrong"] <= 10
    other = outcomes(lambda symbol: ALPHABET.replace(symbol, ""))
    assert other["wrong"] <= 80
