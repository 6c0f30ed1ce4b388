"""`us_statements`: annual statements of listed American companies, mapped to our lines and checked, never repaired."""

from __future__ import annotations

import statistics
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from xinheng.bench.real_data_files import amount, dicts, write_csv
from xinheng.bench.real_data_part import Part
from xinheng.bench.real_data_product import import_file, kept_statements
from xinheng.engine import statements
from xinheng.engine.assessment import Assessor


def us_statements(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("us_statements", "Annual statements of listed American companies")
    lines = tomllib.loads(files("xinheng.bench").joinpath("us_lines.toml").read_text("utf-8"))["line"]
    rows = dicts(source / "fundamentals.csv.gz")
    tickers = sorted({row["TickerSymbol"] for row in rows})
    part.files.append(
        import_file(
            "customers", write_csv(folder / "tickers.csv", [("number", "name"), *((t, t) for t in tickers)]), actor
        )
    )
    table: list[Sequence[object]] = [("customer", "period_end", "scope", "currency", *lines)]
    for row in rows:
        amounts = [amount(row[line["column"]], **line) for line in lines.values()]
        table.append((row["TickerSymbol"], row["PeriodEnding"], "consolidated", "USD", *amounts))
    part.files.append(import_file("statements", write_csv(folder / "statements.csv", table), actor))

    kept = kept_statements()
    failed: Counter[str] = Counter()
    unbalanced: list[Sequence[object]] = []
    for number, periods in kept.items():
        for statement in periods:
            errors = [f for f in statements.check(statement) if f.severity == "error"]
            failed.update({finding.identity for finding in errors})
            for finding in errors:
                if finding.identity == "V3" and finding.line == "ta":
                    unbalanced.append(
                        (number, statement.period_end, finding.actual, finding.expected, finding.difference)
                    )
    part.tables.append(
        (
            "identities that do not hold, in statements",
            ("identity", "statements"),
            [(k, failed[k]) for k in sorted(failed)],
        )
    )
    part.tables.append(
        (
            f"all {len(unbalanced)} statements that do not balance (V3), kept as they are; the other "
            f"{sum(map(len, kept.values())) - len(unbalanced)} do",
            ("company", "period end", "total assets", "liabilities and equity", "difference, USD"),
            unbalanced,
        )
    )
    assessor, times = Assessor(), []
    zones: dict[str, Counter[object]] = {model.id: Counter() for model in assessor.models()}
    known: Counter[bool] = Counter()
    scored = 0
    for periods in kept.values():
        began = time.perf_counter()
        done = assessor.one(statements.statement_facts(periods[:3]))
        times.append(time.perf_counter() - began)
        scored += done.score is not None
        known.update(figure.value is not None for figure in assessor.figures(done))
        for model, zone in zones.items():
            value = done.results.get(model)
            zone["no value" if value is None else done.results.get(f"{model}_zone") or "value"] += 1
    names = sorted({str(name) for zone in zones.values() for name in zone})
    part.tables.append(
        (
            "failure models on the newest statements, companies",
            ("model", *names),
            [(model, *(zone[name] for name in names)) for model, zone in zones.items()],
        )
    )
    part.notes.append(
        f"Each of {len(kept)} companies was assessed from its newest statements alone, median "
        f"{statistics.median(times) * 1000:.0f} ms: {known[True]:,} of {known.total():,} ratios have a value. "
        "Where a model has no value, the file lacks a line that it needs (market value, amortisation) or its balance "
        f"sheet is not parted into current and other. {scored} of them get a score: statements are 35 of 100 parts "
        "of the composite card, and it wants half. The tolerance of the checks is 1 USD. Apart from errors of the "
        "source, V5 fails where shares in associates stand below tax. Nothing is changed; the page of a statement "
        "names the place."
    )
    return part
