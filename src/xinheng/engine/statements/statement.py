"""One statement as it was given: nothing is filled in or repaired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from xinheng.engine.errors import BadInput
from xinheng.engine.statements.lines import LINES


class Scope(StrEnum):
    CONSOLIDATED = "consolidated"
    PARENT = "parent"


class AuditOpinion(StrEnum):
    UNQUALIFIED = "unqualified"
    EMPHASIS = "emphasis"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
    DISCLAIMER = "disclaimer"
    UNAUDITED = "unaudited"


class UnknownLine(BadInput):
    """A line code that the format does not have. Data: `value`."""

    code = "statement_line_unknown"
    zh = "报表没有“{value}”这一行"
    en = "The statements have no line “{value}”"


@dataclass(frozen=True)
class Statement:
    """All three statements and the supplement of one company for one period.

    Args:
        period_end: last day of the period.
        months: length of the flows, 12 for a year; balances are at `period_end` whatever it is.
        lines: code → amount in 元; an absent line is unknown, a zero is zero.
        entry_unit: the unit it was entered in (1, 1000, 10000 …), which decides the tolerance of the checks.
    """

    period_end: dt.date
    lines: Mapping[str, Decimal]
    months: int = 12
    scope: Scope = Scope.CONSOLIDATED
    audit_opinion: AuditOpinion = AuditOpinion.UNAUDITED
    currency: str = "CNY"
    entry_unit: Decimal = field(default=Decimal(1))

    def __post_init__(self) -> None:
        for code in self.lines:
            if code not in LINES:
                raise UnknownLine(value=code)
        if not 1 <= self.months <= 12:
            raise BadInput(detail_zh="报表期间须为 1 至 12 个月", detail_en="A period has 1 to 12 months")

    @property
    def tolerance(self) -> Decimal:
        """1 元, or a hundredth of the unit of entry where that is more."""
        return max(Decimal(1), self.entry_unit / 100)

    def get(self, code: str) -> Decimal | None:
        return self.lines.get(code)
