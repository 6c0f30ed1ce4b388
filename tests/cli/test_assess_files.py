"""What `xinheng assess` writes, and what it refuses to write or to read."""

import hashlib
import os

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from factories.company_files import NAME, customers, invoices, sample_workbook, write_csv
from xinheng.cli import main

AS_OF = ["--as-of", "2026-06-30"]


def assess(*arguments, code=0, lang="zh_CN.UTF-8"):
    answer = CliRunner().invoke(main, ["assess", *map(str, arguments), *AS_OF], env={"LC_ALL": "", "LANG": lang})
    assert answer.exit_code == code, answer.output
    return answer


@pytest.fixture
def sample(tmp_path):
    return sample_workbook(tmp_path / "sample.xlsx")


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_workbook_and_pages_are_written_and_are_the_same_again(sample, tmp_path):
    digests = []
    for number in (1, 2):
        folder = tmp_path / f"pages{number}"
        answer = assess(sample, "--xlsx", tmp_path / f"out{number}.xlsx", "--pdf", folder)
        assert f"已写入 {tmp_path / f'out{number}.xlsx'}" in answer.stderr
        assert files_in(folder) == [f"{NAME}.pdf"]
        written = [tmp_path / f"out{number}.xlsx", folder / f"{NAME}.pdf"]
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in written])
    assert digests[0] == digests[1]
    assert files_in(tmp_path) == ["out1.xlsx", "out2.xlsx", "pages1", "pages2", "sample.xlsx"]


def test_both_readers_of_workbooks_find_the_figures(sample, tmp_path):
    out = tmp_path / "out.xlsx"
    assess(sample, "--xlsx", out)
    head, row = openpyxl.load_workbook(out)["汇总"].iter_rows(values_only=True)
    summary = dict(zip(head, row, strict=True))
    assert (summary["公司"], summary["信用等级"], summary["建议额度（元）"]) == (NAME, "BBB", 200000)
    assert (summary["违约概率（12 个月）"], summary["账期（天）"], summary["约束项"]) == (0.007, 45, "需求法")
    points = CalamineWorkbook.from_path(out).get_sheet_by_name("得分构成").to_python()
    assert len(points) == 20
    assert sum(row[6] for row in points[1:]) == pytest.approx(summary["综合得分"])


def test_the_page_is_one_page_with_the_words_of_the_language(sample, tmp_path):
    for language, grade, word in (("zh", "BBB", "额度测算"), ("en", "BBB", "The proposed limit, method by method")):
        folder = tmp_path / language
        assess(sample, "--pdf", folder, "--language", language)
        document = pypdfium2.PdfDocument(folder / f"{NAME}.pdf")
        text = document[0].get_textpage().get_text_range()
        assert len(document) == 1
        assert grade in text
        assert word in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["../../etc/passwd", "甲/乙\\丙"], ["_.._etc_passwd.pdf", "甲_乙_丙.pdf"]),
        (["CON", "nul.txt"], ["_CON.pdf", "_nul.txt.pdf"]),
        (["同名公司", "同名公司 "], ["同名公司.pdf"]),
    ],
    ids=["paths", "devices", "one company"],
)
def test_no_name_of_a_company_leads_out_of_the_folder(tmp_path, names, expected):
    table = [row for name in names for row in invoices(name)[1:]]
    path = write_csv(tmp_path / "invoices.csv", [invoices()[0], *table])
    CliRunner().invoke(main, ["assess", path, "--pdf", str(tmp_path / "pages"), *AS_OF])
    assert files_in(tmp_path / "pages") == sorted(expected)
    assert files_in(tmp_path) == ["invoices.csv", "pages"]


def test_a_formula_in_a_name_stays_text_in_the_workbook(tmp_path):
    name = '=HYPERLINK("http://example.invalid","甲")'
    path = sample_workbook(
        tmp_path / "sample.xlsx", 客户=[customers()[0], ["C900001", "'" + name, *customers()[1][2:]]]
    )
    csv_path = write_csv(tmp_path / "named.csv", invoices("@SUM(1+1)"))
    assess(path, csv_path, "--xlsx", tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert all(cell.hyperlink is None for cell in cells)
    assert "@SUM(1+1)" in {cell.value for cell in cells}


def test_what_is_there_is_not_replaced_unless_asked(sample, tmp_path):
    kept = tmp_path / "out.xlsx"
    kept.write_bytes(b"mine")
    answer = assess(sample, "--xlsx", kept, "--pdf", tmp_path / "pages", code=2)
    assert "已存在" in answer.stderr
    assert "--overwrite" in answer.stderr
    assert (kept.read_bytes(), files_in(tmp_path)) == (b"mine", ["out.xlsx", "sample.xlsx"])
    assess(sample, "--xlsx", kept, "--overwrite")
    assert kept.read_bytes()[:2] == b"PK"


def test_a_page_that_is_there_stops_the_workbook_too(sample, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / f"{NAME}.pdf").write_bytes(b"mine")
    assess(sample, "--xlsx", tmp_path / "out.xlsx", "--pdf", tmp_path / "pages", code=2)
    assert files_in(tmp_path) == ["pages", "sample.xlsx"]
    assert files_in(tmp_path / "pages") == [f"{NAME}.pdf"]


@pytest.mark.parametrize(
    ("arguments", "lang", "message"),
    [
        ([], "zh_CN", "没有给出文件"),
        (["{t}/none.xlsx"], "zh_CN", "找不到文件"),
        (["{t}/none.xlsx"], "en_US", "There is no file"),
        (["{t}"], "en_US", "cannot be read"),
        (["{t}/picture.xlsx"], "en_US", "picture.xlsx"),
        (["{t}/weather.csv"], "zh_CN", "表头不属于"),
        (["{t}/empty.csv"], "en_US", "holds no data"),
        (["{s}", "--as-of", "30.6."], "en_US", "cannot be read as a date"),
        (["{s}", "--xlsx", "{t}/out.xls"], "en_US", "ends in .xlsx"),
        (["{s}", "--xlsx", "{t}/nowhere/out.xlsx"], "en_US", "does not exist"),
        (["{s}", "--xlsx", "{s}", "--overwrite"], "en_US", "one of the files to read"),
        (["{s}", "--pdf", "{t}/weather.csv"], "zh_CN", "它是文件"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_named_with_its_remedy_and_nothing_is_written(sample, tmp_path, arguments, lang, message):
    (tmp_path / "picture.xlsx").write_bytes(b"\x89PNG not a workbook")
    (tmp_path / "weather.csv").write_text("town,rain\nBeijing,3\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_bytes(b"")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    told = [argument.format(t=tmp_path, s=sample) for argument in arguments]
    answer = CliRunner().invoke(main, ["assess", *told], env={"LC_ALL": "", "LANG": lang})
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("allowed", [0, 1])
def test_a_disk_that_refuses_us_is_the_environments_fault_and_leaves_nothing(sample, tmp_path, monkeypatch, allowed):
    """Root may write anywhere, so the refusal comes from the system call: at the first file, or at the second."""
    real, calls = os.replace, []

    def refuse(*arguments):
        calls.append(arguments)
        if len(calls) > allowed:
            raise OSError(28, "No space left on device")
        real(*arguments)

    monkeypatch.setattr(os, "replace", refuse)
    answer = assess(sample, "--xlsx", tmp_path / "out.xlsx", "--pdf", tmp_path / "pages", code=3, lang="en_US")
    assert "No space left on device" in answer.stderr
    assert (len(calls), files_in(tmp_path)) == (allowed + 1, ["sample.xlsx"])
