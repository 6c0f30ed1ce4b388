"""Worked examples: what a document of rules gives for stated facts, kept in the document beside the rules.

An example is asked of the same compiled text as any customer, so it shows that the published figures come out.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from xinheng.engine.rules.catalogue import SQL_TYPES, Catalogue, FactType
from xinheng.engine.rules.language import RuleError

if TYPE_CHECKING:
    import duckdb

    from xinheng.engine.rules.compiler import Program

TOLERANCE = 1e-6
TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Example:
    """Facts and the results they must give.

    Args:
        company: "sample" starts from the statements of the sample company.
        money_unit: 元 in one unit of the amounts written here, 10000 for 万元; facts and expected results alike.
        facts: name → value, on top of the company's.
        given: results that are stated instead of computed.
        expect: result → value; the text "unknown" for a result that must have none.
        tolerance: largest difference taken as equal; published figures are rounded.
    """

    id: str
    zh: str
    en: str
    expect: Mapping[str, Any]
    source: str
    company: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    money_unit: int = 1
    tolerance: float = TOLERANCE


@dataclass(frozen=True)
class Answer:
    """One result of an example: what is expected, what the rules gave, and whether they agree."""

    name: str
    expected: Any
    actual: Any
    agrees: bool


UNKNOWN = "unknown"


@cache
def sample_company() -> Mapping[str, Decimal]:
    """Statement lines of the made-up company of all examples, by fact name, in 元."""
    text = files("xinheng.engine.models").joinpath("sample_company.toml").read_text("utf-8")
    read = tomllib.loads(text, parse_float=Decimal)
    return {
        name + suffix: Decimal(amount) * TEN_THOUSAND
        for part, suffix in (("closing", ""), ("opening", "_prior"))
        for name, amount in read[part].items()
    }


def example_facts(example: Example, catalogue: Catalogue) -> dict[str, Any]:
    """The facts of an example as the catalogue types them. Raises: RuleError on a fact it does not have."""
    facts: dict[str, Any] = {}
    if example.company:
        facts |= {name: amount for name, amount in sample_company().items() if name in catalogue}
        facts |= {"statements_years": 2, "audit_opinion": "unqualified", "unbalanced_findings": 0}
    for name, value in example.facts.items():
        if name not in catalogue:
            raise RuleError(source=example.id, detail_zh=f"没有事实 {name}", detail_en=f"there is no fact {name}")
        facts[name] = _amount(value, example) if catalogue[name].type is FactType.MONEY else value
    return {name: value for name, value in facts.items() if value != UNKNOWN}


def work(example: Example, program: Program, connection: duckdb.DuckDBPyConnection) -> list[Answer]:
    """Ask the rules for what an example expects, in its order."""
    facts = example_facts(example, program.catalogue)
    given = {name: _given(name, value, example, program) for name, value in example.given.items()}
    wanted = list(example.expect)
    reads = [name for name in program.inputs if name in facts]
    types = [SQL_TYPES[program.catalogue[name].type] for name in reads]
    types += [SQL_TYPES[program.nodes[name].type] for name in given]
    names = [*reads, *given]
    listed = "".join(f', CAST(? AS {type}) AS "{name}"' for type, name in zip(types, names, strict=True))
    asked = [name for name in wanted if name not in given]
    sql = program.sql(asked, relation=f"(SELECT 1 AS subject{listed})", available=reads, given=list(given))
    row = connection.execute(sql, [facts[name] for name in reads] + list(given.values())).fetchone()
    assert row is not None
    actual = dict(zip(asked, row[1:], strict=True)) | given
    answers = []
    for name, expected in example.expect.items():
        if expected != UNKNOWN and program.nodes[name].type is FactType.MONEY:
            expected = _amount(expected, example)
        answers.append(Answer(name, expected, actual[name], _agree(expected, actual[name], example.tolerance)))
    return answers


def _given(name: str, value: Any, example: Example, program: Program) -> Any:
    if name not in program.nodes:
        raise RuleError(source=example.id, detail_zh=f"没有结果 {name}", detail_en=f"there is no result {name}")
    return _amount(value, example) if program.nodes[name].type is FactType.MONEY else value


def _amount(value: Any, example: Example) -> Any:
    return Decimal(str(value)) * example.money_unit if isinstance(value, int | float | Decimal) else value


def _agree(expected: Any, actual: Any, tolerance: float) -> bool:
    if expected == UNKNOWN or actual is None:
        return bool(expected == UNKNOWN and actual is None)
    if isinstance(expected, bool | str):
        return bool(expected == actual)
    return math.isclose(float(expected), float(actual), rel_tol=0, abs_tol=tolerance * (1 + 1e-9))


def covered(examples: Iterable[Example]) -> set[str]:
    """The results that some example states."""
    return {name for example in examples for name in example.expect}
