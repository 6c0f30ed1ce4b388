"""The catalogue of facts: everything a rule may read, each with labels, unit, source and what unknown means."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

from xinheng.engine.errors import DefinitionError


class FactType(StrEnum):
    """How a fact is stored; the SQL types are those of DuckDB, PostgreSQL has an equal one for each."""

    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"
    DATE = "date"


SQL_TYPES: Mapping[FactType, str] = {
    FactType.MONEY: "DECIMAL(18,2)",
    FactType.NUMBER: "DOUBLE",
    FactType.INTEGER: "BIGINT",
    FactType.BOOLEAN: "BOOLEAN",
    FactType.TEXT: "VARCHAR",
    FactType.DATE: "DATE",
}


@dataclass(frozen=True)
class Fact:
    """One named input of the rules.

    Args:
        name: lower-case ASCII, as expressions write it.
        unit: what the number counts (元, days, share …), empty for text.
        source: where it comes from (statement, receivables, file, register, rating by a person, order).
    """

    name: str
    type: FactType
    zh: str
    en: str
    unit: str = ""
    source: str = ""
    base: str = ""  # the fact of the current period when this is a prior one
    periods_back: int = 0


class Catalogue(Mapping[str, Fact]):
    """Facts by name."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._facts: dict[str, Fact] = {}
        for fact in facts:
            if fact.name in self._facts:
                raise DefinitionError(source=fact.name, detail_zh="事实重复定义", detail_en="the fact is defined twice")
            self._facts[fact.name] = fact

    def __getitem__(self, name: str) -> Fact:
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def prior(self, name: str) -> str | None:
        """The same line one period earlier, where the catalogue has it."""
        fact = self._facts[name]
        back = fact.periods_back + 1
        candidate = f"{fact.base or fact.name}_prior" + ("" if back == 1 else str(back))
        return candidate if candidate in self._facts else None


PERIODS = (("", "", ""), ("_prior", "（上年）", " (prior year)"), ("_prior2", "（前年）", " (two years before)"))


def _read(name: str) -> dict[str, list[dict[str, str]]]:
    return tomllib.loads(files("xinheng.engine.models").joinpath(name).read_text("utf-8"))


def load_catalogue() -> Catalogue:
    """The shipped catalogue: statement lines for three periods, payment behaviour, the customer's file, one order."""
    facts: list[Fact] = []
    for line in _read("statement_lines.toml")["line"]:
        for back, (suffix, zh, en) in enumerate(PERIODS):
            facts.append(
                Fact(
                    name=line["code"] + suffix,
                    type=FactType.MONEY,
                    zh=line["zh"] + zh,
                    en=line["en"] + en,
                    unit="元",
                    source="statement",
                    base=line["code"] if back else "",
                    periods_back=back,
                )
            )
    for name in ("facts_behaviour.toml", "facts.toml"):
        for row in _read(name)["fact"]:
            facts.append(Fact(**{**row, "type": FactType(row["type"])}))  # type: ignore[arg-type]
    return Catalogue(facts)
