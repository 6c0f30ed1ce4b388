"""`xinheng validate codes` on real files: figures, rows, exit codes."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner, Result

from xinheng.cli import main

GOOD, LETTER, WRONG = "91350100M000100Y43", "9135O100M000100Y43", "91350100M000100Y44"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["validate", "codes", *map(str, arguments)])


def table(*codes: str) -> str:
    return "name,code\n" + "".join(f"甲,{code}\n" for code in codes)


def test_real_registry(shared_data: Callable[[str], Path]) -> None:
    result = run(shared_data("cn_company_registry/licence_registry.csv.gz"), "--column", "registration_code", "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (answer["valid"], answer["invalid"]) == (116, 8)
    assert answer["kinds"] == {"uscc": {"valid": 74, "invalid": 6}, "reg_no": {"valid": 42, "invalid": 2}}
    assert [row["row"] for row in answer["rows"]] == [15, 35, 56, 68, 74, 78, 120, 123]


def test_a_row_says_where_what_and_why(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(table(GOOD, LETTER, "", WRONG), encoding="utf-8")
    result = run(file, "--column", "code", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["valid"], answer["invalid"], answer["empty"]) == (1, 1, 2, 1)
    first, second = answer["rows"]
    assert (first["row"], first["value"], first["level"], first["suggestion"]) == (3, LETTER, "E2", GOOD)
    assert first["problems"] == ["E2", "E3"]
    assert (second["row"], second["level"], second["suggestion"]) == (5, "E7", None)
    assert "should be 3, not 4" in second["reason"]
    assert "校验码应为 3" in second["reason_zh"]


def test_all_valid_exits_with_0_and_prints_a_table(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(table(GOOD), encoding="utf-8")
    result = run(file, "--column", "code")
    assert result.exit_code == 0
    assert "1 valid, 0 invalid" in result.stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_encodings_and_compression(tmp_path: Path, encoding: str, suffix: str) -> None:
    file = tmp_path / f"codes.{suffix}"
    data = f"统一社会信用代码,名称\n{GOOD},甲乙有限公司\n".encode(encoding)
    file.write_bytes(gzip.compress(data) if suffix.endswith("gz") else data)
    result = run(file, "--column", "统一社会信用代码", "--json")
    assert (result.exit_code, json.loads(result.stdout)["valid"]) == (0, 1)


def test_workbook_with_codes_stored_as_numbers(tmp_path: Path) -> None:
    file = tmp_path / "codes.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_column(0, 0, ["code", GOOD, 440301103097413, 915101005644657890])
    answer = json.loads(run(file, "--column", "code", "--json", "--sheet", "客户").stdout)
    assert (answer["valid"], answer["invalid"]) == (2, 1)
    assert "lost the last digits" in answer["rows"][0]["reason"]
    assert run(file, "--column", "code", "--sheet", "x").exit_code == 2


def test_legacy_numbers_count_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(table("4403012159050"), encoding="utf-8")
    assert run(file, "--column", "code").exit_code == 1
    assert run(file, "--column", "code", "--accept-legacy").exit_code == 0


def test_kind_can_be_told(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(table("123456789"), encoding="utf-8")
    assert run(file, "--column", "code", "--kind", "duns").exit_code == 0
    assert run(file, "--column", "code", "--kind", "uscc").exit_code == 1
    assert run(file, "--column", "code", "--kind", "passport").exit_code == 2


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("codes.csv", b"", "holds no data"),
        ("codes.csv", b"code\n1\x002\n", "line 2"),
        ("codes.csv", b"name\nx\n", "column 'code' is not in codes.csv; its columns are name"),
        ("codes.csv", b"code,code\n1,2\n", "stands more than once"),
        ("codes.csv", b"name,code\n\xff\xff\xff\xff,1\n", "line 2"),
        ("codes.csv.gz", b"not gzip", "codes.csv.gz"),
        ("codes.xlsx", b"not a workbook", "codes.xlsx"),
        ("codes.pdf", b"%PDF", "a PDF file"),
    ],
)
def test_files_that_cannot_be_read_exit_with_2_and_say_why(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    result = run(file, "--column", "code", "--json")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_missing_file_exits_with_2(tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv", "--column", "code").exit_code == 2


def test_hostile_cells_stay_text(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(table("91350100M000100Y4\x07", "[red]=1+1[/red]", "9" * 5000), encoding="utf-8")
    result = run(file, "--column", "code", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["invalid"]) == (1, 3)
    assert "\\u0007" not in result.stdout
    assert max(len(row["value"]) for row in answer["rows"]) <= 64
    assert "[red]=1+1[/red]" in run(file, "--column", "code").stdout.replace("\n", "").replace(" ", "")
