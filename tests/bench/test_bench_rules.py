"""The two sides of `bench rules` are the same arithmetic, or the comparison of their speed would mean nothing."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from xinheng.bench.rules import SidesDiffer, connect, differences, figures
from xinheng.bench.rules_book import write_book
from xinheng.engine.assessment import Assessor

CUSTOMERS = 400


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor()


@pytest.fixture(scope="module")
def book(assessor: Assessor, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "book.parquet"
    write_book(path, CUSTOMERS, assessor, lambda line: None)
    return path


@pytest.fixture
def connection(assessor: Assessor, book: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(assessor, book) as opened:
        yield opened


def test_the_hand_written_text_gives_every_figure_of_the_rules(assessor, connection):
    """A changed shipped rule is changed in `rules_by_hand.sql` too; the names that differ are in the failure."""
    assert differences(assessor, connection, CUSTOMERS) == {}


def test_a_figure_that_differs_is_named_with_its_count(assessor, connection):
    connection.execute("CREATE OR REPLACE TEMP MACRO ratio(top, below) AS top::DOUBLE / nullif(below, 0) * 1.00000001")
    found = differences(assessor, connection, CUSTOMERS)
    assert {"d1", "l1", "altman_z2"} <= set(found)
    assert not {"wc", "limit_policy_cap_s", "warning_p01"} & set(found)


def test_a_customer_that_one_side_does_not_answer_is_an_error(assessor, connection):
    with pytest.raises(SidesDiffer, match="400 customers of 401"):
        differences(assessor, connection, CUSTOMERS + 1)


def test_the_generated_book_meets_every_grade_and_the_statuses(assessor, connection):
    differences(assessor, connection, CUSTOMERS)
    grades = {row[0] for row in connection.execute("SELECT DISTINCT grade FROM ours").fetchall()}
    assert {"AA", "A", "BBB", "BB", "B", "CCC", "D"} <= grades
    met = {row[0] for row in connection.execute("SELECT DISTINCT d8__s FROM ours").fetchall()}
    assert met == {0, 1, 3, 4}
    bound = {row[0] for row in connection.execute("SELECT DISTINCT limit_binding FROM ours").fetchall()}
    assert {"limit_capacity", "limit_need", "limit_expected_loss", "limit_policy_cap", "limit_small_ticket"} <= bound


def test_every_shown_figure_is_asked_for(assessor):
    wanted = figures(assessor)
    assert len(wanted) == len(set(wanted))
    assert {"score", "grade", "pd_12m", "limit_proposed", "limit_binding", "policy_terms_days", "efficacy"} <= set(
        wanted
    )
    assert {form.id for form in assessor.models()} <= set(wanted)
