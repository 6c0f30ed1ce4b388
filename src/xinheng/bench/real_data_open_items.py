"""`ar_open_items`: the open receivables of one seller, aged by the product and reconciled with the file to the cent."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.real_data_files import dicts, rows, write_csv
from xinheng.bench.real_data_part import Part
from xinheng.bench.real_data_product import behaviour_relations, import_file, query
from xinheng.engine.receivables import behaviour_sql, buckets

#: the last day on which the ledger was posted to
AS_OF = date(2020, 5, 22)


def open_items(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("ar_open_items", "Open receivables of one seller, as exported from its ERP")
    given = dicts(source / "open_items.csv.gz")
    names = {row["cust_number"]: row["name_customer"] for row in given}
    debtors = write_csv(folder / "debtors.csv", [("cust_number", "name_customer"), *names.items()])
    part.files.append(import_file("customers", debtors, actor))
    items = import_file("invoices", write_csv(folder / "open_items.csv", rows(source / "open_items.csv.gz")), actor)
    part.files.append(items)

    refused = set(items["refused_rows"])
    # Row 1 of the file is its header.
    sums: dict[str, list[Any]] = defaultdict(lambda: [0, Decimal(0), 0, Decimal(0)])
    for number, row in enumerate(given, start=2):
        amount = Decimal(row["total_open_amount"])
        found = sums[row["invoice_currency"]]
        found[0] += 1
        found[1] += amount
        if number in refused:
            found[2] += 1
            found[3] += amount

    aged: list[Sequence[object]] = []
    reconciled: list[Sequence[object]] = []
    owing, oldest, judged, seconds = 0, 0, 0, 0.0
    for currency in sorted(sums):
        with duckdb.connect() as database:
            behaviour_relations(database, f"currency = '{currency}'")
            began = time.perf_counter()
            parts = ", ".join(f"sum({bucket.id})" for bucket in buckets())
            count, overdue, days, total, *amounts = database.execute(
                "select count(*), count(*) filter (overdue_amount > 0), max(overdue_max_days), sum(open_amount),"
                f" {parts} from ({behaviour_sql('i', 'a', AS_OF)})"
            ).fetchone() or (0, 0, 0, Decimal(0))
            seconds += time.perf_counter() - began
        judged, owing, oldest = judged + count, owing + overdue, max(oldest, days or 0)
        aged.append((currency, total, *amounts))
        in_file, in_sum, out_file, out_sum = sums[currency]
        reconciled.append((currency, in_file, in_sum, out_file, out_sum, total, sum(amounts, Decimal(0)),
                           in_sum - out_sum - sum(amounts, Decimal(0))))  # fmt: skip
    part.tables.append(
        (
            f"ageing of the open items as of {AS_OF}, as the engine's payment-behaviour facts give it",
            ("currency", "open", *(bucket.en for bucket in buckets())),
            aged,
        )
    )
    part.tables.append(
        (
            "reconciled with the file",
            ("currency", "items of the file", "their sum", "refused items", "their sum", "open in the product",
             "sum of the ageing", "difference"),
            reconciled,
        )
    )  # fmt: skip
    written = query("select count(*), count(distinct customer_id) from receivables_invoice")[0]
    mapped = ", ".join(f"{header} → {key}" for key, header in items["columns"].items())
    part.notes.append(
        f"{written[0]:,} items of {written[1]} customers are in; columns as proposed: {mapped}. Facts of {judged} "
        f"accounts (customer and currency) in {seconds * 1000:.0f} ms: {owing} owe something overdue, the oldest item "
        f"since {oldest} days. All items are open: no payment index can be known."
    )
    return part
