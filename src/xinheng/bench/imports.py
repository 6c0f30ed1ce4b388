"""`bench import`: the worker's two passes over a file of invoices beside a plain COPY of the same rows.

The file is written as an accounting system exports it, by date, with 1 % of unusual forms (Chinese dates, capitals,
currency signs) and 0.1 % of wrong rows. Our side is the job that the worker runs: reading, checking, finding customers,
error report, COPY, events, position. The other side is one COPY of the rows that were good, typed and with their
customers' ids, in the order of the file, into the same table with the same indexes and constraints.
"""

from __future__ import annotations

import csv
import io
import random
import secrets
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xinheng.bench.workplace import own_schema, peak_mb, reset_peak

_HEADER = ("客户编号", "发票号码", "开票日期", "到期日", "价税合计", "币种", "发票状态")
_BLOCK = 256 * 1024
_UNUSUAL = 100  # one row in so many has unusual forms
_WRONG = 1_000  # one row in so many is wrong


def measure(*, rows: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Both sides in turn, medians.

    Returns: rows_per_s, copy_ratio (our speed over that of COPY), peak_mb of the worker's process, and the parts.
    """
    with own_schema(say) as folder:
        customers = max(100, rows // 50)
        actor = _prepare(customers)
        source = folder / "invoices.csv"
        say(f"a file of {rows:,} invoices of {customers:,} customers …")
        write_invoices(source, rows, customers)
        ours: list[dict[str, float]] = []
        copies: list[float] = []
        _import(source, actor, say)  # warms caches on both sides and gives the rows for COPY
        plain = _plain_rows(source, folder / "plain.csv")
        reset_peak()
        for turn in range(rounds):
            copies.append(_copy(plain))
            ours.append(_import(source, actor, say))
            say(f"turn {turn + 1}: COPY {copies[-1]:.2f} s, import {ours[-1]['check'] + ours[-1]['write']:.2f} s")
        peak = peak_mb()
    seconds = statistics.median(turn["check"] + turn["write"] for turn in ours)
    copy = statistics.median(copies)
    good = ours[0]["good"]
    return {
        "rows": rows,
        "rows_per_s": round(rows / seconds),
        "copy_ratio": round(
            statistics.median(c / (t["check"] + t["write"]) for c, t in zip(copies, ours, strict=True)), 3
        ),
        "peak_mb": peak,
        "copy_rows_per_s": round(good / copy),
        "seconds": {
            "upload": round(statistics.median(turn["upload"] for turn in ours), 2),
            "check": round(statistics.median(turn["check"] for turn in ours), 2),
            "write": round(statistics.median(turn["write"] for turn in ours), 2),
            "copy": round(copy, 2),
        },
        "rows_refused": rows - int(good),
        "rounds": rounds,
    }


def write_invoices(path: Path, rows: int, customers: int, seed: int = 1) -> None:
    """Write the file that is imported; the same for the same arguments."""
    rng = random.Random(seed)
    first = date(2023, 1, 1)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADER)
        for index in range(rows):
            issued = first + timedelta(days=index * 730 // rows)
            due = issued + timedelta(days=rng.choice((0, 30, 60, 90)))
            fen = rng.randint(10_000, 50_000_000)
            amount = f"{fen // 100:,}.{fen % 100:02d}"
            issued_text, due_text = issued.isoformat(), due.isoformat()
            if index % _WRONG == 1:
                issued_text = "2023-02-30"
            elif index % _UNUSUAL == 2:
                issued_text = f"{issued.year}年{issued.month}月{issued.day}日"
                amount = f"￥{amount}"
            status = "作废发票" if rng.random() < 0.02 else "有效发票"
            customer = f"B{rng.randint(1, customers):07d}"
            writer.writerow((customer, f"24{index:018d}", issued_text, due_text, amount, "CNY", status))


def _prepare(customers: int) -> Any:
    from xinheng.server.accounts.choices import Role
    from xinheng.server.accounts.services import user_create
    from xinheng.server.customers.models import Customer

    Customer.objects.bulk_create(
        [Customer(number=f"B{i:07d}", name=f"示例{i}有限公司") for i in range(1, customers + 1)], batch_size=1_000
    )
    return user_create(username="bench", password=secrets.token_hex(16), roles=[Role.INTEGRATOR])


def _import(source: Path, actor: Any, say: Callable[[str], None]) -> dict[str, float]:
    from django.core.files.uploadedfile import UploadedFile

    from xinheng import intake
    from xinheng.server.exchange import jobs, services

    _empty()
    times: dict[str, float] = {}
    began = time.perf_counter()
    with source.open("rb") as stream:
        run = services.import_upload(kind="invoices", upload=UploadedFile(stream, source.name), actor=actor)
    times["upload"] = time.perf_counter() - began
    services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
    began = time.perf_counter()
    jobs.import_check(run.pk)
    times["check"] = time.perf_counter() - began
    run.refresh_from_db()
    services.import_start(run=run, policy="good_rows", duplicates="error", actor=actor)
    began = time.perf_counter()
    jobs.import_write(run.pk)
    times["write"] = time.perf_counter() - began
    run.refresh_from_db()
    if run.state != "done" or run.inserted != run.rows_good:
        raise RuntimeError(f"the import ended {run.state} with {run.inserted} of {run.rows_good} rows: {run.failure}")
    times["good"] = run.inserted
    return times


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("truncate receivables_invoice cascade")


_COLUMNS = "customer_id, number, kind, issued_on, due_on, amount, currency, disputed, void"


def _plain_rows(source: Path, target: Path) -> Path:
    """The rows that were imported as CSV in the order of the source, for the plain COPY."""
    from django.db import connection

    # Numbers rise with the rows of the file, so their order is the order of the file.
    with (
        target.open("wb") as stream,
        connection.cursor() as cursor,
        cursor.copy(
            f"copy (select {_COLUMNS} from receivables_invoice order by number) to stdout (format csv)"
        ) as copy,
    ):
        for block in copy:
            stream.write(block)
    return target


def _copy(plain: Path) -> float:
    from django.db import connection

    _empty()
    began = time.perf_counter()
    with (
        plain.open("rb", buffering=0) as raw,
        io.BufferedReader(raw) as stream,
        connection.cursor() as cursor,
        cursor.copy(f"copy receivables_invoice ({_COLUMNS}) from stdin (format csv)") as copy,
    ):
        while block := stream.read(_BLOCK):
            copy.write(block)
    return time.perf_counter() - began
