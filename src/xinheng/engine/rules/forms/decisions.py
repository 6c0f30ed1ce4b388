"""Forms that decide: decision tables, the master scale, early warnings, rules of the gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.forms.quantities import Builder
from xinheng.engine.rules.language import Expr, number


@dataclass(frozen=True)
class Row:
    when: str
    then: dict[str, Any]
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class DecisionTable:
    """Rows tried from the top; the first whose condition holds gives all outputs."""

    id: str
    zh: str
    en: str
    outputs: dict[str, str]  # name → type
    rows: tuple[Row, ...]
    source: str = ""
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        rows = [(builder.parse(row.when, self.id), number(i)) for i, row in enumerate(self.rows, 1)]
        matched = builder.add(f"{self.id}_row", language.case(rows), "integer")
        for name, type in self.outputs.items():
            branches = [
                (exp.EQ(this=matched.copy(), expression=number(i)), exp.convert(row.then[name]))
                for i, row in enumerate(self.rows, 1)
                if name in row.then
            ]
            builder.add(f"{self.id}_{name}", language.case(branches), type)


@dataclass(frozen=True)
class Grade:
    grade: str
    zh: str
    en: str
    score_from: float
    pd_from: float
    pd_to: float
    pd: float
    policy_zh: str = ""
    policy_en: str = ""


@dataclass(frozen=True)
class GradeCap:
    """No better than `grade` while `when` holds."""

    id: str
    when: str
    grade: str
    zh: str
    en: str


@dataclass(frozen=True)
class MasterScale:
    """Score bands to grades with their probability of default; caps hold a grade down whatever the score."""

    id: str
    zh: str
    en: str
    score: str
    grades: tuple[Grade, ...]
    caps: tuple[GradeCap, ...] = ()
    source: str = ""
    description_zh: str = ""
    description_en: str = ""

    def rank(self, grade: str) -> int:
        for i, row in enumerate(self.grades, 1):
            if row.grade == grade:
                return i
        raise LookupError(f"there is no grade {grade!r}")

    def lower(self, builder: Builder) -> None:
        if not self.grades:
            raise ValueError("a scale has grades")
        score = builder.parse(self.score, self.id)
        bands = [
            (exp.GTE(this=score.copy(), expression=number(row.score_from)), number(i))
            for i, row in enumerate(self.grades, 1)
        ]
        # The last grade is reached by an event only, never by a score.
        by_score = builder.add(f"{self.id}__by_score", language.case(bands[:-1]), "integer")
        held: list[Expr] = [by_score.copy()]
        for cap in self.caps:
            rank = number(self.rank(cap.grade))
            applies = builder.add(f"{self.id}__{cap.id}", builder.parse(cap.when, cap.id), "boolean")
            held.append(language.case([(applies, rank)]))
        event = self.rank(self.grades[-1].grade)
        worst_column = builder.add(f"{self.id}__held", language.greatest_known(held), "integer")
        # Unknown stays unknown: a cap alone rates nobody, except the default event.
        rated = exp.or_(
            exp.not_(language.is_null(by_score)), exp.EQ(this=worst_column.copy(), expression=number(event)), copy=False
        )
        rank_column = builder.add(f"{self.id}__rank", language.case([(rated, worst_column.copy())]), "integer")
        for name, type, values in (
            (self.id, "text", [exp.Literal.string(row.grade) for row in self.grades]),
            ("pd_12m", "number", [number(repr(row.pd)) for row in self.grades]),
        ):
            branches = [
                (exp.EQ(this=rank_column.copy(), expression=number(i)), value) for i, value in enumerate(values, 1)
            ]
            builder.add(name, language.case(branches), type)


@dataclass(frozen=True)
class Warning:
    """A condition that calls for attention; unknown inputs never fire it."""

    id: str
    zh: str
    en: str
    when: str
    severity: str
    group: str = ""
    cool_down_days: int = 30
    action: str = ""
    figures: tuple[str, ...] = ()
    source: str = ""
    unit: str = ""  # of the figure that is watched
    direction: str = ""  # what is safer: higher, lower, band; "state" where something is or is not so
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        builder.add(self.id, builder.parse(self.when, self.id), "boolean")


@dataclass(frozen=True)
class GateRule:
    """A condition under which one order fails a check, with the figures that explain it."""

    id: str
    zh: str
    en: str
    fails_when: str
    actual: str
    limit: str
    result: str = "hold"
    source: str = ""
    unit: str = ""
    direction: str = ""
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        builder.add(self.id, builder.parse(self.fails_when, self.id), "boolean")
        builder.add(f"{self.id}_actual", builder.parse(self.actual, self.id))
        builder.add(f"{self.id}_limit", builder.parse(self.limit, self.id))
