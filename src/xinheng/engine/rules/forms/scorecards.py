"""Scorecards: characteristics turned into points, weighed in blocks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.forms.quantities import BEST, WORST, Builder
from xinheng.engine.rules.language import Expr, RuleError, number


@dataclass(frozen=True)
class PointsRow:
    when: str
    points: float
    zh: str = ""
    en: str = ""


@dataclass(frozen=True)
class Characteristic:
    """One line of a scorecard: a feature turned into 0–100 points by straight lines between anchors, or by rows."""

    id: str
    zh: str
    en: str
    block: str
    weight: float
    feature: str
    anchors: tuple[tuple[float, float], ...] = ()
    rows: tuple[PointsRow, ...] = ()
    caps: tuple[PointsRow, ...] = ()
    missing: str = "spread"  # or "penalise": unknown counts with `missing_points`
    missing_points: float = 0.0
    unit: str = ""  # of the feature; where empty, that of the ratio or fact it is
    direction: str = ""  # what is safer: higher, lower, band
    description_zh: str = ""
    description_en: str = ""

    def points(self, builder: Builder, top: float) -> Expr:
        feature = builder.parse(self.feature, self.id)
        bounds = builder.bounds(self.feature)
        xs = [x for x, _points in self.anchors]
        if bounds and xs and (min(xs) < bounds[0] or max(xs) > bounds[1]):
            # Inside the bounds the line is flat beyond its ends, and cutting off outliers changes nothing.
            feature = exp.paren(language.clamped(feature, *bounds))
        if self.anchors:
            flat: list[Expr] = [number(figure) for anchor in sorted(self.anchors) for figure in anchor]
            points = language.FUNCTIONS["interpolate"].build([feature, *flat])
        else:
            points = language.case([(builder.parse(row.when, self.id), number(row.points)) for row in self.rows])
        judged = []
        for score, given in (("best", top), ("worst", WORST)):
            codes = builder.status_codes(self.feature, score)
            if codes:
                status = exp.column(f"{self.feature}__s", quoted=True)
                judged.append((exp.In(this=status, expressions=[number(code) for code in codes]), number(given)))
        tree = language.case([*judged, (exp.not_(language.is_null(feature)), points)]) if judged else points
        for cap in self.caps:
            over = language.all_of(
                [builder.parse(cap.when, self.id), exp.GT(this=exp.paren(tree.copy()), expression=number(cap.points))]
            )
            tree = language.case([(over, number(cap.points))], tree)
        if self.missing == "penalise":
            tree = exp.Coalesce(this=tree, expressions=[number(self.missing_points)])
        return exp.cast(tree, exp.DataType.Type.DOUBLE)


@dataclass(frozen=True)
class Block:
    """A part of a scorecard; while `scored_when` does not hold, its characteristics are unknown."""

    id: str
    zh: str
    en: str
    weight: float
    scored_when: str = ""


@dataclass(frozen=True)
class Scorecard:
    """Characteristics in weighted blocks. Unknown ones pass their weight to the known, up to `max_missing`.

    Args:
        max_missing: share of the weight that may be unknown; beyond it there is no score.
        top: points of the best answer.
        applies: while this does not hold there is no score, however much is known.
    """

    id: str
    zh: str
    en: str
    blocks: tuple[Block, ...]
    characteristics: tuple[Characteristic, ...]
    max_missing: float = 0.25
    top: float = BEST
    applies: str = ""
    source: str = ""
    version: str = ""
    limits_of_use_zh: str = ""
    limits_of_use_en: str = ""
    description_zh: str = ""
    description_en: str = ""

    def weights(self) -> dict[str, float]:
        """Effective weight per characteristic; they sum to the sum of the blocks' weights."""
        share = {block.id: block.weight for block in self.blocks}
        inside: dict[str, float] = dict.fromkeys(share, 0.0)
        for characteristic in self.characteristics:
            if characteristic.block not in share:
                raise RuleError(source=characteristic.id, detail_zh="没有这个板块", detail_en="there is no such block")
            inside[characteristic.block] += characteristic.weight
        return {c.id: share[c.block] * c.weight / inside[c.block] for c in self.characteristics}

    def lower(self, builder: Builder) -> None:
        weights = self.weights()
        total = sum(weights.values())
        earned, known = [], []
        gates = {}
        for block in self.blocks:
            if block.scored_when:
                name = f"{self.id}__{block.id}_scored"
                gates[block.id] = builder.add(name, builder.parse(block.scored_when, block.id), "boolean")
        for characteristic in self.characteristics:
            points = characteristic.points(builder, self.top)
            if characteristic.block in gates:
                points = language.case([(gates[characteristic.block].copy(), points)])
            column = builder.add(f"{self.id}__{characteristic.id}", points)
            weight = number(repr(weights[characteristic.id]))
            zero = exp.Coalesce(this=column.copy(), expressions=[number(0)])
            earned.append(exp.Mul(this=weight.copy(), expression=zero))
            known.append(language.case([(language.is_null(column), number(0))], weight.copy()))
        share = language.divide(exp.paren(language.add(known)), number(repr(total)))
        weighed = builder.add(f"{self.id}__known", share)
        enough = exp.GTE(this=weighed.copy(), expression=number(1 - self.max_missing - 1e-9))
        below = exp.Mul(this=weighed.copy(), expression=number(repr(total)))
        score = language.divide(exp.paren(language.add(earned)), exp.paren(below))
        if self.applies:
            enough = language.all_of([exp.paren(builder.parse(self.applies, self.id)), enough])
        builder.add(self.id, language.case([(enough, score)]))
