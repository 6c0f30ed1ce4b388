"""File names from names that strangers wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.documents import file_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲公司", "甲公司.pdf"),
        ("../../etc/passwd", "_.._etc_passwd.pdf"),
        ("..", "company.pdf"),
        ("", "company.pdf"),
        ("a\x00b\r\nc", "a_b__c.pdf"),
        ("CON", "_CON.pdf"),
        ("com1.txt", "_com1.txt.pdf"),
        ("甲\u202e公司. ", "甲_公司.pdf"),
        ('<>:"/\\|?*', "company.pdf"),
        ("长" * 200, "长" * 40 + ".pdf"),
    ],
)
def test_a_name_becomes_one_harmless_component(text, expected):
    assert file_name(text, ".pdf", set()) == expected


def test_equal_names_get_a_number_also_where_only_case_differs():
    taken = set()
    assert [file_name(name, ".pdf", taken) for name in ("Acme", "ACME", "Acme")] == [
        "Acme.pdf", "ACME (2).pdf", "Acme (3).pdf",
    ]  # fmt: skip


@given(st.text())
def test_no_text_gives_a_path(text):
    name = file_name(text, ".pdf", set())
    assert name.endswith(".pdf")
    assert not set(name) & set('/\\\x00<>:"|?*')
    assert not name.startswith((".", " "))
    assert len(name.encode()) <= 130
