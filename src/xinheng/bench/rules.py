"""`bench rules`: the full default assessment, for one customer and for a book, beside the same arithmetic by hand.

Our side is the text that the compiler makes of the shipped rules, asked for every figure that an assessment shows; the
other side is `rules_by_hand.sql`, written by a person for DuckDB. Both read the same Parquet file in the same process,
in turn, and every figure of every customer goes into one hash, so that none can be left uncomputed; nothing is written.
Before anything is measured both sides answer for the first customers and must agree.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.rules_book import BASE, write_book
from xinheng.bench.workplace import peak_mb, reset_peak
from xinheng.engine.assessment import Assessor
from xinheng.engine.rules.compiler import SUBJECT
from xinheng.engine.rules.forms import (
    DecisionTable,
    Efficacy,
    LimitModel,
    MasterScale,
    Model,
    Quantity,
    Scorecard,
    Warning,
)

RELATIVE = 1e-9
_COMPARED = 20_000
_SINGLE = 25
_BY_HAND = "-- statement\n"


class SidesDiffer(RuntimeError):
    """The hand-written text answers something else than the rules: nothing is measured."""


def measure(*, customers: int, rounds: int, memory: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Both sides in turn, medians.

    Args:
        memory: what DuckDB may use, in its notation.
    Returns: single_ms, batch_customers_per_s, hand_written_ratio (our time over that of the hand-written text),
        peak_mb of this process while our side ran, and what else was seen.
    Raises: SidesDiffer when the sides disagree on any figure.
    """
    assessor = Assessor(memory_limit=memory, threads=2)
    wanted = figures(assessor)
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        book = Path(folder) / "book.parquet"
        companies = write_book(book, customers, assessor, say)
        with connect(assessor, book) as connection:
            found = differences(assessor, connection, min(customers, _COMPARED))
            if found:
                raise SidesDiffer(f"the sides differ on {', '.join(sorted(found))}")
            say(f"{len(wanted)} figures of {min(customers, _COMPARED):,} customers agree")
            single = _single(assessor, companies)
            say(f"one customer: {single:.1f} ms")
            ours, by_hand, peaks = [], [], []
            for turn in range(rounds):
                reset_peak()
                ours.append(_hashed(connection, _ours(assessor), wanted))
                peaks.append(peak_mb())
                by_hand.append(_hashed(connection, hand_written()[1], wanted))
                say(f"turn {turn + 1}: rules {ours[-1]:.2f} s, by hand {by_hand[-1]:.2f} s")
            began = time.perf_counter()
            connection.execute(
                f"COPY ({_ours(assessor)}) TO '{folder}/results.parquet' (FORMAT parquet, ROW_GROUP_SIZE 16384)"
            )
            written = time.perf_counter() - began
    seconds = statistics.median(ours)
    return {
        "customers": customers,
        "single_ms": round(single, 1),
        "batch_customers_per_s": round(customers / seconds),
        "hand_written_ratio": round(statistics.median(o / h for o, h in zip(ours, by_hand, strict=True)), 3),
        "peak_mb": max(peaks),
        "memory_limit": memory,
        "hand_written_customers_per_s": round(customers / statistics.median(by_hand)),
        "written_customers_per_s": round(customers / written),
        "figures": len(wanted),
        "rounds": rounds,
        "notes": _notes(customers, assessor, wanted),
    }


def figures(assessor: Assessor) -> list[str]:
    """Every result that an assessment shows: figures with status, models, points, score, grade, limits, warnings."""
    nodes = assessor.program.nodes
    found: list[str] = []
    for form in assessor.rules.forms.values():
        match form:
            case Quantity():
                found += [form.id, f"{form.id}__s"]
            case Scorecard():
                found += [form.id, *(f"{form.id}__{line.id}" for line in form.characteristics)]
            case Model():
                found += [form.id, *(n for n in (f"{form.id}_zone", f"{form.id}_probability") if n in nodes)]
            case DecisionTable():
                found += [f"{form.id}_{name}" for name in form.outputs]
            case MasterScale():
                found += [form.id, "pd_12m"]
            case LimitModel():
                found += [name for step in form.steps for name in (step.id, f"{step.id}__s")]
                found.append(f"{form.id}_binding")
            case Warning():
                found.append(form.id)
            case Efficacy():
                found += [form.id, f"{form.id}_basic"]
    return found


def connect(assessor: Assessor, book: Path) -> duckdb.DuckDBPyConnection:
    """A connection bounded by the assessor's settings, with the view `book` and what the hand-written text needs."""
    connection = assessor.connect()
    connection.execute(f"CREATE VIEW book AS SELECT * FROM read_parquet('{book}')")
    connection.execute(hand_written()[0])
    return connection


def hand_written() -> tuple[str, str]:
    """The macros and the statement of the other side."""
    text = files("xinheng.bench").joinpath("rules_by_hand.sql").read_text("utf-8")
    macros, statement = text.split(_BY_HAND)
    return macros, statement


def differences(assessor: Assessor, connection: duckdb.DuckDBPyConnection, customers: int) -> dict[str, int]:
    """Results on which the sides disagree for the first customers, with how many; numbers to 1e-9 of their size."""
    wanted = figures(assessor)
    listed = ", ".join(f'"{name}"' for name in [SUBJECT, *wanted])
    connection.execute(f"CREATE OR REPLACE TEMP VIEW first AS SELECT * FROM book WHERE {SUBJECT} <= {customers}")
    ours = assessor.many_sql("first", assessor.program.inputs, wanted)
    other = hand_written()[1].replace("FROM book)", "FROM first)")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ours AS {ours}")
    written = {row[0] for row in connection.execute(f"DESCRIBE {other}").fetchall()}
    if absent := [name for name in wanted if name not in written]:
        raise SidesDiffer(f"rules_by_hand.sql does not have {', '.join(absent)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE other AS SELECT {listed} FROM ({other})")
    types = {row[0]: row[1] for row in connection.execute("DESCRIBE ours").fetchall()}
    counts = ", ".join(f"count(*) FILTER ({_differ(name, types[name])})" for name in wanted)
    row = connection.execute(f"SELECT count(*), {counts} FROM ours JOIN other USING ({SUBJECT})").fetchone()
    assert row is not None
    if row[0] != customers:
        raise SidesDiffer(f"{row[0]} customers of {customers} answered on both sides")
    return {name: count for name, count in zip(wanted, row[1:], strict=True) if count}


def _differ(name: str, type: str) -> str:
    a, b = f'ours."{name}"', f'other."{name}"'
    if type != "DOUBLE" and not type.startswith("DECIMAL"):
        return f"{a} IS DISTINCT FROM {b}"
    near = f"abs({a} - {b}) <= {RELATIVE} * greatest(abs({a}), abs({b}))"
    return f"{a} IS DISTINCT FROM {b} AND NOT coalesce({near}, false)"


def _ours(assessor: Assessor) -> str:
    return assessor.many_sql("book", assessor.program.inputs, figures(assessor))


def _hashed(connection: duckdb.DuckDBPyConnection, sql: str, wanted: list[str]) -> float:
    listed = ", ".join(f'"{name}"' for name in wanted)
    began = time.perf_counter()
    connection.execute(f"SELECT bit_xor(hash({listed})) FROM ({sql})").fetchone()
    return time.perf_counter() - began


def _single(assessor: Assessor, companies: list[dict[str, Any]]) -> float:
    assessor.one(companies[0])
    times = []
    for turn in range(_SINGLE):
        began = time.perf_counter()
        assessor.one(companies[turn % len(companies)])
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1_000


def _notes(customers: int, assessor: Assessor, wanted: list[str]) -> list[str]:
    notes = [
        "batch: every figure of every customer is computed and goes into one hash; written_customers_per_s is the same "
        "book with all figures written as Parquet, once",
        f"compared before measuring: {len(wanted)} of {len(assessor.program.nodes)} named results; not compared are "
        "the working columns between them (terms of the models, efficacy by indicator, row numbers of decision tables, "
        "prior-year figures, shares of known weight)",
        "single: facts given, as Assessor.one; reading them from the database is not in it",
    ]
    if customers > BASE:
        notes.append(
            f"{BASE:,} companies of the demo generator; the others are copies with other amounts, varied by SQL"
        )
    return notes
