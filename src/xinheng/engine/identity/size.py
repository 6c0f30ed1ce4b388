"""Size class of an enterprise by the statistical rules of 2017.

The rules are data (`engine/models/size_classes_2017.toml`): for each industry a scope of code prefixes, and for each
indicator the lowest value that still belongs to a class. A company's class is the lowest of the classes of its single
indicators; one indicator below the bound of small makes it micro.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from ..errors import DefinitionError, InvalidIndicator
from .industries import industry

RULES_2017 = "size_classes_2017"


class SizeClass(StrEnum):
    """Size classes, the largest first."""

    LARGE = "large"  # 大型
    MEDIUM = "medium"  # 中型
    SMALL = "small"  # 小型
    MICRO = "micro"  # 微型


class SizeStatus(StrEnum):
    """How the class was come by."""

    OK = "ok"  # every indicator of the industry is known
    MISSING_INPUT = "missing_input"  # an indicator is unknown, or the industry is stated too coarsely
    NOT_APPLICABLE = "not_applicable"  # the rules do not cover the industry


_ORDER = tuple(SizeClass)


@dataclass(frozen=True, slots=True)
class IndicatorClass:
    """One indicator, its value in persons or 元 (None = unknown), and the class that it alone would give."""

    indicator: str
    value: Decimal | None
    size_class: SizeClass | None


@dataclass(frozen=True, slots=True)
class SizeResult:
    """The class, or what kept it from being found.

    Attributes:
        size_class: None unless the status is ok.
        per_indicator: the industry's indicators in the order of the rules.
        best_possible: with an indicator missing, the highest class that the known ones allow; None if none is known.
        industry_rule: id of the industry in the rules, None where none applies.
        missing: names of what is missing; `industry_group` when the code must name its group.
        rules: id and version of the rule set.
    """

    size_class: SizeClass | None
    status: SizeStatus
    per_indicator: tuple[IndicatorClass, ...] = ()
    best_possible: SizeClass | None = None
    industry_rule: str | None = None
    missing: tuple[str, ...] = ()
    rules: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class IndustryRule:
    """One industry of the rules; `bounds` holds, per indicator, the lowest values of large, medium and small."""

    id: str
    zh: str
    en: str
    scope: tuple[str, ...]
    bounds: dict[str, tuple[Decimal, Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class SizeRules:
    """A version of the rules. Bounds are in persons and 元, converted from the units of the table by its factors."""

    id: str
    version: str
    valid_from: date
    valid_to: date | None
    source: str
    industries: tuple[IndustryRule, ...]
    not_covered: tuple[str, ...]


@lru_cache(maxsize=4)
def size_rules(name: str = RULES_2017) -> SizeRules:
    """Load a version of the rules. Raises DefinitionError where its bounds do not fall from class to class."""
    data = tomllib.loads((files("xinheng.engine.models") / f"{name}.toml").read_text(encoding="utf-8"))
    factors = {key: Decimal(entry["factor"]) for key, entry in data["indicators"].items()}
    return SizeRules(
        id=data["id"],
        version=data["version"],
        valid_from=data["valid_from"],
        valid_to=data.get("valid_to"),
        source=data["source"],
        industries=tuple(_rule(name, entry, factors) for entry in data["industries"]),
        not_covered=tuple(data["not_covered"]),
    )


def _rule(source: str, entry: dict[str, Any], factors: dict[str, Decimal]) -> IndustryRule:
    bounds: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
    for indicator, factor in factors.items():
        if indicator in entry:
            large, medium, small = (Decimal(entry[indicator][name]) * factor for name in ("large", "medium", "small"))
            if not large > medium > small > 0:
                where = f"{source}: {entry['id']}.{indicator}"
                raise DefinitionError(source=where, detail_zh="界限未逐级递减", detail_en="bounds do not fall")
            bounds[indicator] = (large, medium, small)
    return IndustryRule(entry["id"], entry["zh"], entry["en"], tuple(entry["scope"]), bounds)


def size_class(
    industry_code: str,
    employees: int | None,
    revenue: Decimal | None,
    total_assets: Decimal | None,
    *,
    rules: str = RULES_2017,
) -> SizeResult:
    """The size class of an enterprise.

    Args:
        industry_code: GB/T 4754-2017, any form that `industries.industry` takes.
        employees: persons at the end of the period.
        revenue: of the year, in 元.
        total_assets: at the end of the period, in 元.
    Returns: the class with its status; an unknown indicator is never taken as 0.
    Raises: InvalidIndustryCode; InvalidIndicator for a negative number of employees or of total assets, or NaN.
    Source: 国统字〔2017〕213号.
    """
    version = size_rules(rules)
    stamp = (version.id, version.version)
    code = industry(industry_code).code
    values: dict[str, Decimal | None] = {
        "employees": _usable("employees", None if employees is None else Decimal(employees), lowest=Decimal(0)),
        "revenue": _usable("revenue", revenue, lowest=None),
        "total_assets": _usable("total_assets", total_assets, lowest=Decimal(0)),
    }
    rule = next((rule for rule in version.industries if code.startswith(rule.scope)), None)
    if rule is None:
        # G59 holds cargo handling (transport) and storage: without its group nobody can say which rule applies.
        covered_below = any(prefix.startswith(code) for entry in version.industries for prefix in entry.scope)
        if covered_below and not code.startswith(version.not_covered):
            return SizeResult(None, SizeStatus.MISSING_INPUT, missing=("industry_group",), rules=stamp)
        return SizeResult(None, SizeStatus.NOT_APPLICABLE, rules=stamp)

    single = tuple(
        IndicatorClass(name, values[name], None if (value := values[name]) is None else _class_of(value, bounds))
        for name, bounds in rule.bounds.items()
    )
    known = [entry.size_class for entry in single if entry.size_class is not None]
    lowest = max(known, key=_ORDER.index) if known else None
    missing = tuple(entry.indicator for entry in single if entry.size_class is None)
    if missing:
        return SizeResult(None, SizeStatus.MISSING_INPUT, single, lowest, rule.id, missing, stamp)
    return SizeResult(lowest, SizeStatus.OK, single, lowest, rule.id, (), stamp)


def _class_of(value: Decimal, bounds: tuple[Decimal, Decimal, Decimal]) -> SizeClass:
    for name, bound in zip(_ORDER, bounds, strict=False):
        if value >= bound:
            return name
    return SizeClass.MICRO


def _usable(indicator: str, value: Decimal | None, *, lowest: Decimal | None) -> Decimal | None:
    if value is not None and (not value.is_finite() or (lowest is not None and value < lowest)):
        raise InvalidIndicator(indicator=indicator, value=str(value))
    return value
