"""`cn_company_registry`: registration codes transcribed from business licences, right and wrong ones told apart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from xinheng.bench.real_data_files import dicts, rows, write_csv
from xinheng.bench.real_data_part import Part
from xinheng.bench.real_data_product import import_file, query
from xinheng.engine import identity


def registry(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("cn_company_registry", "Registration codes transcribed from business licences")
    found_rows = dicts(source / "licence_registry.csv.gz")
    began = time.perf_counter()
    # As `xinheng validate codes` judges: a number of a form without check character cannot be told to be right.
    checked = [(row, identity.check("auto", row["registration_code"])) for row in found_rows]
    verdicts = [(row, found, found.ok and found.verifiable) for row, found in checked]
    seconds = time.perf_counter() - began
    right = [row["code_kind"].endswith("_valid") == verdict for row, _, verdict in verdicts]
    valid = sum(verdict for _, _, verdict in verdicts)
    part.notes.append(
        f"`xinheng validate codes` tells {valid} valid and {len(found_rows) - valid} wrong codes apart, "
        f"in {seconds * 1000:.0f} ms; {sum(right)} of {len(found_rows)} verdicts agree with the label of the row. The "
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
    target = write_csv(folder / "registry.csv", rows(source / "licence_registry.csv.gz"), "gb18030")
    part.files.append(import_file("customers", target, actor))
    capital = query("select count(*), count(registered_capital), count(founded_on) from customers_customer")[0]
    part.tables.append(
        ("customers written", ("customers", "with capital (壹佰万元整 and the like)", "with founding date"), [capital])
    )
    return part
