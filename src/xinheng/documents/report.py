"""Everything that a document says of one assessment, gathered once; no text is laid out here.

A pure function of the engine's results: the command line makes reports from files, the server may make them from what
it keeps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng.documents.arithmetic import arithmetic
from xinheng.documents.words import DASH, Language, figure, inside, joined, money_in_words, name, points, say, term
from xinheng.engine.assessment import Assessment, Assessor, Contribution, Figure, MissingEffect
from xinheng.engine.rules.forms import Grade, GradeCap, Model, Warning, Zone
from xinheng.engine.rules.wording import in_words
from xinheng.engine.statements import Finding


@dataclass(frozen=True)
class Subject:
    """Whom the assessment is of, and how much was read of it.

    Args:
        name: as the customer file writes it.
        reference: the number by which the files know the company, "" where that is its name.
        identifier: unified social credit code.
        industry: its code and name in both languages, ("", "") when unknown.
        periods: ends of the statements' periods, newest first.
        invoices, payments: how many were read.
    """

    name: str
    reference: str = ""
    identifier: str = ""
    industry: tuple[str, str] = ("", "")
    size_class: str = ""
    periods: tuple[dt.date, ...] = ()
    invoices: int = 0
    payments: int = 0


@dataclass(frozen=True)
class ModelResult:
    """A reference model's value (None: not applicable or an input is unknown), its zone and its probability."""

    model: Model
    value: float | None
    zone: Zone | None
    probability: float | None


@dataclass(frozen=True)
class Report:
    """One assessment as documents show it; see `report`."""

    subject: Subject
    as_of: dt.date
    runner: Assessor
    answer: Assessment
    grade: Grade | None
    contributions: tuple[Contribution, ...]
    ahead: tuple[Contribution, ...]
    behind: tuple[Contribution, ...]
    missing: tuple[MissingEffect, ...]
    warnings: tuple[Warning, ...]
    caps: tuple[GradeCap, ...]
    findings: tuple[Finding, ...]
    steps: tuple[Figure, ...]
    binding: str
    figures: tuple[Figure, ...]
    models: tuple[ModelResult, ...]

    @property
    def terms_days(self) -> int | None:
        """Days of credit that the policy gives the grade."""
        days = self.answer.results.get("policy_terms_days")
        return days if isinstance(days, int) else None

    def policy(self, language: Language) -> str:
        """The policy's words for the grade, "" without one."""
        row = self.answer.results.get("policy_row")
        form = self.runner.rules.forms["policy"]
        return name(form.rows[row - 1], language) if isinstance(row, int) else ""  # type: ignore[union-attr]

    def binding_name(self, language: Language) -> str:
        """The step that decides the proposed limit, "" without a proposal."""
        return self.runner.label(self.binding)[language == "en"] if self.binding else ""

    def block_name(self, block: str, language: Language) -> str:
        found = next((row for row in self.runner.card.blocks if row.id == block), None)
        return name(found, language) if found else block

    def value_of(self, line: Contribution, language: Language) -> str:
        """A characteristic's value as people read it; of one that is judged by rows, the row that applied."""
        rows = next((row.rows for row in self.runner.card.characteristics if row.id == line.id), ())
        if rows and line.points is not None:
            return next((name(row, language) for row in rows if row.points == line.points), DASH)
        unit = self.runner.unit(line.feature)
        if unit == "元" and isinstance(line.value, Decimal):
            return money_in_words(line.value, language)
        return figure(line.value, unit, language)

    def arithmetic(self, step: Figure, language: Language) -> str:
        """The step's formula with its figures put in, or why there is none."""
        return arithmetic(self.runner, self.answer, step, language)

    def formula(self, row: Figure, language: Language) -> str:
        """The formula of a ratio or step with the labels of its inputs."""

        def label(of: str) -> str:
            return self.runner.label(of)[language == "en"]

        return in_words(row.formula, label, language, term=lambda code: term(code, language))

    def sentence(self, language: Language) -> str:
        """The result in one sentence, followed by the caps that hold the grade down."""
        answer, grade = self.answer, self.grade
        if grade is None:
            return say("unrated", language, "sentences")
        if answer.score is None or grade.pd >= 1:
            told = say("event", language, "sentences", grade=grade.grade, word=name(grade, language))
        else:
            told = say(
                "rated", language, "sentences",
                score=points(answer.score), grade=grade.grade, word=name(grade, language),
            )  # fmt: skip
            told += self._strongest(language) + self._proposal(language)
        return told + "".join(say("cap", language, "sentences", cap=name(cap, language)) for cap in self.caps)

    def _strongest(self, language: Language) -> str:
        data = {
            key: inside(name(rows[0], language), language)
            for key, rows in (("ahead", self.ahead), ("behind", self.behind))
            if rows
        }
        if not data:
            return ""
        key = "both" if len(data) == 2 else "only_for" if "ahead" in data else "only_against"
        return say(key, language, "sentences", **data)

    def _proposal(self, language: Language) -> str:
        limit = self.answer.limit
        if limit is None or limit == 0:
            return say("no_credit", language, "sentences")
        return say(
            "proposal", language, "sentences",
            limit=money_in_words(Decimal(limit), language),
            binding=inside(self.binding_name(language), language),
            days=self.terms_days,
        )  # fmt: skip

    def names_of(self, rows: Sequence[object], language: Language) -> str:
        """Names of rules or characteristics as a list, "" for none."""
        return joined([name(row, language) for row in rows], language)


def report(
    runner: Assessor,
    answer: Assessment,
    subject: Subject,
    as_of: dt.date,
    findings: Sequence[Finding] = (),
) -> Report:
    """Gather what documents show of an assessment.

    What is missing is ordered by its weight, the heaviest first.

    Args:
        runner: the rules that made the answer.
        findings: identities of the newest statement that do not hold.
    """
    ahead, behind = runner.reasons(answer)
    binding = answer.results.get("limit_binding") if answer.limit is not None else None
    return Report(
        subject=subject,
        as_of=as_of,
        runner=runner,
        answer=answer,
        grade=next((row for row in runner.scale.grades if row.grade == answer.grade), None),
        contributions=tuple(runner.contributions(answer)),
        ahead=tuple(ahead),
        behind=tuple(behind),
        missing=tuple(sorted(runner.missing(answer), key=lambda effect: -effect.weight)),
        warnings=tuple(runner.warnings(answer)),
        caps=tuple(runner.caps_in_force(answer)),
        findings=tuple(findings),
        steps=tuple(runner.limit_steps(answer)),
        binding=str(binding or ""),
        figures=tuple(runner.figures(answer)),
        models=tuple(_model(model, answer) for model in runner.models()),
    )


def _model(model: Model, answer: Assessment) -> ModelResult:
    value, probability = (answer.results.get(key) for key in (model.id, f"{model.id}_probability"))
    zone = answer.results.get(f"{model.id}_zone")
    return ModelResult(
        model,
        value if isinstance(value, float) else None,
        next((row for row in model.zones if row.zone == zone), None),
        probability if isinstance(probability, float) else None,
    )
