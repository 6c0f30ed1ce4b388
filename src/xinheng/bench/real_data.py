"""`bench real-data`: real public files through the importers and the engine, and what became of every row.

The files are those described as reference data in CONTRIBUTING.md; each is written as a person would hand it in (csv in
the encoding of a Chinese accounting system, own headers) and goes through the same upload, check and write that the
pages use, in a schema of its own. What the importer refuses is counted by reason and never mended here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from xinheng.bench.real_data_open_items import open_items
from xinheng.bench.real_data_part import Part
from xinheng.bench.real_data_product import empty, make_actor
from xinheng.bench.real_data_ratios import ashare_ratios
from xinheng.bench.real_data_registry import registry
from xinheng.bench.real_data_sme import sme_invoices
from xinheng.bench.real_data_statements import us_statements
from xinheng.bench.workplace import own_schema

Say = Callable[[str], None]

_SETS: dict[str, Callable[[Path, Path, Any], Part]] = {
    "cn_sme_invoices": sme_invoices,
    "us_statements": us_statements,
    "cn_ashare_ratios": ashare_ratios,
    "cn_company_registry": registry,
    "ar_open_items": open_items,
}


def measure(*, data: Path, say: Say) -> list[Part]:
    """Every set that is there below `data`, in turn."""
    parts = []
    with own_schema(say) as folder:
        actor = make_actor()
        for name, work in _SETS.items():
            if not (data / name).is_dir():
                say(f"{name}: not there, left out")
                continue
            began = time.perf_counter()
            empty()
            part = work(data / name, folder, actor)
            part.seconds = round(time.perf_counter() - began, 1)
            parts.append(part)
            say(f"{name}: {part.seconds} s")
    return parts
