"""One default assessment: facts → ratios → models → score → grade and PD → limits → policy → warnings.

The same compiled text answers for one customer or for a file of millions. What is stored is the facts, the results
and the hash of the rules; every view of an assessment (reasons, what is missing, the limit's arithmetic) is read
from those.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from threading import Lock
from typing import Any

import duckdb

from xinheng.engine.errors import BadInput
from xinheng.engine.rules.catalogue import SQL_TYPES, Catalogue, Fact, FactType, load_catalogue
from xinheng.engine.rules.compiler import SUBJECT, Program
from xinheng.engine.rules.forms import (
    DecisionTable,
    GradeCap,
    LimitModel,
    MasterScale,
    Model,
    Quantity,
    Scorecard,
    Status,
    Warning,
)
from xinheng.engine.rules.ruleset import RuleSet, shipped
from xinheng.engine.statements.lines import LINES, is_flow

Value = Decimal | float | int | bool | str | dt.date | None

#: What numbers a line within its statement, and says how it enters the sum: not part of its name.
_NUMBERING = re.compile(r"^(?:[一二三四五六七八九十]+、|[加减]：|其中：)+")
_OF_WHICH = re.compile(r"^(?:of which |Less: )")
PRIOR = "__prior"

#: What the columns of the evaluator hold; anything beyond is a mistake of whoever gave it.
_MOST = {FactType.MONEY: 10**16, FactType.NUMBER: 10**18, FactType.INTEGER: 2**63}

SCORE, SCALE, LIMIT, POLICY = "score", "grade", "limit", "policy"


class UnknownFact(BadInput):
    """A fact that the catalogue does not have. Data: `name`."""

    code = "fact_unknown"
    zh = "目录中没有事实“{name}”"
    en = "The catalogue has no fact “{name}”"


class WrongFact(BadInput):
    """A value that does not fit its fact's type. Data: `name`, `value`, `type`."""

    code = "fact_wrong"
    zh = "“{name}”的值“{value}”不是 {type}"
    en = "The value “{value}” of “{name}” is not of type {type}"


def _holds(value: int | float | Decimal, most: int) -> bool:
    return math.isfinite(value) and -most < value < most


def _float(value: Value) -> float | None:
    return float(value) if isinstance(value, float | int | Decimal) else None


@dataclass(frozen=True)
class Assessment:
    """What was decided, from what, by which rules.

    Args:
        facts: the inputs as they were, by name; a fact that is absent was unknown.
        results: every named result of the rules.
        rules_hash: identifies the rules; see `RuleSet.hash`.
    """

    facts: Mapping[str, Value]
    results: Mapping[str, Value]
    rules_hash: str

    @property
    def score(self) -> float | None:
        return self.results.get(SCORE)  # type: ignore[return-value]

    @property
    def grade(self) -> str | None:
        return self.results.get(SCALE)  # type: ignore[return-value]

    @property
    def pd(self) -> float | None:
        return self.results.get("pd_12m")  # type: ignore[return-value]

    @property
    def limit(self) -> Decimal | None:
        return self.results.get("limit_proposed")  # type: ignore[return-value]


@dataclass(frozen=True)
class Contribution:
    """One characteristic of the score. `earned` and `lost` are in points of the total (0–100), weights re-spread."""

    id: str
    zh: str
    en: str
    block: str
    feature: str
    value: Value
    points: float | None
    weight: float
    earned: float | None
    lost: float | None


@dataclass(frozen=True)
class MissingEffect:
    """An unknown characteristic and the score and grade if it turned out worst or best."""

    id: str
    zh: str
    en: str
    weight: float
    score_if_worst: float | None
    score_if_best: float | None
    grade_if_worst: str | None
    grade_if_best: str | None


@dataclass(frozen=True)
class GradeEffect:
    """What the rules would answer were this the grade: PD, proposed limit in 元 (None: no proposal), terms in days."""

    grade: str
    pd_12m: float | None
    limit: Decimal | None
    terms_days: int | None


@dataclass(frozen=True)
class Figure:
    """A ratio, step or model value with its status and the text of the case that applied."""

    id: str
    code: str
    zh: str
    en: str
    value: Value
    unit: str
    status: Status
    note_zh: str = ""
    note_en: str = ""
    group: str = ""
    role: str = ""
    formula: str = ""
    direction: str = ""
    inputs: Mapping[str, Value] = field(default_factory=dict)
    flags: tuple[str, ...] = ()  # AVG_FALLBACK, ANNUALISED


#: An average of opening and closing balance rests on the closing one alone, because the opening one is unknown.
AVG_FALLBACK = "avg_fallback"
#: Flows of a shorter or longer period were brought to twelve months.
ANNUALISED = "annualised"


class Assessor:
    """A rule set made ready once and used for many assessments; safe to share between threads.

    Args:
        rules: default the shipped set.
        memory_limit: what the evaluator may use, in DuckDB's notation.
        threads: for `many`; one assessment always runs on one thread.
    """

    def __init__(
        self,
        rules: RuleSet | None = None,
        catalogue: Catalogue | None = None,
        *,
        memory_limit: str = "1GB",
        threads: int = 2,
    ) -> None:
        self.rules = rules or shipped()
        self.catalogue = catalogue or load_catalogue()
        self.program = Program(self.rules, self.catalogue)
        self._settings = {"memory_limit": memory_limit, "threads": threads}
        self._lock = Lock()

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        # Nothing a rule says can reach a file or the network: the language has no such word, and the door is shut too.
        connection = duckdb.connect(config={"enable_external_access": "false", "threads": 1})
        # For one row, looking for a better plan costs more than any plan: measured, it halves the time.
        connection.execute("PRAGMA disable_optimizer")
        connection.execute("SET lock_configuration = true")
        columns = ", ".join(f'"{name}" {SQL_TYPES[self.catalogue[name].type]}' for name in self.program.inputs)
        connection.execute(f"CREATE TABLE facts ({SUBJECT} BIGINT, {columns})")
        connection.execute(f"PREPARE assess AS {self.program.sql()}")
        return connection

    def one(self, facts: Mapping[str, Value]) -> Assessment:
        """Assess one customer.

        Raises: UnknownFact, WrongFact when the facts are not those of the catalogue.
        """
        known = {name: self._typed(name, value) for name, value in facts.items() if value is not None}
        read = [name for name in self.program.inputs if name in known]
        names = ", ".join(f'"{name}"' for name in [SUBJECT, *read])
        marks = ", ".join("?" for _ in range(len(read) + 1))
        with self._lock:
            connection = self._connection
            connection.execute("DELETE FROM facts")
            connection.execute(f"INSERT INTO facts ({names}) VALUES ({marks})", [1, *(known[name] for name in read)])
            cursor = connection.execute("EXECUTE assess")
            row = cursor.fetchone()
            columns = [column[0] for column in cursor.description or ()]
        assert row is not None
        results = dict(zip(columns, row, strict=True))
        del results[SUBJECT]
        return Assessment(known, results, self.rules.hash)

    def many_sql(self, relation: str, available: Iterable[str], outputs: Sequence[str] | None = None) -> str:
        """The SQL text that assesses a whole relation of facts with a `subject` column, for DuckDB."""
        return self.program.sql(outputs, relation=relation, available=available)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection bounded by this assessor's memory and threads, for `many_sql`."""
        return duckdb.connect(config={**self._settings, "preserve_insertion_order": "false"})

    def _typed(self, name: str, value: Value) -> Value:
        fact = self.catalogue.get(name)
        if fact is None:
            raise UnknownFact(name=name)
        fits: dict[FactType, tuple[type, ...]] = {
            FactType.MONEY: (Decimal, int),
            FactType.NUMBER: (float, int, Decimal),
            FactType.INTEGER: (int,),
            FactType.BOOLEAN: (bool,),
            FactType.TEXT: (str,),
            FactType.DATE: (dt.date,),
        }
        expected = fits[fact.type]
        if not isinstance(value, expected) or (isinstance(value, bool) and fact.type is not FactType.BOOLEAN):
            raise WrongFact(name=name, value=str(value), type=fact.type.value)
        most = _MOST.get(fact.type)
        if most is not None and isinstance(value, int | float | Decimal) and not _holds(value, most):
            zh, en = f"应为绝对值小于 {most:.0e} 的有限数值", f"a finite figure below {most:.0e} is needed"
            raise WrongFact(name=name, value=str(value), type=fact.type.value, detail_zh=zh, detail_en=en)
        return value

    # --- views of one assessment -----------------------------------------------------------------------------------

    def figures(self, assessment: Assessment) -> list[Figure]:
        """Every ratio and derived figure, in the order of the rule set."""
        return [self._figure(form, assessment) for form in self.rules.forms.values() if isinstance(form, Quantity)]

    def limit_steps(self, assessment: Assessment) -> list[Figure]:
        """The steps of the limit proposal with the inputs of each, in order."""
        form = self.rules.forms[LIMIT]
        assert isinstance(form, LimitModel)
        return [self._figure(step, assessment) for step in form.steps]

    def contributions(self, assessment: Assessment) -> list[Contribution]:
        """The characteristics of the score, in order; what is earned sums to the score."""
        card = self._card
        weights = card.weights()
        total = sum(weights.values())
        known = _float(assessment.results[f"{card.id}__known"])
        found = []
        for line in card.characteristics:
            points = _float(assessment.results[f"{card.id}__{line.id}"])
            share = weights[line.id] / (total * known) if known and points is not None else None
            found.append(
                Contribution(
                    line.id, line.zh, line.en, line.block, line.feature, self._value(line.feature, assessment),
                    points, weights[line.id],
                    None if share is None or points is None else share * points,
                    None if share is None or points is None else share * (card.top - points),
                )
            )  # fmt: skip
        return found

    def reasons(self, assessment: Assessment, count: int = 4) -> tuple[list[Contribution], list[Contribution]]:
        """The strongest characteristics for and against: most points above the middle, most points lost."""
        rated = [line for line in self.contributions(assessment) if line.points is not None]
        middle = self._card.top / 2

        def gain(line: Contribution) -> float:
            return line.weight * ((line.points or 0.0) - middle)

        ahead = sorted((c for c in rated if gain(c) > 0), key=lambda c: (-gain(c), -c.weight))
        behind = sorted((c for c in rated if (c.lost or 0) > 0), key=lambda c: (-(c.lost or 0), -c.weight))
        return ahead[:count], behind[:count]

    def missing(self, assessment: Assessment) -> list[MissingEffect]:
        """Unknown characteristics and what each would change, asked of the same rules with its points given."""
        card = self._card
        columns = [f"{card.id}__{line.id}" for line in card.characteristics]
        unknown = [
            line
            for line in card.characteristics
            if assessment.results[f"{card.id}__{line.id}"] is None
            or (line.missing == "penalise" and self._value(line.feature, assessment) is None)
        ]
        if not unknown:
            return []
        outputs = [card.id, SCALE]
        given = [*columns]
        needed = [n for n in self.program.inputs if n in assessment.facts]
        rows: list[list[Value]] = []
        for number, line in enumerate(unknown):
            for best in (0, 1):
                points = {column: assessment.results[column] for column in columns}
                points[f"{card.id}__{line.id}"] = card.top * best
                rows.append([number * 2 + best, *points.values(), *(assessment.facts[name] for name in needed)])
        types = ["BIGINT", *("DOUBLE" for _ in columns), *(SQL_TYPES[self.catalogue[name].type] for name in needed)]
        names = [SUBJECT, *columns, *needed]
        select = ", ".join(f'CAST(? AS {type}) AS "{name}"' for type, name in zip(types, names, strict=True))
        relation = "(" + " UNION ALL ".join(f"SELECT {select}" for _ in rows) + ")"
        sql = self.program.sql(outputs, relation=relation, available=needed, given=given)
        with self._lock:
            answers = self._connection.execute(sql, [value for row in rows for value in row]).fetchall()
        by_number = {answer[0]: answer[1:] for answer in answers}
        weights = card.weights()
        return [
            MissingEffect(
                line.id, line.zh, line.en, weights[line.id],
                by_number[i * 2][0], by_number[i * 2 + 1][0], by_number[i * 2][1], by_number[i * 2 + 1][1],
            )
            for i, line in enumerate(unknown)
        ]  # fmt: skip

    def by_grade(self, assessment: Assessment) -> list[GradeEffect]:
        """What each grade would bring, best first, asked of the same rules with the grade given."""
        rank = f"{SCALE}__rank"
        outputs = [SCALE, "pd_12m", "limit_proposed", "policy_terms_days"]
        needed = [n for n in self.program.inputs if n in assessment.facts]
        columns = [(SUBJECT, "BIGINT"), (rank, "BIGINT")]
        columns += [(name, SQL_TYPES[self.catalogue[name].type]) for name in needed]
        select = ", ".join(f'CAST(? AS {type}) AS "{name}"' for name, type in columns)
        ranks = range(1, len(self.scale.grades) + 1)
        relation = "(" + " UNION ALL ".join(f"SELECT {select}" for _ in ranks) + ")"
        values = [value for i in ranks for value in (i, i, *(assessment.facts[name] for name in needed))]
        sql = self.program.sql(outputs, relation=relation, available=needed, given=[rank])
        with self._lock:
            answers = self._connection.execute(sql, values).fetchall()
        return [GradeEffect(*answer[1:]) for answer in sorted(answers)]

    def caps_in_force(self, assessment: Assessment) -> list[GradeCap]:
        """The caps that apply and hold the grade below what the score alone would give; empty when none does.

        Assessments made before each cap was a result of its own name every cap of that grade.
        """
        by_score, held = (assessment.results.get(f"{SCALE}__{name}") for name in ("by_score", "held"))
        if not isinstance(held, int) or (isinstance(by_score, int) and held <= by_score):
            return []
        return [
            cap
            for cap in self.scale.caps
            if self.scale.rank(cap.grade) == held and assessment.results.get(f"{SCALE}__{cap.id}", True) is True
        ]

    def value(self, name: str, assessment: Assessment) -> Value:
        """The value of a fact, parameter or result; None when it is unknown."""
        return self._value(name, assessment)

    def unit(self, name: str) -> str:
        """What the value of a fact, parameter or result counts: 元, %, 天, x …; empty when nothing."""
        described: Any = self.catalogue.get(name) or self.rules.quantities.get(name) or self.rules.parameters.get(name)
        if described is not None:
            return str(described.unit)
        if name.endswith(PRIOR):
            return self.unit(name.removesuffix(PRIOR))
        return "%" if name == "pd_12m" or name.endswith(("_share", "_probability", "__known")) else ""

    def prior(self, name: str) -> str | None:
        """The name of the same figure one period earlier, None when there is none."""
        if name in self.catalogue:
            return self.catalogue.prior(name)
        before = name + PRIOR
        return before if before in self.program.nodes else None

    def warnings(self, assessment: Assessment) -> list[Warning]:
        """The warnings that fire, the most severe first."""
        fired = [f for f in self.rules.forms.values() if isinstance(f, Warning) and assessment.results[f.id] is True]
        return sorted(fired, key=lambda warning: warning.severity)

    def models(self) -> list[Model]:
        return [form for form in self.rules.forms.values() if isinstance(form, Model)]

    @property
    def card(self) -> Scorecard:
        return self._card

    @property
    def scale(self) -> MasterScale:
        form = self.rules.forms[SCALE]
        assert isinstance(form, MasterScale)
        return form

    @property
    def _card(self) -> Scorecard:
        form = self.rules.forms[SCORE]
        assert isinstance(form, Scorecard)
        return form

    def label(self, name: str) -> tuple[str, str]:
        """Chinese and English label of a fact, parameter or result, without the numbering of a statement's lines."""
        described: Fact | Quantity | Any = (
            self.catalogue.get(name)
            or self.rules.quantities.get(name)
            or self.rules.forms.get(name)
            or self.rules.parameters.get(name)
        )
        if described is not None:
            en = _OF_WHICH.sub("", described.en)
            return _NUMBERING.sub("", described.zh), en[:1].upper() + en[1:]
        return self._derived_label(name)

    def _derived_label(self, name: str) -> tuple[str, str]:
        if name == "pd_12m":
            return "违约概率（12 个月）", "Probability of default, 12 months"
        if name.endswith(PRIOR):
            zh, en = self.label(name.removesuffix(PRIOR))
            return f"{zh}（上年）", f"{en} (prior year)"
        for form in self.rules.forms.values():
            if isinstance(form, DecisionTable) and name in {f"{form.id}_{output}" for output in form.outputs}:
                return form.zh, form.en
        owner = self.rules.forms.get(name.partition("__")[0])
        if isinstance(owner, Scorecard):
            for line in owner.characteristics:
                if name == f"{owner.id}__{line.id}":
                    return f"{line.zh}（得分）", f"{line.en} (points)"
        return name, name

    def _value(self, name: str, assessment: Assessment) -> Value:
        if name in assessment.results:
            return assessment.results[name]
        if name in self.rules.parameters:
            return self.rules.parameters[name].value
        return assessment.facts.get(name)

    def _figure(self, quantity: Quantity, assessment: Assessment) -> Figure:
        status, case = quantity.status(assessment.results[f"{quantity.id}__s"])  # type: ignore[arg-type]
        reads = sorted(self.program.nodes[quantity.id].reads | self.program.parameters_of(quantity.id))
        return Figure(
            id=quantity.id,
            code=quantity.code,
            zh=quantity.zh,
            en=quantity.en,
            value=assessment.results[quantity.id],
            unit=quantity.unit,
            status=status,
            note_zh=case.zh if case else "",
            note_en=case.en if case else "",
            group=quantity.group,
            role=quantity.role,
            formula=quantity.formula,
            direction=quantity.direction,
            inputs={name: self._value(name, assessment) for name in reads},
            flags=self._flags(quantity.id, assessment),
        )

    def _flags(self, name: str, assessment: Assessment) -> tuple[str, ...]:
        if assessment.results.get(name) is None:
            return ()
        openings, flows = self._rests_on[name]
        found = [AVG_FALLBACK] if any(self._value(opening, assessment) is None for opening in openings) else []
        if assessment.facts.get("annualised") is True and any(flow in assessment.facts for flow in flows):
            found.append(ANNUALISED)
        return tuple(found)

    @cached_property
    def _rests_on(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """For each figure the opening balances it averages with, and the flows of a period it reads."""
        flows = {code for code in LINES if is_flow(code)}
        found = {}
        for name in self.rules.quantities:
            reads = {read for node in self.program.closure([name]) for read in self.program.nodes[node].reads}
            found[name] = self.program.averaged_with(name), frozenset(reads & flows)
        return found
