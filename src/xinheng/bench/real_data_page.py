"""What `bench real-data` found, as the page `docs/real-data.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from xinheng import __version__

if TYPE_CHECKING:
    from xinheng.bench.real_data_part import Part

_INTRODUCTION = """# Real data

What real public files gave when they went through the importers and the engine: rows in, rows taken, rows refused and
why, seconds. This page is written by one command, not by hand; it works on any folder that has sets of these names:

```
xinheng bench real-data DIR --write docs/real-data.md
```

Every import takes the way of the pages: upload, the columns that the importer proposes by itself, check of every row,
write of the good ones, in PostgreSQL. Seconds are of the whole way. A row may be refused for more than one reason.
"""


def as_page(parts: Sequence[Part]) -> str:
    """Markdown of all sets, with machine and versions."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = (
        f"Run on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB, "
        f"Python {platform.python_version()}, xinheng {__version__}. Load average {os.getloadavg()[2]:.1f} at the end: "
        "above the number of processors, the seconds are those of a machine that had other work."
    )
    return (
        "\n".join(
            [_INTRODUCTION, machine, "", *_overview(parts), *(line for part in parts for line in _section(part))]
        ).rstrip("\n")
        + "\n"
    )


def _overview(parts: Sequence[Part]) -> list[str]:
    rows = [
        (
            f"`{part.name}`", sum(taken["rows"] for taken in part.files),
            sum(taken["accepted"] for taken in part.files), sum(taken["skipped"] for taken in part.files),
            sum(sum(taken["refused"].values()) for taken in part.files), part.seconds,
        )
        for part in parts
    ]  # fmt: skip
    return _table(("set", "rows in", "taken", "equal repeats", "refused", "seconds, all work"), rows)


def _section(part: Part) -> list[str]:
    lines = [f"## {part.title} (`{part.name}`)", ""]
    rows: list[Sequence[object]] = [
        (
            taken["file"], taken["kind"], taken["rows"], taken["accepted"], taken["skipped"],
            "; ".join(f"{count:,} {reason}" for reason, count in taken["refused"].items()) or "none",
            taken["seconds"],
        )
        for taken in part.files
    ]  # fmt: skip
    lines += _table(
        ("file", "kind", "rows", "taken", "equal repeats", "refused: rows, column, reason", "seconds"), rows
    )
    shown = [
        (taken["file"], *(example[key] for key in ("row", "column", "value", "why", "accepted")))
        for taken in part.files
        for example in taken["examples"]
    ]
    if shown:
        lines += ["Refused, the first of each reason:", ""]
        lines += _table(("file", "row", "column", "value", "why", "what would be accepted"), shown)
    for note in part.notes:
        lines += [note, ""]
    for heading, header, body in part.tables:
        lines += [f"**{heading}**", "", *_table(header, body)]
    return lines


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return [
        "| " + " | ".join(header) + " |",
        "|" + " --- |" * len(header),
        *("| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows),
        "",
    ]


def _cell(value: object) -> str:
    if value is None:
        return "—"
    if isinstance(value, int | float | Decimal):
        return f"{value:,}"
    return str(value).replace("|", "\\|")
