"""The first rows of a file under a mapping, with what is wrong marked in its place; for the page of columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xinheng import intake
from xinheng.engine.notation import AmountUnit
from xinheng.intake.mapping import header_unit
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.opening import run_table
from xinheng.server.exchange.references import CustomerFinder, Unresolved, unresolved_error

ROWS = 10


@dataclass(frozen=True)
class Cell:
    """One cell of the preview; `read` is what it is taken for, where that is written otherwise."""

    text: str
    read: str = ""
    problem: str = ""
    accepted: str = ""


@dataclass(frozen=True)
class Head:
    """One header of the file and what it is taken for."""

    place: int
    label: str
    column: str
    unit: str
    is_amount: bool
    example: str


def heads(run: ImportRun, table: intake.Table, mapping: intake.Mapping) -> list[Head]:
    """Every header with the column it is mapped to."""
    by_place = {place: key for key, place in mapping.columns.items()}
    first = next(iter(table.sample(1)), (0, []))[1]
    amounts = {column.key for column in run.definition.columns if column.type == "amount"}
    found = []
    for place, label in enumerate(table.headers):
        key = by_place.get(place, "")
        unit = mapping.units.get(key) or header_unit(label) or table.unit or AmountUnit.YUAN
        example = first[place] if place < len(first) else ""
        found.append(Head(place, label, key, unit.value, key in amounts, example[:40]))
    return found


def preview(run: ImportRun, mapping: intake.Mapping, language: str, user: Any) -> dict[str, Any]:
    """Rows of cells for the page, and how many of them would be taken.

    Raises: FileError, ColumnMissing.
    """
    table = run_table(run)
    reader = intake.RowReader(run.definition, mapping, len(table.headers), from_workbook=table.source.is_workbook)
    sample = table.sample(ROWS)
    results = [reader.read(number, cells) for number, cells in sample]
    unresolved = _customers(results, user)
    keys = [key for key in (column.key for column in run.definition.columns) if key in mapping.columns]
    rows, taken = [], 0
    for (number, cells), result in zip(sample, results, strict=True):
        errors = result if isinstance(result, list) else []
        if not isinstance(result, list) and isinstance(
            why := unresolved.get(str(result.values.get("customer"))), Unresolved
        ):
            errors = [unresolved_error(number, str(result.values["customer"]), why)]
        by_column = {error.column: error for error in errors}
        read = {} if isinstance(result, list) else result.values
        taken += not errors
        rows.append(
            {
                "number": number,
                "cells": [
                    _cell(cells, mapping.columns[key], by_column.get(key), read.get(key), language) for key in keys
                ],
                "other": by_column[""].message(language) if "" in by_column else "",
            }
        )
    labels = [run.definition.column(key).label(language) for key in keys]
    return {"labels": labels, "rows": rows, "taken": taken, "shown": len(rows)}


def _cell(cells: list[str], place: int, error: intake.RowError | None, value: Any, language: str) -> Cell:
    text = cells[place] if place < len(cells) else ""
    if error is not None:
        return Cell(text[:60], problem=error.message(language), accepted=error.accepted(language))
    return Cell(text[:60], "" if text.strip() == (read := _read(value)) else read)


def _read(value: Any) -> str:
    """A value as the columns are read: amounts in 元, days in one form; texts and codes stand in the file already."""
    if isinstance(value, Decimal):
        return f"{value:,.2f} {_('yuan')}"
    return value.isoformat() if isinstance(value, date) else ""


def _customers(results: list[Any], user: Any) -> dict[str, int | Unresolved]:
    wanted = {
        str(result.values["customer"])
        for result in results
        if not isinstance(result, list) and "customer" in result.values
    }
    return CustomerFinder(user).find(wanted) if wanted else {}
