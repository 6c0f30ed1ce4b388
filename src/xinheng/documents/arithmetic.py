"""The arithmetic of one step as a reader follows it: figures put in, or why there is no figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from xinheng.documents.words import Language, inside, joined, name, operand, say, term
from xinheng.engine.assessment import Assessment, Assessor, Figure, Value
from xinheng.engine.rules.wording import in_figures

Expr = Any  # sqlglot's expressions; its own types are skipped by the type check


def arithmetic(runner: Assessor, answer: Assessment, step: Figure, language: Language) -> str:
    """One line: the step's formula with its figures, the case that applied instead, or what is lacking."""
    if note := name(step, language, "note"):
        return note
    formula = step.formula
    if formula in runner.rules.quantities:  # a step that takes a figure over: tell how that one came about
        taken = next((figure for figure in runner.figures(answer) if figure.id == formula), None)
        if taken is not None:
            return arithmetic(runner, answer, taken, language)

    def value(of: str) -> Value:
        return runner.value(of, answer)

    tree = sqlglot.parse_one(formula, read="duckdb")
    if isinstance(tree, exp.Case):
        tree = _taken(tree, value)
        formula = tree.sql("duckdb")
    if step.value is None:
        labels = [inside(runner.label(of)[language == "en"], language) for of in _lacking(tree, value)]
        return say("lacks", language, what=joined(labels, language)) if labels else say("not_applicable", language)

    def shown(of: str) -> str | None:
        found = value(of)
        return None if found is None else operand(found, runner.unit(of), language)

    return in_figures(formula, shown, runner.prior, language, term=lambda code: term(code, language))


def _taken(case: Expr, value: Callable[[str], Value]) -> Expr:
    """The branch that applied, told from its condition with the values put in; the whole where that does not tell."""
    for branch in case.args["ifs"]:
        held = simplify(branch.this.copy().transform(lambda node: _known(node, value)), dialect="duckdb")
        if not isinstance(held, exp.Boolean | exp.Null):
            return case
        if isinstance(held, exp.Boolean) and held.this:
            return branch.args["true"]
    return case.args.get("default") or case


def _known(node: Expr, value: Callable[[str], Value]) -> Expr:
    return exp.convert(value(node.name)) if isinstance(node, exp.Column) else node


def _lacking(node: Expr, value: Callable[[str], Value]) -> list[str]:
    """The unknown names that keep an expression from having a value, in the order of the formula."""
    if isinstance(node, exp.Column):
        return [node.name] if value(node.name) is None else []
    if isinstance(node, exp.Case):
        return []
    parts = [_lacking(child, value) for child in node.iter_expressions()]
    forgiving = isinstance(node, exp.Coalesce) or (
        isinstance(node, exp.Anonymous) and str(node.this).lower().endswith("_known")
    )
    if forgiving and not all(parts):
        return []
    return list(dict.fromkeys(name for part in parts for name in part))
