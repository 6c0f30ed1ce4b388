"""From the headers of a file to the columns of a kind: a proposal with its confidence, for a person to confirm."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field

from xinheng.engine.errors import BadInput
from xinheng.engine.notation import AmountUnit, find_unit
from xinheng.intake.cells import CellReader
from xinheng.intake.errors import ColumnMissing
from xinheng.intake.header import normalised
from xinheng.intake.kinds import Column, Kind

#: below it two labels are not taken for the same column
LEAST_CONFIDENCE = 0.6
_SURE = 0.95  # a known label

_UNIT_PLACE = re.compile(
    r"[(\[（【]\s*(?:单位\s*[:：]?\s*)?([^()\[\]（）【】]*)[)\]）】]|_(百万|千|万|亿)?元?$|单位\s*[:：]\s*(\S+)"
)


@dataclass(frozen=True)
class Match:
    """One header of the file and the column it is taken for. `column` None: the file's column is not used."""

    position: int
    header: str
    column: str | None
    confidence: float
    unit: AmountUnit | None = None


@dataclass(frozen=True)
class Mapping:
    """Which column of the file (position from 0) fills which column of the kind, and the unit of its amounts."""

    columns: dict[str, int] = field(default_factory=dict)
    units: dict[str, AmountUnit] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """For a jsonb column; `Mapping.from_json` reads it back."""
        return {"columns": dict(self.columns), "units": {key: unit.value for key, unit in self.units.items()}}

    @classmethod
    def from_json(cls, data: Pairs[str, Pairs[str, object]]) -> Mapping:
        """Raises: ValueError, KeyError when it is not what `as_json` wrote."""
        columns = {str(key): int(str(position)) for key, position in data["columns"].items()}
        return cls(columns, {str(key): AmountUnit(str(unit)) for key, unit in data.get("units", {}).items()})


def fingerprint(kind: Kind, headers: Sequence[str]) -> str:
    """Under which a confirmed mapping is remembered: a file with the same headers in the same order has it too."""
    text = "\x1f".join((kind.key, *(header.strip() for header in headers)))
    return hashlib.sha256(text.encode()).hexdigest()


def propose(
    kind: Kind,
    headers: Sequence[str],
    sheet_unit: AmountUnit | None = None,
    sample: Sequence[Sequence[str]] = (),
) -> list[Match]:
    """For every header the most likely column; each column is proposed at most once.

    Args:
        sheet_unit: the unit that a title above the table names (`单位：万元`), used where a header names none.
        sample: first data rows; a label that is merely similar is not proposed where the cells under it do not fit.
    """
    scored: list[tuple[float, int, Column]] = []
    for position, header in enumerate(headers):
        for rank, column in enumerate(kind.columns):
            confidence = _confidence(header, column)
            if confidence >= LEAST_CONFIDENCE and (confidence > _SURE or _fits(column, position, sample)):
                # Where two headers fit a column equally well, the more left one and the column listed first win.
                scored.append((confidence - position * 1e-6 - rank * 1e-9, position, column))
    taken_columns: set[str] = set()
    found: dict[int, Match] = {}
    for confidence, position, column in sorted(scored, key=lambda item: -item[0]):
        if position in found or column.key in taken_columns:
            continue
        taken_columns.add(column.key)
        unit = (header_unit(headers[position]) or sheet_unit) if column.type == "amount" else None
        found[position] = Match(position, headers[position], column.key, round(confidence, 2), unit)
    return [found.get(position, Match(position, header, None, 0.0)) for position, header in enumerate(headers)]


def mapping_of(matches: Sequence[Match]) -> Mapping:
    """The proposal as a mapping."""
    used = [match for match in matches if match.column]
    return Mapping(
        {str(match.column): match.position for match in used},
        {str(match.column): match.unit for match in used if match.unit},
    )


def check_mapping(kind: Kind, mapping: Mapping, width: int) -> None:
    """Refuse a mapping that cannot work.

    Raises: ColumnMissing when a required column is not mapped; ValueError for a position outside the file or a column
    that the kind does not have.
    """
    known = {column.key for column in kind.columns}
    if not set(mapping.columns) <= known or any(not 0 <= place < width for place in mapping.columns.values()):
        raise ValueError("mapping")
    missing = [column for column in kind.columns if column.required and column.key not in mapping.columns]
    if missing:
        raise ColumnMissing(
            columns_zh="、".join(column.zh for column in missing), columns_en=", ".join(column.en for column in missing)
        )


def header_unit(header: str) -> AmountUnit | None:
    """The unit that a header gives as one: `注册资本（万元）`, `金额_万元`, `单位：元`; not the 元 of 美元."""
    # A name may have brackets of its own before those of the unit: 实收资本（或股本）（万元）.
    units = (find_unit(match[0]) for match in _UNIT_PLACE.finditer(header))
    return next((unit for unit in units if unit is not None), None)


def _fits(column: Column, position: int, sample: Sequence[Sequence[str]]) -> bool:
    reader = CellReader(column, from_workbook=True)
    cells = [row[position] for row in sample if position < len(row) and row[position].strip()]
    refused = 0
    for cell in cells:
        try:
            reader(cell)
        except BadInput:
            refused += 1
    return refused * 2 <= len(cells)


def _confidence(header: str, column: Column) -> float:
    label = normalised(header)
    if not label:
        return 0.0
    labels = column.labels()
    if label in labels:
        # The column's own name beats an alias, so that two columns with a shared alias are told apart.
        return 1.0 if label in {normalised(text) for text in (column.key, column.zh, column.en)} else 0.97
    return 0.9 * max(_similarity(label, known) for known in labels)


def _similarity(one: str, other: str) -> float:
    """Dice coefficient over character pairs, from 0 to 1; a short label must not hide in a long one."""
    if min(len(one), len(other)) < 3:
        return 0.0
    first, second = (Counter(text[i : i + 2] for i in range(len(text) - 1)) for text in (one, other))
    return 2 * (first & second).total() / (first.total() + second.total())
