"""功效系数法: scores between the standard values of an industry, corrected by further indicators (SASAC rules)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.forms.quantities import Builder
from xinheng.engine.rules.language import Expr, number


@dataclass(frozen=True)
class SpecialCase:
    """A situation in which the rules name the single coefficient outright."""

    when: str
    k: float
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Indicator:
    """One indicator of the efficacy-coefficient method with its five standard values, best first."""

    feature: str
    zh: str
    en: str
    weight: float
    standards: tuple[float, float, float, float, float]
    scale: float = 1.0  # the standards are written in this multiple of the feature (100 for percentages)
    special: tuple[SpecialCase, ...] = ()  # of a modification indicator, tried first


@dataclass(frozen=True)
class EfficacyBlock:
    id: str
    zh: str
    en: str
    basic: tuple[Indicator, ...]
    modification: tuple[Indicator, ...] = ()


LEVELS = (1.0, 0.8, 0.6, 0.4, 0.2)
MODIFICATION_TOP = 1.2
NEUTRAL = 1.0  # the single coefficient of a modification indicator that is unknown, as of one without a standard


@dataclass(frozen=True)
class Efficacy:
    """功效系数法: basic scores by block, each corrected by its modification indicators (SASAC rules).

    Args:
        applies: while this does not hold the figures are computed and no score is given.
    """

    id: str
    zh: str
    en: str
    blocks: tuple[EfficacyBlock, ...]
    applies: str = ""
    source: str = ""
    version: str = ""
    limits_of_use_zh: str = ""
    limits_of_use_en: str = ""
    description_zh: str = ""
    description_en: str = ""

    def lower(self, builder: Builder) -> None:
        basics, modified = [], []
        known: list[Expr] = []
        for block in self.blocks:
            weight = sum(indicator.weight for indicator in block.basic)
            scores = []
            for indicator in block.basic:
                coefficient = self._coefficient(builder, indicator, LEVELS[0])
                score = exp.Mul(this=number(indicator.weight), expression=exp.paren(coefficient))
                scores.append(builder.add(f"{self.id}__{indicator.feature}", score))
            basic = builder.add(f"{self.id}__{block.id}_basic", language.add(scores))
            basics.append(basic.copy())
            if not block.modification:
                modified.append(basic.copy())
                continue
            analysis = language.divide(basic.copy(), number(weight))
            inside = sum(indicator.weight for indicator in block.modification)
            parts = []
            for indicator in block.modification:
                level = self._coefficient(builder, indicator, MODIFICATION_TOP)
                single = exp.Sub(this=exp.Add(this=number(1), expression=exp.paren(level)), expression=analysis.copy())
                special = [(builder.parse(row.when, self.id), number(row.k)) for row in indicator.special]
                single = language.case(special, single) if special else exp.paren(single)
                told = builder.add(
                    f"{self.id}__{indicator.feature}_told", exp.not_(language.is_null(single)), "boolean"
                )
                known.append(language.case([(told.copy(), number(repr(indicator.weight)))], number(0)))
                column = builder.add(
                    f"{self.id}__{indicator.feature}_k",
                    exp.Coalesce(this=single, expressions=[number(NEUTRAL)]),
                )
                parts.append(exp.Mul(this=number(indicator.weight / inside), expression=column.copy()))
            factor = builder.add(f"{self.id}__{block.id}_k", language.add(parts))
            product = exp.Mul(this=basic.copy(), expression=factor.copy())
            modified.append(builder.add(f"{self.id}__{block.id}", product).copy())
        if known:
            inside = sum(row.weight for block in self.blocks for row in block.modification)
            builder.add(f"{self.id}_known", language.divide(exp.paren(language.add(known)), number(repr(inside))))
        for name, parts in ((f"{self.id}_basic", basics), (self.id, modified)):
            total = language.add(parts)
            if self.applies:
                total = language.case([(builder.parse(self.applies, self.id), total)])
            builder.add(name, total)

    def _coefficient(self, builder: Builder, indicator: Indicator, top: float) -> Expr:
        """1.0 … 0.2 between the standards, `top` from the excellent value on, 0 below the poor one."""
        value = language.double(builder.parse(indicator.feature, self.id))
        if indicator.scale != 1:
            value = exp.Mul(this=value, expression=number(indicator.scale))
        standards = indicator.standards
        if len(standards) != len(LEVELS) or list(standards) not in (sorted(standards), sorted(standards, reverse=True)):
            raise ValueError(f"{indicator.feature} has five standard values from best to worst")
        rising = standards[0] > standards[-1]
        reached, below = (exp.GTE, exp.LT) if rising else (exp.LTE, exp.GT)
        flat: list[Expr] = []
        for standard, level in sorted(zip(standards, LEVELS, strict=True)):
            flat += [number(repr(standard)), number(repr(level))]
        worst = builder.status_codes(indicator.feature, "worst")
        best = builder.status_codes(indicator.feature, "best")
        branches = []
        status = exp.column(f"{indicator.feature}__s", quoted=True)
        if worst:
            branches.append((exp.In(this=status.copy(), expressions=[number(c) for c in worst]), number(0)))
        if best:
            branches.append((exp.In(this=status.copy(), expressions=[number(c) for c in best]), number(top)))
        paren = exp.paren(value)
        branches.append((reached(this=paren.copy(), expression=number(repr(standards[0]))), number(top)))
        branches.append((below(this=paren.copy(), expression=number(repr(standards[-1]))), number(0)))
        return language.case(branches, language.FUNCTIONS["interpolate"].build([paren.copy(), *flat]))
