"""Rule documents as a page shows them: every form in words, and every example worked by the engine that is in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import duckdb

from xinheng.engine.assessment import Assessor
from xinheng.engine.errors import Language
from xinheng.engine.rules.examples import Answer, Example, example_facts, work
from xinheng.engine.rules.forms import (
    Case,
    Characteristic,
    DecisionTable,
    Efficacy,
    Form,
    GateRule,
    LimitModel,
    MasterScale,
    Model,
    Quantity,
    Scorecard,
    Warning,
)
from xinheng.engine.rules.registration import UNITS
from xinheng.engine.rules.ruleset import GATE_DOCUMENTS, shipped
from xinheng.engine.rules.wording import in_words
from xinheng.server.assessment.services import assessor
from xinheng.server.assessment.wording import term

SUFFIX = ".toml"
KINDS: tuple[tuple[type, str], ...] = (
    (Quantity, "quantity"), (Scorecard, "scorecard"), (Model, "model"), (DecisionTable, "table"),
    (MasterScale, "scale"), (LimitModel, "limit"), (Warning, "warning"), (GateRule, "gate"), (Efficacy, "efficacy"),
)  # fmt: skip


@cache
def gate_assessor() -> Assessor:
    return Assessor(shipped(GATE_DOCUMENTS))


def runner_of(document: str) -> Assessor | None:
    """The rule set that a document belongs to, None when there is no such document."""
    name = document + SUFFIX
    return next((runner for runner in (assessor(), gate_assessor()) if name in runner.rules.documents), None)


@dataclass(frozen=True)
class RuleReader:
    """One rule set in one language."""

    runner: Assessor
    language: Language

    def documents(self) -> list[dict[str, Any]]:
        """Every document: title, version, source, and what it holds."""
        rules = self.runner.rules
        return [
            {
                "slug": name.removesuffix(SUFFIX), "title": heading.get(self.language, name), "heading": heading,
                "use": heading.get(f"limits_of_use_{self.language}", ""), "forms": len(self.forms(name)),
                "examples": len(rules.examples_of(name)),
            }
            for name, heading in rules.headings.items()
        ]  # fmt: skip

    def forms(self, name: str) -> list[Form]:
        return [form for form in self.runner.rules.forms.values() if self.runner.rules.document_of(form.id) == name]

    def sections(self, name: str) -> list[dict[str, Any]]:
        """The forms of a document in order; figures and warnings stand together in one table."""
        found: list[dict[str, Any]] = []
        for form in self.forms(name):
            kind = next(kind for type, kind in KINDS if isinstance(form, type))
            told = {"form": form, "kind": kind, "label": self.pick(form), "about": self.about(form)}
            told |= getattr(self, f"_{kind}")(form)
            if kind in ("quantity", "warning") and found and found[-1]["kind"] == kind:
                found[-1]["rows"].append(told)
            else:
                found.append(told | {"rows": [told]})
        return found

    def parameters(self, name: str) -> list[dict[str, Any]]:
        text = self.runner.rules.documents[name]
        return [
            {"parameter": row, "label": self.pick(row), "unit": self.unit(row.unit)}
            for row in self.runner.rules.parameters.values()
            if f'name = "{row.name}"' in text
        ]

    def examples(self, name: str) -> list[dict[str, Any]]:
        """The worked examples with what the engine answers now."""
        answers = _worked(self.runner, name)
        return [
            {
                "example": example, "label": self.pick(example),
                "facts": self._facts(example),
                "answers": [
                    {"label": self.label(answer.name), "answer": answer,
                     "expected": self.value(answer.name, answer.expected),
                     "actual": self.value(answer.name, answer.actual)}
                    for answer in answers[example.id]
                ],
            }
            for example in self.runner.rules.examples_of(name)
        ]  # fmt: skip

    # --- words -----------------------------------------------------------------------------------------------------

    def pick(self, row: Any) -> str:
        return str(getattr(row, self.language))

    def about(self, row: Any) -> str:
        return str(getattr(row, f"description_{self.language}", ""))

    def label(self, name: str) -> str:
        return self.runner.label(name)[self.language == "en"]

    def words(self, expression: str) -> str:
        return in_words(expression, self.label, self.language, term=term) if expression else ""

    def unit(self, unit: str) -> str:
        return UNITS[unit][self.language == "en"] if unit in UNITS else unit

    def value(self, name: str, value: Any) -> str:
        """A figure as it is read: shares in percent, amounts in 元 with separators."""
        if value is None or value == "unknown":
            return "—"
        if isinstance(value, bool):
            return ("是" if value else "否") if self.language == "zh" else ("yes" if value else "no")
        if not isinstance(value, int | float | Decimal):
            return term(str(value))
        unit = self.runner.unit(name)
        if unit == "%":
            return f"{float(value) * 100:,.4f}".rstrip("0").rstrip(".") + "%"
        text = f"{float(value):,.6f}".rstrip("0").rstrip(".")
        return f"{text} {self.unit(unit)}" if unit and unit not in ("–", "x") else text

    def _facts(self, example: Example) -> list[dict[str, str]]:
        facts = example_facts(example, self.runner.catalogue)
        stated = [name for name in example.facts if name in facts]
        unknown = [name for name in example.facts if name not in facts]
        rows = [{"label": self.label(name), "value": self.value(name, facts[name])} for name in stated]
        rows += [{"label": self.label(name), "value": "—"} for name in unknown]
        money = [name for name in example.given if self.runner.program.nodes[name].type == "money"]
        for name, value in example.given.items():
            amount = value * example.money_unit if name in money else value
            rows.append({"label": self.label(name), "value": self.value(name, amount)})
        return rows

    def _cases(self, cases: Iterable[Case]) -> list[dict[str, str]]:
        return [
            {"when": self.words(case.when), "status": case.status, "score": case.score, "note": self.pick(case),
             "value": self.words(case.value)}
            for case in cases
        ]  # fmt: skip

    # --- forms -----------------------------------------------------------------------------------------------------

    def _quantity(self, form: Quantity) -> dict[str, Any]:
        return {"words": self.words(form.formula), "unit": self.unit(form.unit), "cases": self._cases(form.cases)}

    def _scorecard(self, form: Scorecard) -> dict[str, Any]:
        weights = form.weights()
        total = sum(weights.values())
        blocks = [
            {
                "block": block, "label": self.pick(block), "share": block.weight / sum(b.weight for b in form.blocks),
                "scored_when": self.words(block.scored_when),
                "lines": [
                    self._line(line, weights[line.id] / total, form)
                    for line in form.characteristics
                    if line.block == block.id
                ],
            }
            for block in form.blocks
        ]  # fmt: skip
        return {"blocks": blocks}

    def _line(self, line: Characteristic, share: float, card: Scorecard) -> dict[str, Any]:
        quantity = self.runner.rules.quantities.get(line.feature)
        unit = line.unit or self.runner.unit(line.feature)
        percent = unit == "%"
        anchors = [
            {"x": f"{x * 100:g}%" if percent else f"{x:,g}", "points": f"{points:g}"}
            for x, points in sorted(line.anchors)
        ]
        return {
            "line": line, "id": f"{card.id}-{line.id}", "label": self.pick(line), "share": share,
            "about": self.about(line) or (self.about(quantity) if quantity else ""),
            "document": self.runner.rules.document_of(quantity.id).removesuffix(SUFFIX)
            if quantity and quantity.id in self.runner.rules.forms else "",
            "feature": self.label(line.feature), "unit": "" if percent else self.unit(unit),
            "direction": line.direction or (quantity.direction if quantity else ""),
            "anchors": anchors, "trend": [points for _x, points in sorted(line.anchors)],
            "rows": [
                {"when": self.words(row.when), "points": row.points, "label": self.pick(row)} for row in line.rows
            ],
            "caps": [self.pick(cap) for cap in line.caps],
        }  # fmt: skip

    def _model(self, form: Model) -> dict[str, Any]:
        return {
            "terms": [{"term": row, "label": self.pick(row), "words": self.words(row.value)} for row in form.terms],
            "zones": [{"zone": row, "label": self.pick(row)} for row in form.zones],
            "use": getattr(form, f"limits_of_use_{self.language}"),
            "applies": self.words(form.applies),
        }

    def _table(self, form: DecisionTable) -> dict[str, Any]:
        rows = [
            {"when": self.words(row.when), "label": self.pick(row),
             "then": [self._output(form, name, row.then.get(name)) for name in form.outputs]}
            for row in form.rows
        ]  # fmt: skip
        return {"table_rows": rows, "outputs": [name.replace("_", " ") for name in form.outputs]}

    def _output(self, form: DecisionTable, name: str, value: Any) -> str:
        return self.value(f"{form.id}_{name}", value)

    def _scale(self, form: MasterScale) -> dict[str, Any]:
        tops = [100.0, *(row.score_from for row in form.grades)]
        bands = [
            {"grade": row.grade, "from": max(row.score_from, 0), "to": tops[i]}
            for i, row in enumerate(form.grades[:-1])
        ]  # fmt: skip
        return {
            "grades": [
                {"row": row, "label": self.pick(row), "policy": getattr(row, f"policy_{self.language}")}
                for row in form.grades
            ],
            "caps": [{"cap": cap, "label": self.pick(cap), "words": self.words(cap.when)} for cap in form.caps],
            "bands": bands,
        }

    def _limit(self, form: LimitModel) -> dict[str, Any]:
        return {
            "steps": [
                {"step": s, "label": self.pick(s), "about": self.about(s)} | self._quantity(s) for s in form.steps
            ]
        }

    def _warning(self, form: Warning) -> dict[str, Any]:
        return {"words": self.words(form.when), "unit": self.unit(form.unit)}

    def _gate(self, form: GateRule) -> dict[str, Any]:
        return {
            "words": self.words(form.fails_when),
            "actual": self.words(form.actual),
            "limit": self.words(form.limit),
        }

    def _efficacy(self, form: Efficacy) -> dict[str, Any]:
        blocks = [
            {
                "label": self.pick(block), "weight": sum(row.weight for row in block.basic),
                "basic": [{"row": row, "label": self.pick(row)} for row in block.basic],
                "modification": [{"row": row, "label": self.pick(row)} for row in block.modification],
            }
            for block in form.blocks
        ]  # fmt: skip
        return {"efficacy_blocks": blocks, "applies": self.words(form.applies)}


@cache
def _worked(runner: Assessor, name: str) -> dict[str, list[Answer]]:
    """Worked once a process: the same rules and facts give the same answers."""
    with duckdb.connect(config={"enable_external_access": "false", "threads": 1}) as connection:
        connection.execute("PRAGMA disable_optimizer")
        return {example.id: work(example, runner.program, connection) for example in runner.rules.examples_of(name)}
