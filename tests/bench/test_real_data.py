"""What `bench real-data` says of the sets, held to their published properties where no server is needed."""

import csv
import datetime as dt
import gzip
import tomllib
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.bench import real_data_ratios as ratios
from xinheng.bench.real_data_files import amount
from xinheng.bench.real_data_page import as_page
from xinheng.bench.real_data_part import Part, auc
from xinheng.engine import identity, statements
from xinheng.engine.norms import comparable, norms_sql
from xinheng.engine.rules.ruleset import shipped


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
    assert amount("-367000000.0", column="TreasuryStock", sign=-1) == "367000000.0"
    assert amount("0.0", column="TotalCurrentAssets", blank_zero=True) == ""
    assert amount("0.0", column="Inventory") == "0.0"
    assert amount("", column="Inventory") == ""


def test_the_statements_that_do_not_balance_are_those_of_the_source(
    shared_data: Callable[[str], Path], us_lines: dict[str, dict[str, object]]
) -> None:
    named, broken = set(), set()
    rows = _dicts(shared_data("us_statements/fundamentals.csv.gz"))
    for row in rows:
        given_lines = {code: amount(row[line["column"]], **line) for code, line in us_lines.items()}
        statement = statements.Statement(
            period_end=dt.date.fromisoformat(row["PeriodEnding"]),
            lines={code: Decimal(text) for code, text in given_lines.items() if text},
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


def test_every_word_and_column_of_the_ratio_tables_has_its_place(shared_data: Callable[[str], Path]) -> None:
    known = ratios.mapping()
    for code in known["industries"].values():
        assert not code or identity.industry(code).code == code
    assert {row["id"] for row in known["ratio"]} <= set(comparable(shipped()))
    basics = _dicts(shared_data("cn_ashare_ratios/stock_basics.csv.gz"))
    assert {row["industry"] for row in basics} == set(known["industries"])
    assert len(known["industries"]) == 110


def test_annual_ratios_become_norms_in_the_units_of_the_rules(shared_data: Callable[[str], Path]) -> None:
    source = shared_data("cn_ashare_ratios/profit.parquet").parent
    part, known = Part("cn_ashare_ratios", ""), ratios.mapping()
    with duckdb.connect() as database:
        ratios._read(database, source, known, part)
        names = [row["id"] for row in known["ratio"]]
        found = database.execute(norms_sql("companies", names, by_size=False)).fetchall()
    medians = {(row[0], row[1]): (row[3], row[8]) for row in found}
    assert [taken["rows"] for taken in part.files] == [14_182, 14_120, 14_022, 13_199, 14_238]
    assert [taken["accepted"] for taken in part.files] == [1_457, 1_453, 1_446, 1_430, 1_456]
    assert medians["d1", ""][0] == 1_457
    assert medians["d1", ""][1] == pytest.approx(0.42305, abs=1e-4)
    # 63.387 days of a year of 360 days
    assert medians["e2", ""][1] == pytest.approx(63.387 * 365 / 360, abs=0.05)
    assert medians["d1", "K70"][1] > medians["d1", "C27"][1]


def test_open_items_hold_what_the_page_reconciles(shared_data: Callable[[str], Path]) -> None:
    rows = _dicts(shared_data("ar_open_items/open_items.csv.gz"))
    sums = {"USD": Decimal(0), "CAD": Decimal(0)}
    for row in rows:
        sums[row["invoice_currency"]] += Decimal(row["total_open_amount"])
    assert len(rows) == 3_339
    assert sums == {"USD": Decimal("106357031.65"), "CAD": Decimal("19448859.07")}


def test_invoices_of_small_companies_are_all_there(shared_data: Callable[[str], Path]) -> None:
    names = [f"{book}_{side}_invoices" for book in ("rated", "unrated") for side in ("purchase", "sales")]
    with duckdb.connect() as database:
        counts = []
        for name in names:
            path = shared_data(f"cn_sme_invoices/{name}.parquet")
            counts += database.execute(f"select count(*) from '{path}'").fetchone() or ()
    assert sum(counts) == 538_336
    rated = _dicts(shared_data("cn_sme_invoices/rated_companies.csv.gz"))
    assert (len(rated), sum(row["是否违约"] == "是" for row in rated)) == (62, 14)


def test_auc_is_the_chance_that_a_good_one_stands_higher() -> None:
    assert auc([3.0, 2.0, 1.0], [False, False, True]) == 1.0
    assert auc([1.0, 2.0, 3.0], [False, False, True]) == 0.0
    assert auc([2.0, 2.0, None], [False, True, True]) == 0.5
    assert auc([4.0, 1.0, 2.0, 3.0], [False, False, True, True]) == 0.5
    assert auc([1.0, 2.0], [False, False]) is None


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=30))
def test_auc_turns_round_with_the_values(pairs: list[tuple[int, bool]]) -> None:
    bad = [is_bad for _, is_bad in pairs]
    one, other = auc([value for value, _ in pairs], bad), auc([-value for value, _ in pairs], bad)
    assert (one is None) == (len(set(bad)) == 1)
    if one is not None and other is not None:
        assert one + other == pytest.approx(1)


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
