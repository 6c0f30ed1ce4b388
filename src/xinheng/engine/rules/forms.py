"""The forms a rule can take, as they are written in TOML. Each says how it becomes expressions (`lower`).

A form holds only text and figures; nothing here evaluates anything. `lower` names expressions through the builder, and
the compiler turns all of them into one SQL text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.language import Expr, RuleError, number

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

    @property
    def formula(self) -> str:
        return self.value or f"({self.numerator}) / ({self.denominator})"

    def lower(self, builder: Builder) -> None:
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

    def points(self, builder: Builder, top: float) -> Expr:
        feature = builder.parse(self.feature, self.id)
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
    id: str
    zh: str
    en: str
    weight: float


@dataclass(frozen=True)
class Scorecard:
    """Characteristics in weighted blocks. Unknown ones pass their weight to the known, up to `max_missing`."""

    id: str
    zh: str
    en: str
    blocks: tuple[Block, ...]
    characteristics: tuple[Characteristic, ...]
    max_missing: float = 0.25
    top: float = BEST
    source: str = ""

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
        for characteristic in self.characteristics:
            column = builder.add(f"{self.id}__{characteristic.id}", characteristic.points(builder, self.top))
            weight = number(repr(weights[characteristic.id]))
            zero = exp.Coalesce(this=column.copy(), expressions=[number(0)])
            earned.append(exp.Mul(this=weight.copy(), expression=zero))
            known.append(language.case([(language.is_null(column), number(0))], weight.copy()))
        share = language.divide(exp.paren(language.add(known)), number(repr(total)))
        weighed = builder.add(f"{self.id}__known", share)
        enough = exp.GTE(this=weighed.copy(), expression=number(1 - self.max_missing - 1e-9))
        below = exp.Mul(this=weighed.copy(), expression=number(repr(total)))
        score = language.divide(exp.paren(language.add(earned)), exp.paren(below))
        builder.add(self.id, language.case([(enough, score)]))


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

    def rank(self, grade: str) -> int:
        return next(i for i, row in enumerate(self.grades, 1) if row.grade == grade)

    def lower(self, builder: Builder) -> None:
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
class LimitModel:
    """Named steps in order; the result is the smallest bound that is known, and which one it was is said."""

    id: str
    zh: str
    en: str
    steps: tuple[Quantity, ...]
    source: str = ""

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

    def lower(self, builder: Builder) -> None:
        builder.add(self.id, builder.parse(self.fails_when, self.id), "boolean")
        builder.add(f"{self.id}_actual", builder.parse(self.actual, self.id))
        builder.add(f"{self.id}_limit", builder.parse(self.limit, self.id))


@dataclass(frozen=True)
class Indicator:
    """One indicator of the efficacy-coefficient method with its five standard values, best first."""

    feature: str
    zh: str
    en: str
    weight: float
    standards: tuple[float, float, float, float, float]
    scale: float = 1.0  # the standards are written in this multiple of the feature (100 for percentages)


@dataclass(frozen=True)
class EfficacyBlock:
    id: str
    zh: str
    en: str
    basic: tuple[Indicator, ...]
    modification: tuple[Indicator, ...] = ()


LEVELS = (1.0, 0.8, 0.6, 0.4, 0.2)
MODIFICATION_TOP = 1.2


@dataclass(frozen=True)
class Efficacy:
    """功效系数法: basic scores by block, each corrected by its modification indicators (SASAC rules)."""

    id: str
    zh: str
    en: str
    blocks: tuple[EfficacyBlock, ...]
    source: str = ""
    version: str = ""

    def lower(self, builder: Builder) -> None:
        basics, modified = [], []
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
                column = builder.add(f"{self.id}__{indicator.feature}_k", single)
                parts.append(exp.Mul(this=number(indicator.weight / inside), expression=column.copy()))
            factor = builder.add(f"{self.id}__{block.id}_k", language.add(parts))
            product = exp.Mul(this=basic.copy(), expression=factor.copy())
            modified.append(builder.add(f"{self.id}__{block.id}", product).copy())
        builder.add(f"{self.id}_basic", language.add(basics))
        builder.add(self.id, language.add(modified))

    def _coefficient(self, builder: Builder, indicator: Indicator, top: float) -> Expr:
        """1.0 … 0.2 between the standards, `top` from the excellent value on, 0 below the poor one."""
        value = language.double(builder.parse(indicator.feature, self.id))
        if indicator.scale != 1:
            value = exp.Mul(this=value, expression=number(indicator.scale))
        standards = indicator.standards
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


Form = Quantity | Scorecard | Model | DecisionTable | MasterScale | LimitModel | Warning | GateRule | Efficacy

#: TOML table name → form, in no particular order: dependencies decide the order of evaluation.
FORMS: dict[str, type[Any]] = {
    "quantity": Quantity,
    "scorecard": Scorecard,
    "model": Model,
    "table": DecisionTable,
    "scale": MasterScale,
    "limit": LimitModel,
    "warning": Warning,
    "gate": GateRule,
    "efficacy": Efficacy,
}

#: field name → form of its members, for nested tables.
NESTED: dict[str, type[Any]] = {
    "cases": Case, "blocks": Block, "characteristics": Characteristic, "terms": Term, "zones": Zone,
    "grades": Grade, "steps": Quantity, "basic": Indicator, "modification": Indicator,
}  # fmt: skip
NESTED_BY_FORM: dict[tuple[type[Any], str], type[Any]] = {
    (DecisionTable, "rows"): Row,
    (Characteristic, "rows"): PointsRow,
    (Characteristic, "caps"): PointsRow,
    (MasterScale, "caps"): GradeCap,
    (Efficacy, "blocks"): EfficacyBlock,
}
