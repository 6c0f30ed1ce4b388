"""The gate's rule means the same in DuckDB and in PostgreSQL, whatever the facts."""

import os

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xinheng.engine.rules.catalogue import load_catalogue
from xinheng.engine.rules.compiler import Program
from xinheng.engine.rules.ruleset import GATE_DOCUMENTS, shipped

FACTS = {
    "order_amount": "numeric(18,2)", "exposure_before": "numeric(18,2)", "credit_limit": "numeric(18,2)",
    "limit_is_unlimited": "boolean", "tolerance_share": "double precision",
}  # fmt: skip
money = st.one_of(st.none(), st.decimals(0, 10**9, places=2))
row = st.tuples(money, money, money, st.one_of(st.none(), st.booleans()), st.sampled_from([None, 0, 0.05, 0.125, 0.5]))


@pytest.fixture(scope="module")
def postgres():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        yield connection


@given(rows=st.lists(row, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parity(postgres, rows):
    program = Program(shipped(GATE_DOCUMENTS), load_catalogue())
    answers = []
    for dialect in ("duckdb", "postgres"):
        types = [t.replace("double precision", "double") if dialect == "duckdb" else t for t in FACTS.values()]
        select = " UNION ALL ".join(
            f"SELECT {i} AS subject, "
            + ", ".join(
                f"CAST({'NULL' if v is None else v} AS {t}) AS {n}" for v, t, n in zip(r, types, FACTS, strict=True)
            )
            for i, r in enumerate(rows)
        )
        sql = program.sql(relation=f"({select}) AS facts", dialect=dialect) + " ORDER BY subject"
        if dialect == "duckdb":
            answers.append(duckdb.execute(sql).fetchall())
        else:
            answers.append(postgres.execute(sql).fetchall())
    assert [r[:2] for r in answers[0]] == [r[:2] for r in answers[1]]
    for one, other in zip(*answers, strict=True):
        assert one[2:] == pytest.approx(other[2:], abs=1e-6, nan_ok=True)


def test_equal_to_the_limit_passes_and_one_fen_more_holds(postgres):
    program = Program(shipped(GATE_DOCUMENTS), load_catalogue())
    held = []
    for amount in ("60.00", "60.01"):
        facts = (
            f"(SELECT 1 AS subject, {amount}::numeric(18,2) AS order_amount, 40::numeric(18,2) AS exposure_before,"
            " 100::numeric(18,2) AS credit_limit, false AS limit_is_unlimited, 0::float8 AS tolerance_share) AS facts"
        )
        sql = program.sql(["gate_static_limit"], relation=facts, dialect="postgres")
        held.append(postgres.execute(sql).fetchone()[1])
    assert held == [False, True]
