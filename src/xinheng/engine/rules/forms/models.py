"""Models of the literature: a weighted sum read in zones."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.forms.quantities import Builder
from xinheng.engine.rules.language import Expr, number


@dataclass(frozen=True)
class Term:
    id: str
    zh: str
    en: str
    coefficient: float
    value: str


@dataclass(frozen=True)
class Zone:
    zone: str
    zh: str
    en: str
    below: float | None = None
    inclusive: bool = False


@dataclass(frozen=True)
class Model:
    """A weighted sum of terms with a constant, read in zones, optionally turned into a probability."""

    id: str
    zh: str
    en: str
    terms: tuple[Term, ...]
    zones: tuple[Zone, ...] = ()
    constant: float = 0.0
    link: str = ""  # "", "logistic" or "normal_cdf"
    applies: str = ""
    source: str = ""
    limits_of_use_zh: str = ""
    limits_of_use_en: str = ""
    version: str = ""
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        parts: list[Expr] = [number(repr(self.constant))] if self.constant else []
        for term in self.terms:
            column = builder.add(f"{self.id}__{term.id}", language.double(builder.parse(term.value, self.id)))
            parts.append(exp.Mul(this=number(repr(term.coefficient)), expression=column))
        score = language.add(parts)
        if self.applies:
            outside = exp.not_(exp.paren(builder.parse(self.applies, self.id)))
            score = language.case([(outside, exp.Null())], score)
        column = builder.add(self.id, score)
        if self.link:
            builder.add(f"{self.id}_probability", language.FUNCTIONS[self.link].build([column.copy()]))
        if self.zones:
            branches = [(language.is_null(column), exp.Null())]
            for zone in self.zones[:-1]:
                compare = exp.LTE if zone.inclusive else exp.LT
                below = compare(this=column.copy(), expression=number(repr(zone.below)))
                branches.append((below, exp.Literal.string(zone.zone)))
            last = exp.Literal.string(self.zones[-1].zone)
            builder.add(f"{self.id}_zone", language.case(branches, last), "text")
