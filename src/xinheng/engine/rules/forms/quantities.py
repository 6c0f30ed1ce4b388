"""Figures with a status: ratios, derived figures, and the steps of a limit model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.language import Expr, number

BEST, WORST = 100.0, 0.0


class Status(StrEnum):
    """What kind of answer a figure is; unknown is never 0 (domain conventions)."""

    OK = "ok"
    MISSING_INPUT = "missing_input"
    ZERO_DENOMINATOR = "zero_denominator"
    NEGATIVE_DENOMINATOR = "negative_denominator"
    NOT_MEANINGFUL = "not_meaningful"
    CAPPED = "capped"


#: Status numbers inside the database: 0 ok, 1 missing input, 2 zero denominator, from 3 on the cases of the quantity.
CODE_OK, CODE_MISSING, CODE_ZERO, CODE_FIRST_CASE = 0, 1, 2, 3


class Builder(Protocol):
    """What a form may ask of the compiler while it is lowered."""

    def parse(self, text: str, source: str) -> Expr: ...
    def add(self, name: str, tree: Expr, type: str = "number") -> Expr: ...
    def status_codes(self, name: str, score: str) -> list[int]: ...
    def bounds(self, name: str) -> tuple[float, ...]: ...


@dataclass(frozen=True)
class Case:
    """A situation in which a quantity has no value, or another one, and what a scorecard makes of it."""

    when: str
    status: str = "not_meaningful"
    value: str = ""
    score: str = ""  # "best" or "worst": the points a scorecard gives; empty: unknown
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Quantity:
    """A figure with a status: a ratio (numerator over denominator) or a value; cases are tried first, in order."""

    id: str
    zh: str
    en: str
    value: str = ""
    numerator: str = ""
    denominator: str = ""
    unit: str = ""
    type: str = "number"
    direction: str = ""  # higher, lower, band: what is safer
    code: str = ""
    group: str = ""
    role: str = ""  # in a limit model: method, bound, result, working
    source: str = ""
    cases: tuple[Case, ...] = ()
    winsor: tuple[float, ...] = ()  # lowest and highest figure that a scorecard takes into account
    description_zh: str = ""
    description_en: str = ""

    @property
    def formula(self) -> str:
        return self.value or f"({self.numerator}) / ({self.denominator})"

    def lower(self, builder: Builder) -> None:
        if bool(self.value) == bool(self.numerator and self.denominator):
            raise ValueError("give either value, or numerator and denominator")
        for case in self.cases:
            Status(case.status)
            if case.score not in ("", "best", "worst"):
                raise ValueError(f"score is best or worst, not {case.score!r}")
        zero = None
        if self.value:
            base = builder.parse(self.value, self.id)
        else:
            below = builder.parse(self.denominator, self.id)
            base = language.divide(exp.paren(builder.parse(self.numerator, self.id)), exp.paren(below))
            zero = exp.EQ(this=exp.paren(below.copy()), expression=number(0))
        conditions = [builder.parse(case.when, self.id) for case in self.cases]
        values = [builder.parse(case.value, self.id) if case.value else exp.Null() for case in self.cases]
        pairs = list(zip(conditions, values, strict=True))
        column = builder.add(self.id, language.case(pairs, base) if pairs else base, self.type)
        codes = [(when.copy(), number(CODE_FIRST_CASE + i)) for i, when in enumerate(conditions)]
        if zero is not None:
            codes.append((zero, number(CODE_ZERO)))
        codes.append((language.is_null(column), number(CODE_MISSING)))
        builder.add(f"{self.id}__s", language.case(codes, number(CODE_OK)), "integer")

    def status(self, code: int | None) -> tuple[Status, Case | None]:
        """What a status number of this quantity means."""
        if code is None or code == CODE_MISSING:
            return Status.MISSING_INPUT, None
        if code == CODE_OK:
            return Status.OK, None
        if code == CODE_ZERO:
            return Status.ZERO_DENOMINATOR, None
        case = self.cases[code - CODE_FIRST_CASE]
        return Status(case.status), case


@dataclass(frozen=True)
class LimitModel:
    """Named steps in order; the result is the smallest bound that is known, and which one it was is said."""

    id: str
    zh: str
    en: str
    steps: tuple[Quantity, ...]
    source: str = ""
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        for step in self.steps:
            step.lower(builder)
        bounds = [exp.column(step.id, quoted=True) for step in self.steps if step.role == "bound"]
        if not bounds:
            return
        least = language.least_known(bounds)
        branches = [
            (exp.EQ(this=bound.copy(), expression=least.copy()), exp.Literal.string(bound.name)) for bound in bounds
        ]
        builder.add(f"{self.id}_binding", language.case(branches), "text")
