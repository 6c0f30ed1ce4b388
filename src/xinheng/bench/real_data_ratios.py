"""`cn_ashare_ratios`: ratios of listed Chinese companies as industry norms, loaded the way a person loads a table."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.real_data_files import write_csv
from xinheng.bench.real_data_part import Part
from xinheng.engine.identity import industry as industry_of
from xinheng.engine.norms import SHARES, comparable, norms_sql, shipped_policy
from xinheng.engine.rules.ruleset import shipped

YEAR = 2015
#: what brings a column to the unit in which the rules store the ratio; their year of days is shorter than ours
_FACTORS = {"percent": "/ 100.0", "days of a 360-day year": "* 365.0 / 360.0"}
_TABLES = ("debtpaying", "profit", "operation", "growth", "cashflow")
_SHOWN = ("d1", "l1", "p1", "p4", "e2", "e3_days")


def mapping() -> dict[str, Any]:
    """The committed table of words and columns: `industries`, `ratio`, `left_out`."""
    return tomllib.loads(files("xinheng.bench").joinpath("ashare.toml").read_text("utf-8"))


def ashare_ratios(source: Path, folder: Path, actor: Any) -> Part:
    from xinheng.server.assessment.models import IndustryNorm
    from xinheng.server.assessment.norms import percentiles_of
    from xinheng.server.assessment.services.norms import norms_load

    part = Part("cn_ashare_ratios", "Ratios of listed Chinese companies: percentiles by industry")
    known = mapping()
    with duckdb.connect() as database:
        _read(database, source, known, part)
        began = time.perf_counter()
        ids = [row["id"] for row in known["ratio"]]
        built = database.execute(norms_sql("companies", ids, by_size=False)).fetchall()
        seconds = time.perf_counter() - began
        companies, nowhere = database.execute(
            "select count(*), count(*) filter (industry = '') from companies"
        ).fetchone() or (0, 0)
    ratios = comparable(shipped())
    table = write_csv(folder / "norms.csv", _as_a_person_writes(built, ratios))
    began = time.perf_counter()
    made = norms_load(path=table, name="norms.csv", actor=actor)
    loading = time.perf_counter() - began
    part.files.append(
        {
            "file": "norms.csv", "kind": "norms", "rows": len(built), "accepted": made.norms.count(), "skipped": 0,
            "refused": {}, "examples": [], "seconds": round(loading, 2),
        }
    )  # fmt: skip

    enough = shipped_policy().minimum_n
    usable = IndustryNorm.objects.filter(n__gte=enough)
    divisions = usable.filter(industry__regex="^[A-T][0-9]{2}$").values("industry").distinct().count()
    sections = usable.filter(industry__regex="^[A-T]$").values("industry").distinct().count()
    part.notes.append(
        f"{companies:,} companies with an annual figure of {YEAR}; {len(known['industries'])} words of the source are "
        f"mapped by `ashare.toml`, {nowhere} companies under words that mix sections count among all industries only. "
        f"{len(built)} distributions of {len(ids)} ratios in {seconds * 1000:.0f} ms by the same SQL that builds "
        f"norms from a book; {divisions} divisions and {sections} sections have {enough} companies or more for some "
        f"ratio. They were then loaded as `xinheng norms load` does. Percentages become shares; their turnover days "
        "are of a year of 360 days and become days of 365, at most 1,000. Not taken: "
        + "; ".join(f"`{row['column']}` ({row['why']})" for row in known["left_out"])
        + ". Whether return on equity divides by the closing or the average equity is not told by the source."
    )
    part.tables.append(_medians(usable, ratios))
    for ratio, value, code in (("d1", 0.70, "C3511"), ("e2", 150.0, "F5174"), ("l1", 1.0, "K7010")):
        found = percentiles_of({ratio: value}, industry_code=code)[ratio]
        shown = f"{value:.0%}" if ratios[ratio].unit == "%" else f"{value:g}"
        part.notes.append(
            f"A customer of {code} with {ratios[ratio].en.lower()} {shown} stands at percentile {found.percentile:.0f} "
            f"of {found.n} companies of {found.industry or 'all industries'}: safer than {found.safer_than:.0f} %."
        )
    return part


def _read(database: duckdb.DuckDBPyConnection, source: Path, known: dict[str, Any], part: Part) -> None:
    """The annual ratios as the table `companies`, in the units of the rules."""
    database.execute("create table words (word varchar, place varchar)")
    words = list(known["industries"].items())
    database.execute(
        f"insert into words values {', '.join('(?, ?)' for _ in words)}", [cell for pair in words for cell in pair]
    )
    basics = str(source / "stock_basics.csv.gz")
    database.execute(f"create table basics as select code, industry from read_csv('{basics}', all_varchar = true)")
    for table in _TABLES:
        began = time.perf_counter()
        path = str(source / f"{table}.parquet")
        total, annual, listed = database.execute(
            "select count(*), count(*) filter (quarter = 4 and year = ?),"
            f" count(code) filter (quarter = 4 and year = ? and w.place is not null) from '{path}' as t"
            " left join basics as b using (code) left join words as w on w.word = b.industry",
            [YEAR, YEAR],
        ).fetchone() or (0, 0, 0)
        database.execute(f"create table {table} as select * from '{path}' where quarter = 4 and year = ?", [YEAR])
        refused = {"other quarter or year": total - annual, "company of no known industry": annual - listed}
        part.files.append(
            {
                "file": f"{table}.parquet", "kind": "ratios", "rows": total, "accepted": listed, "skipped": 0,
                "refused": {why: count for why, count in refused.items() if count}, "examples": [],
                "seconds": round(time.perf_counter() - began, 2),
            }
        )  # fmt: skip
    columns = ", ".join(
        f"{row['table']}.{row['column']} {_FACTORS[row['unit']] if row.get('unit') else ''} as {row['id']}"
        for row in known["ratio"]
    )
    joined = " ".join(f"left join {table} using (code)" for table in _TABLES)
    database.execute(
        f"create table companies as select w.place as industry, '' as size_class, {columns}"
        f" from basics join words as w on w.word = basics.industry {joined}"
        f" where {' or '.join(f'{table}.quarter is not null' for table in _TABLES)}"
    )


def _as_a_person_writes(built: list[tuple[Any, ...]], ratios: Any) -> list[Sequence[object]]:
    """The documented table of norms: names of industries as codes, percentages in percent."""
    table: list[Sequence[object]] = [
        ("行业", "比率", "家数", *(f"{round(share * 100)}分位数" for share in SHARES), "来源", "期间")
    ]
    for ratio, industry, _size, n, *quantiles in built:
        factor = 100 if ratios[ratio].unit == "%" else 1
        table.append(
            (industry or "全部", ratios[ratio].code or ratio, n, *(f"{value * factor:.10f}" for value in quantiles),
             "沪深上市公司年度指标", YEAR)
        )  # fmt: skip
    return table


def _medians(usable: Any, ratios: Any) -> tuple[str, Sequence[str], list[Sequence[object]]]:
    """The medians of a few ratios by section, and in the largest divisions of manufacturing."""
    found: dict[str, dict[str, Any]] = {}
    for norm in usable.filter(ratio__in=_SHOWN).order_by("industry"):
        if len(norm.industry) < 3 or norm.industry.startswith("C"):
            found.setdefault(norm.industry, {})[norm.ratio] = norm
    table: list[Sequence[object]] = []
    for code, kept in found.items():
        name = f"{code} {industry_of(code).en}" if code else "all industries"
        cells = [
            None if ratio not in kept
            else f"{kept[ratio].p50:.1%}" if ratios[ratio].unit == "%" else f"{kept[ratio].p50:.2f}"
            for ratio in _SHOWN
        ]  # fmt: skip
        table.append((name, max(norm.n for norm in kept.values()), *cells))
    heads = [f"{ratios[ratio].code or ''} {ratios[ratio].en}".strip() for ratio in _SHOWN]
    return f"medians of {YEAR}, groups with enough companies", ("industry", "companies", *heads), table
