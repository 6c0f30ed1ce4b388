"""What became of the rows of a chunk."""

from __future__ import annotations

from dataclasses import dataclass, field

from xinheng.intake import RowError


@dataclass
class Outcome:
    """Counts of rows; a row is inserted, updated, skipped (equal to what is there) or an error."""

    inserted: int = 0
    updated: int = 0
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)


def conflict(row: int, column: str, value: str, differing: list[str]) -> RowError:
    """A row whose key is taken by a row with other values. `differing`: keys of the columns that differ."""
    names = "、".join(differing)
    return RowError(
        row, column, value, "duplicate_differs",
        f"已有同一号码的记录，内容不同（{names}）",
        f"a record with this key is there and differs ({', '.join(differing)})",
        "与已有记录相同的内容，或选择“更新已有记录”", "the same values, or the choice to update what is there",
    )  # fmt: skip
