"""What `bench real-data` says of the sets, held to their published properties where no server is needed."""

import csv
import datetime as dt
import gzip
import tomllib
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from xinheng.bench.real_data import Part, _amount
from xinheng.bench.real_data_page import as_page
from xinheng.engine import identity, statements


def _dicts(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def us_lines() -> dict[str, dict[str, object]]:
    return tomllib.loads(files("xinheng.bench").joinpath("us_lines.toml").read_text("utf-8"))["line"]


def test_every_mapped_line_is_one_of_ours_and_no_column_is_used_twice(us_lines: dict[str, dict[str, object]]) -> None:
    assert set(us_lines) <= set(statements.LINES)
    columns = [line["column"] for line in us_lines.values()]
    assert len(columns) == len(set(columns))


def test_amounts_take_the_sign_of_our_form_and_blanks_stay_blank() -> None:
    assert _amount("-367000000.0", column="TreasuryStock", sign=-1) == "367000000.0"
    assert _amount("0.0", column="TotalCurrentAssets", blank_zero=True) == ""
    assert _amount("0.0", column="Inventory") == "0.0"
    assert _amount("", column="Inventory") == ""


def test_the_statements_that_do_not_balance_are_those_of_the_source(
    shared_data: Callable[[str], Path], us_lines: dict[str, dict[str, object]]
) -> None:
    named, broken = set(), set()
    rows = _dicts(shared_data("us_statements/fundamentals.csv.gz"))
    for row in rows:
        given = {code: _amount(row[line["column"]], **line) for code, line in us_lines.items()}
        statement = statements.Statement(
            period_end=dt.date.fromisoformat(row["PeriodEnding"]),
            lines={code: Decimal(amount) for code, amount in given.items() if amount},
        )
        key = row["TickerSymbol"], row["PeriodEnding"]
        if any(found.identity == "V3" and found.line == "ta" for found in statements.check(statement)):
            named.add(key)
        gap = Decimal(row["TotalAssets"]) - Decimal(row["TotalLiabilities&Equity"])
        if abs(gap) > 1:
            broken.add(key)
    assert len(rows) == 878
    assert named == broken
    assert len(named) == 33


def test_codes_of_the_register_are_told_apart_exactly(shared_data: Callable[[str], Path]) -> None:
    rows = _dicts(shared_data("cn_company_registry/licence_registry.csv.gz"))
    checked = [(row["code_kind"], identity.check("auto", row["registration_code"])) for row in rows]
    verdicts = [(kind.endswith("_valid"), found.ok and found.verifiable) for kind, found in checked]
    assert all(expected == found for expected, found in verdicts)
    assert sum(found for _, found in verdicts) == 116
    assert len(verdicts) == 124


def test_the_page_shows_counts_reasons_and_cells_that_hold_a_bar() -> None:
    part = Part("set", "A set")
    part.files.append(
        {
            "file": "a.csv", "kind": "invoices", "rows": 1_234, "accepted": 1_233, "skipped": 0,
            "refused": {"amount amount_unreadable": 1}, "seconds": 0.5,
            "examples": [{"row": 7, "column": "amount", "value": "1|2", "why": "unreadable", "accepted": "1,234.50"}],
        }
    )  # fmt: skip
    part.tables.append(("sums", ("void", "sum"), [(None, Decimal("1000.50"))]))
    page = as_page([part])
    assert "| a.csv | invoices | 1,234 | 1,233 | 0 | 1 amount amount_unreadable | 0.5 |" in page
    assert "| a.csv | 7 | amount | 1\\|2 | unreadable | 1,234.50 |" in page
    assert "| — | 1,000.50 |" in page
