"""The page of PDF: one page whatever happens, the same bytes again, nothing read as markup."""

import dataclasses

import pypdfium2
import pytest

from xinheng.documents import assessment_page

LONG = "某某省某某自治州高新技术产业开发区名称特别长的精密机械设备进出口贸易与技术服务有限责任公司（示例）" * 3
HOSTILE = '#panic("x") $a$ *b* @c <d> \\ // " \x00\u202e\n= 标题 #read("/etc/passwd")'


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 1
    return document[0].get_textpage().get_text_range()


@pytest.mark.parametrize(("language", "word"), [("zh", "信用评估"), ("en", "Credit assessment")])
def test_the_page_holds_what_a_committee_asks(healthy, language, word):
    text = text_of(assessment_page(healthy, language))
    for expected in (
        word, healthy.subject.name, "C900001", "2026-06-30", "200,000", "0.70%", "10% × 50,000,000",
        healthy.answer.rules_hash,
    ):  # fmt: skip
        assert expected in text
    grades = [row.grade for row in healthy.runner.scale.grades]
    assert all(grade in text for grade in grades)


def test_equal_input_gives_equal_bytes(healthy):
    assert assessment_page(healthy, "zh") == assessment_page(healthy, "zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_many_warnings_and_a_long_name_stay_on_one_page(failing, language):
    assert len(failing.warnings) > 8
    long = dataclasses.replace(failing, subject=dataclasses.replace(failing.subject, name=LONG))
    text = text_of(assessment_page(long, language))
    more = len(failing.warnings) - 8
    assert (f"另有 {more} 项" if language == "zh" else f"and {more} more") in text
    # The last lines of the page are there: nothing was cut off below.
    assert failing.answer.rules_hash in text
    assert ("建议额度" if language == "zh" else "Proposed limit") in text[text.index("222,222.22") :]


def test_nothing_known_prints_dashes_and_no_zero(unknown):
    text = text_of(assessment_page(unknown, "zh"))
    assert "不予评级" in text
    assert "—" in text
    assert "0.00%" not in text


def test_a_hostile_name_is_printed_and_not_run(healthy):
    hostile = dataclasses.replace(healthy, subject=dataclasses.replace(healthy.subject, name=HOSTILE))
    text = text_of(assessment_page(hostile, "zh"))
    assert '#panic("x") $a$ *b* @c <d>' in text
    assert "root:" not in text
