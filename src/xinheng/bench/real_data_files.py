"""Reading the sources of real data, and writing them as a person would hand them in."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

Rows = Iterable[Sequence[object]]


def rows(path: Path) -> list[list[str]]:
    """All lines of a packed csv, the header first."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def dicts(path: Path) -> list[dict[str, str]]:
    """The lines of a packed csv by their header."""
    header, *body = rows(path)
    return [dict(zip(header, row, strict=True)) for row in body]


def parquet_rows(path: Path) -> Rows:
    """All rows of a parquet file, the header first, without holding them."""
    with duckdb.connect() as database:
        cursor = database.execute(f"select * from '{path}'")
        yield [column[0] for column in cursor.description or ()]
        while found := cursor.fetchmany(10_000):
            # A double prints its shortest form, so 9560.0 is written as a person writes it.
            yield from ([f"{cell:.2f}" if isinstance(cell, float) else cell for cell in row] for row in found)


def write_csv(path: Path, content: Rows, encoding: str = "utf-8") -> Path:
    """A csv of these rows; returns its path."""
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream).writerows(content)
    return path


def amount(text: str, *, column: str, sign: int = 1, blank_zero: bool = False) -> str:
    """An amount of the source as the Chinese form has it; what the source does not say stays blank."""
    if not text or (blank_zero and not Decimal(text)):
        return ""
    return f"{Decimal(text) * sign:f}"
