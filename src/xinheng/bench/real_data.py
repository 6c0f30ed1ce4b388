"""`bench real-data`: real public files through the importers and the engine, and what became of every row.

The files are those described as reference data in CONTRIBUTING.md; each is written as a person would hand it in (csv in
the encoding of a Chinese accounting system, own headers) and goes through the same upload, check and write that the
pages use, in a schema of its own. What the importer refuses is counted by reason and never mended here.
"""

from __future__ import annotations

import csv
import gzip
import secrets
import statistics
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.workplace import own_schema
from xinheng.engine import identity, statements
from xinheng.engine.assessment import Assessor
from xinheng.engine.receivables import behaviour_sql

#: refused rows shown of each reason
_EXAMPLES = 3

Say = Callable[[str], None]
Rows = Iterable[Sequence[object]]


@dataclass
class Part:
    """What one set gave. `files` are rows of `Taken`, `tables` are (heading, header, rows), `notes` are sentences."""

    name: str
    title: str
    files: list[dict[str, Any]] = field(default_factory=list)
    tables: list[tuple[str, Sequence[str], list[Sequence[object]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def measure(*, data: Path, say: Say) -> list[Part]:
    """Every set that is there below `data`, in turn."""
    parts = []
    with own_schema(say) as folder:
        actor = _actor()
        for name, work in _SETS.items():
            if not (data / name).is_dir():
                say(f"{name}: not there, left out")
                continue
            began = time.perf_counter()
            _empty()
            parts.append(work(data / name, folder, actor))
            say(f"{name}: {time.perf_counter() - began:.1f} s")
    return parts


# ── the sets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sme_invoices(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("cn_sme_invoices", "Chinese small companies and their VAT invoices")
    for book in ("rated", "unrated"):
        companies = _rows(source / f"{book}_companies.csv.gz")
        target = _write_csv(folder / f"{book}_companies.csv", companies, "gb18030")
        part.files.append(_import("customers", target, actor))
        for side in ("purchase", "sales"):
            _empty("receivables_invoice")
            name = f"{book}_{side}_invoices"
            target = _write_csv(folder / f"{name}.csv", _parquet_rows(source / f"{name}.parquet"), "gb18030")
            taken = _import("invoices", target, actor)
            kept = _query(
                "select count(*) filter (where void), count(*) filter (where kind = 'credit_note' and not void),"
                " count(*) filter (where kind = 'invoice' and not void), sum(amount) filter (where not void)"
                " from receivables_invoice"
            )[0]
            part.files.append(taken)
            part.tables.append((name, ("void", "credit notes", "invoices", "sum without void, 元"), [kept]))
    rows = sum(taken["rows"] for taken in part.files)
    part.notes.append(
        f"{rows:,} rows altogether, written as GB18030 text. 企业代号 is taken for the customer, 发票状态 for void, a "
        "negative 价税合计 makes a credit note. An equal repeat of a row is skipped; the same number of the same "
        "customer with other values is refused, because one number means one invoice."
    )
    return part


def _us_statements(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("us_statements", "Annual statements of listed American companies")
    lines = tomllib.loads(files("xinheng.bench").joinpath("us_lines.toml").read_text("utf-8"))["line"]
    rows = _dicts(source / "fundamentals.csv.gz")
    tickers = sorted({row["TickerSymbol"] for row in rows})
    part.files.append(
        _import(
            "customers", _write_csv(folder / "tickers.csv", [("number", "name"), *((t, t) for t in tickers)]), actor
        )
    )
    table: list[Sequence[object]] = [("customer", "period_end", "scope", "currency", *lines)]
    for row in rows:
        amounts = [_amount(row[line["column"]], **line) for line in lines.values()]
        table.append((row["TickerSymbol"], row["PeriodEnding"], "consolidated", "USD", *amounts))
    part.files.append(_import("statements", _write_csv(folder / "statements.csv", table), actor))

    kept = _statements()
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
            f"{len(unbalanced)} statements do not balance (V3), kept as they are",
            ("company", "period end", "total assets", "liabilities and equity", "difference, USD"),
            unbalanced,
        )
    )
    assessor, times = Assessor(), []
    zones: dict[str, Counter[object]] = {model.id: Counter() for model in assessor.models()}
    known: Counter[bool] = Counter()
    for periods in kept.values():
        began = time.perf_counter()
        done = assessor.one(statements.statement_facts(periods[:3]))
        times.append(time.perf_counter() - began)
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
        "sheet is not parted into current and other. There is no score: statements are 35 of 100 parts of the "
        "composite card, and it wants half. The tolerance of the checks is 1 USD. Apart from errors of the source, V5 "
        "fails where shares in associates stand below tax. Nothing is changed; the page of a statement names the place."
    )
    return part


def _ashare_ratios(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("cn_ashare_ratios", "Ratios of listed Chinese companies: percentiles by industry")
    ratios = {
        "debtpaying": ("currentratio", "quickratio", "adratio"),
        "profit": ("roe", "gross_profit_rate", "net_profit_ratio"),
        "operation": ("arturndays", "inventory_days"),
    }
    with duckdb.connect() as database:
        basics = str(source / "stock_basics.csv.gz")
        database.execute(f"create table basics as select code, industry from read_csv('{basics}', all_varchar = true)")
        values = []
        for table, names in ratios.items():
            began = time.perf_counter()
            path = str(source / f"{table}.parquet")
            total, known = database.execute(
                f"select count(*), count(industry) from '{path}' left join basics using (code)"
            ).fetchone() or (0, 0)
            part.files.append(
                {
                    "file": f"{table}.parquet", "kind": "ratios", "rows": total, "accepted": known, "skipped": 0,
                    "refused": {"company without industry": total - known} if total > known else {}, "examples": [],
                    "seconds": round(time.perf_counter() - began, 2),
                }
            )  # fmt: skip
            values += [
                f"select '{name}' as ratio, industry, {name} as value from '{path}' join basics using (code) "
                f"where quarter = 4 and year = 2015 and isfinite({name})"
                for name in names
            ]
        union = " union all ".join(values)
        quantiles = ", ".join(f"round(quantile_cont(value, {share}), 2)" for share in (0.1, 0.25, 0.5, 0.75, 0.9))
        found = database.execute(
            f"select ratio, industry, count(*), {quantiles} from ({union}) group by all having count(*) >= 30"
            " order by ratio, industry"
        ).fetchall()
    industries = {row[1] for row in found}
    shown = [row for row in found if row[0] in ("arturndays", "adratio")]
    part.tables.append(
        (
            "industries with 30 companies or more, 2015 Q4",
            ("ratio", "industry", "companies", "p10", "p25", "p50", "p75", "p90"),
            shown,
        )
    )
    part.notes.append(
        f"{len(found)} distributions of {sum(map(len, ratios.values()))} ratios in {len(industries)} industries; the "
        "table shows two of the ratios: debt ratio in percent and receivable days. These are what a customer "
        "can be placed in."
    )
    return part


def _registry(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("cn_company_registry", "Registration codes transcribed from business licences")
    rows = _dicts(source / "licence_registry.csv.gz")
    began = time.perf_counter()
    # As `xinheng validate codes` judges: a number of a form without check character cannot be told to be right.
    checked = [(row, identity.check("auto", row["registration_code"])) for row in rows]
    verdicts = [(row, found, found.ok and found.verifiable) for row, found in checked]
    seconds = time.perf_counter() - began
    right = [row["code_kind"].endswith("_valid") == verdict for row, _, verdict in verdicts]
    valid = sum(verdict for _, _, verdict in verdicts)
    part.notes.append(
        f"`xinheng validate codes` tells {valid} valid and {len(rows) - valid} wrong codes apart "
        f"({seconds * 1000:.0f} ms); {sum(right)} of {len(rows)} verdicts agree with the label of the row. The "
        "importer keeps a 13-digit number, which nobody can verify, and refuses rows for other cells, too."
    )
    part.tables.append(
        (
            "wrong codes",
            ("code", "label", "reason", "suggested"),
            [
                (row["registration_code"], row["code_kind"], found.problems[0].en, found.suggestion)
                for row, found, verdict in verdicts
                if not verdict
            ],
        )
    )
    target = _write_csv(folder / "registry.csv", _rows(source / "licence_registry.csv.gz"), "gb18030")
    part.files.append(_import("customers", target, actor))
    capital = _query("select count(*), count(registered_capital), count(founded_on) from customers_customer")[0]
    part.tables.append(
        ("customers written", ("customers", "with capital (壹佰万元整 and the like)", "with founding date"), [capital])
    )
    return part


def _open_items(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("ar_open_items", "Open receivables of one seller, as exported from its ERP")
    rows = _dicts(source / "open_items.csv.gz")
    names = {row["cust_number"]: row["name_customer"] for row in rows}
    part.files.append(
        _import(
            "customers", _write_csv(folder / "debtors.csv", [("cust_number", "name_customer"), *names.items()]), actor
        )
    )
    part.files.append(
        _import("invoices", _write_csv(folder / "open_items.csv", _rows(source / "open_items.csv.gz")), actor)
    )
    items = _query(
        "select customer_id, number, issued_on, due_on, amount, disputed, void, currency from receivables_invoice"
    )
    as_of = max((row[2] for row in items), default=date(2020, 5, 22))
    with duckdb.connect() as database:
        database.execute(
            "create table i (subject bigint, invoice varchar, issued_on date, due_on date, amount decimal(18,2),"
            " disputed boolean, void boolean, currency varchar)"
        )
        database.executemany("insert into i values (?, ?, ?, ?, ?, ?, ?, ?)", [list(row) for row in items])
        database.execute("create table a (subject bigint, invoice varchar, amount decimal(18,2), paid_on date)")
        ageing = database.execute(
            "select currency, count(*), sum(amount), sum(amount) filter (late <= 0),"
            " sum(amount) filter (late between 1 and 30), sum(amount) filter (late between 31 and 60),"
            " sum(amount) filter (late between 61 and 90), sum(amount) filter (late > 90)"
            f" from (select *, date '{as_of}' - due_on as late from i) group by currency order by currency"
        ).fetchall()
        began = time.perf_counter()
        judged = database.execute(
            "select count(*), count(*) filter (overdue_amount > 0), max(overdue_max_days)"
            f" from ({behaviour_sql('i', 'a', as_of)})"
        ).fetchone() or (0, 0, 0)
    part.tables.append(
        (f"ageing on {as_of}", ("currency", "items", "open", "not due", "1–30", "31–60", "61–90", "over 90"), ageing)
    )
    part.notes.append(
        f"Behaviour facts of {judged[0]} customers in {(time.perf_counter() - began) * 1000:.0f} ms: {judged[1]} owe "
        f"something overdue, the oldest item since {judged[2]} days. All items are open: no payment index can be known."
    )
    return part


_SETS: dict[str, Callable[[Path, Path, Any], Part]] = {
    "cn_sme_invoices": _sme_invoices,
    "us_statements": _us_statements,
    "cn_ashare_ratios": _ashare_ratios,
    "cn_company_registry": _registry,
    "ar_open_items": _open_items,
}


# ── through the product ──────────────────────────────────────────────────────────────────────────────────────────────


def _actor() -> Any:
    from xinheng.server.accounts.choices import Role
    from xinheng.server.accounts.services import user_create

    roles = [Role.INTEGRATOR, Role.CREDIT_MANAGER]
    return user_create(username="real-data", password=secrets.token_hex(16), roles=roles)


def _import(kind: str, source: Path, actor: Any) -> dict[str, Any]:
    """One file by the way of the pages: upload, the proposed columns, check, write the good rows."""
    from django.core.files.uploadedfile import UploadedFile

    from xinheng import intake
    from xinheng.server.exchange import jobs, services
    from xinheng.server.exchange.refusals import refusals_of

    began = time.perf_counter()
    with source.open("rb") as stream:
        run = services.import_upload(kind=kind, upload=UploadedFile(stream, source.name), actor=actor)
    services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
    jobs.import_check(run.pk)
    run.refresh_from_db()
    if run.rows_good:
        services.import_start(run=run, policy="good_rows", duplicates="error", actor=actor)
        jobs.import_write(run.pk)
        run.refresh_from_db()
    if run.state not in ("done", "preview"):
        raise RuntimeError(f"{source.name} ended {run.state}: {run.failure}")
    seconds = time.perf_counter() - began
    refused: dict[str, list[intake.RowError]] = {}
    for error in refusals_of(run):
        refused.setdefault(f"{error.column} {error.code}".strip(), []).append(error)
    return {
        "file": source.name,
        "kind": kind,
        "columns": {key: run.headers[place] for key, place in run.mapping["columns"].items()},
        "rows": run.rows_read,
        "accepted": run.inserted + run.updated,
        "skipped": run.skipped,
        "refused": {reason: len({error.row for error in errors}) for reason, errors in sorted(refused.items())},
        "examples": [
            {
                "row": error.row,
                "column": error.column,
                "value": error.value,
                "why": error.en,
                "accepted": error.accepted_en,
            }
            for _, errors in sorted(refused.items())
            for error in errors[:_EXAMPLES]
        ],
        "seconds": round(seconds, 2),
    }


def _statements() -> dict[str, list[statements.Statement]]:
    """The statements that were written, by customer, newest first."""
    from xinheng.server.assessment.models import Statement

    found: dict[str, list[statements.Statement]] = {}
    for row in Statement.objects.select_related("customer").order_by("customer__number", "-period_end"):
        found.setdefault(row.customer.number, []).append(row.as_engine())
    return found


def _query(text: str) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text)
        return list(cursor.fetchall())


def _empty(*tables: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"truncate {', '.join(tables or ('customers_customer',))} cascade")


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _dicts(path: Path) -> list[dict[str, str]]:
    header, *rows = _rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _parquet_rows(path: Path) -> Rows:
    with duckdb.connect() as database:
        cursor = database.execute(f"select * from '{path}'")
        yield [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(10_000):
            # A double prints its shortest form, so 9560.0 is written as a person writes it.
            yield from ([f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row] for row in rows)


def _write_csv(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def _amount(text: str, *, column: str, sign: int = 1, blank_zero: bool = False) -> str:
    """An amount of the source as the Chinese form has it; what the source does not say stays blank."""
    if not text or (blank_zero and not Decimal(text)):
        return ""
    return f"{Decimal(text) * sign:f}"
