"""Wrong and hostile files get their own error, with place and remedy, and cost little."""

import struct
import time
import zipfile
from pathlib import Path
from string import Formatter

import openpyxl
import pytest
import xlsxwriter

from xinheng.intake import LIMITS, FileError, Limits, kind, open_source, table_for
from xinheng.intake.reports import harmless

CUSTOMERS = kind("customers")
INVOICES = kind("invoices")


def workbook(path: Path, rows, name="Sheet1") -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.close()
    return path


def rewritten(path: Path, target: Path, change) -> Path:
    """A copy of a workbook with parts changed: `change(name, content)` → content, or None to leave the part out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(info.filename, content)
    return target


@pytest.fixture
def good(tmp_path):
    return workbook(tmp_path / "good.xlsx", [["客户名称", "客户编号"], ["示例甲有限公司", "C1"]])


def code_of(path: Path, name: str = "", limits: Limits = LIMITS, definition=CUSTOMERS) -> str:
    with pytest.raises(FileError) as caught:
        list(table_for(open_source(path, name, limits), definition).rows())
    for language in ("zh", "en"):
        template = caught.value.zh if language == "zh" else caught.value.en
        assert {name for _, name, _, _ in Formatter().parse(template) if name} <= caught.value.data.keys()
        assert caught.value.message(language)
    return caught.value.code


def text_file(tmp_path: Path, content: bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "file_empty"),
        (b"\xef\xbb\xbf\r\n,,\r\n", "a.csv", "file_empty"),
        ("客户名称\n".encode(), "a.csv", "file_empty"),
        (b"%PDF-1.7 ...", "a.csv", "file_kind_unknown"),
        (b"\x89PNG\r\n\x1a\n", "a.xlsx", "file_kind_unknown"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "a.xls", "file_kind_unknown"),
        (b"name,number\nA,1\n", "a.xlsx", "file_kind_mismatch"),
        (b"name,number\nA,1\n", "a.exe", "file_kind_mismatch"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls", "workbook_legacy"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "workbook_encrypted"),
        (b"name,number\nA,\0001\n", "a.csv", "text_nul"),
        (b"name,number\nA,\xff\xff\xff1\n", "a.csv", "text_encoding_unknown"),
        (b'name,number\n"A,1\nB,2\n', "a.csv", "text_structure"),
        (b'name,number\n"A"x,1\n', "a.csv", "text_structure"),
        (b"name,number\n" + b"A" * 200_000 + b",1\n", "a.csv", "text_structure"),
        (b"1,2,3\n4,5,6\n", "a.csv", "header_missing"),
        (b"PK\x03\x04" + b"junk" * 100, "a.xlsx", "workbook_damaged"),
        (b"\x1f\x8b\x08" + b"junk", "a.csv.gz", "file_kind_unknown"),
    ],
)
def test_each_wrong_file_has_its_error(tmp_path, content, name, code):
    assert code_of(text_file(tmp_path, content, "stored"), name) == code


@pytest.mark.parametrize(
    "name", ["../etc/passwd.csv", "a/b.csv", "a\\b.csv", "a\0.csv", "..", "", "a\u202evsc.exe", "x" * 300]
)
def test_names_that_play_tricks_are_refused(tmp_path, name):
    path = text_file(tmp_path, b"name,number\nA,1\n", "a.csv")
    if not name:
        assert open_source(path, name).name == "a.csv"
        return
    assert code_of(path, name) == "file_name_unsafe"


def test_place_of_the_nul_and_of_the_broken_quote(tmp_path):
    with pytest.raises(FileError) as caught:
        open_source(text_file(tmp_path, b"name,number\nA,1\nB,\x002\n"))
    assert (caught.value.data["line"], caught.value.data["offset"]) == (3, 18)
    with pytest.raises(FileError) as caught:
        list(open_source(text_file(tmp_path, b'name,number\nA,1\n"B,2\n')).rows())
    assert caught.value.data["line"] == 3


def test_macros_are_refused_wherever_they_hide(good, tmp_path):
    with_part = rewritten(good, tmp_path / "m.xlsx", lambda name, content: content)
    with zipfile.ZipFile(with_part, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert code_of(with_part, "m.xlsx") == "workbook_macros"
    typed = rewritten(
        good, tmp_path / "t.xlsx",
        lambda name, content: content.replace(
            b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
        ) if name == "[Content_Types].xml" else content,
    )  # fmt: skip
    assert code_of(typed, "t.xlsx") == "workbook_macros"
    assert code_of(good, "good.xlsm") == "workbook_macros"


def test_external_links_encryption_and_doubled_parts(good, tmp_path):
    linked = rewritten(good, tmp_path / "l.xlsx", lambda name, content: content)
    with zipfile.ZipFile(linked, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<x/>")
    assert code_of(linked, "l.xlsx") == "workbook_external_links"

    doubled = rewritten(good, tmp_path / "d.xlsx", lambda name, content: content)
    with zipfile.ZipFile(doubled, "a") as archive:
        archive.writestr("XL/workbook.xml", b"<x/>")
    assert code_of(doubled, "d.xlsx") == "workbook_damaged"

    path_trick = rewritten(good, tmp_path / "p.xlsx", lambda name, content: content)
    with zipfile.ZipFile(path_trick, "a") as archive:
        archive.writestr("../../evil.xml", b"<x/>")
    assert code_of(path_trick, "p.xlsx") == "workbook_damaged"

    locked = bytearray(good.read_bytes())
    at = locked.find(b"PK\x01\x02")
    struct.pack_into("<H", locked, at + 8, 0x1)
    assert code_of(text_file(tmp_path, bytes(locked), "e.xlsx")) == "workbook_encrypted"


def test_a_bomb_is_refused_before_it_goes_off(good, tmp_path):
    zeros = b"\0" * (64 * 1024 * 1024)

    def bomb(name, content):
        return zeros if name.endswith("theme1.xml") else content

    path = rewritten(good, tmp_path / "bomb.xlsx", bomb)
    assert path.stat().st_size < 200_000
    began = time.perf_counter()
    assert code_of(path, "bomb.xlsx") == "workbook_bomb"
    assert time.perf_counter() - began < 1


def test_a_bomb_that_lies_about_its_size_is_caught_while_inflating(good, tmp_path):
    def bomb(name, content):
        return b"\0" * (64 * 1024 * 1024) if name.endswith("theme1.xml") else content

    path = rewritten(good, tmp_path / "bomb.xlsx", bomb)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        if struct.unpack_from("<I", content, at + 24)[0] > 60_000_000:
            struct.pack_into("<I", content, at + 24, 100)  # the directory now claims 100 bytes
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
    assert code_of(path, "bomb.xlsx") in ("workbook_bomb", "workbook_damaged")


def test_a_sheet_that_claims_the_whole_grid_is_refused(good, tmp_path):
    def far(name, content):
        if not name.endswith("sheet1.xml"):
            return content
        return content.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    assert code_of(rewritten(good, tmp_path / "far.xlsx", far)) == "sheet_too_large"


def test_entities_are_refused(good, tmp_path):
    def entities(name, content):
        if name != "xl/workbook.xml":
            return content
        return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + content.split(b"?>", 1)[1]

    assert code_of(rewritten(good, tmp_path / "x.xlsx", entities)) == "workbook_damaged"


def test_formulas_without_result_name_their_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["客户名称", "注册资本"])
    book.active.append(["示例甲有限公司", "=1+1"])
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(FileError) as caught:
        table_for(open_source(tmp_path / "f.xlsx"), CUSTOMERS)
    assert caught.value.code == "formula_without_value"
    assert caught.value.data["cell"] == "B2"


def test_formulas_with_result_are_taken(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["客户名称", "注册资本", "从业人数"])
    sheet.write_row(1, 0, ["示例甲有限公司"])
    sheet.write_formula(1, 1, "=1+1", None, 2)
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    book.close()
    table = table_for(open_source(tmp_path / "f.xlsx"), CUSTOMERS)
    assert list(table.rows()) == [(2, ["示例甲有限公司", "2", "#DIV/0!"])]


def test_size_limits(tmp_path, good):
    assert code_of(good, "good.xlsx", Limits(workbook_bytes=100)) == "file_too_large"
    assert code_of(text_file(tmp_path, b"name,number\nA,1\n"), "a.csv", Limits(text_bytes=10)) == "file_too_large"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_nothing_runs_on_the_way_out(text):
    assert harmless(text) == "'" + text
    assert harmless("x" + text) == "x" + text
