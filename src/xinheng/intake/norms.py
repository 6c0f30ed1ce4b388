"""Industry norms from a workbook or a text: one row for each ratio of each group of companies.

The columns are told in `docs/how-to/industry-norms.md`. Every row is checked before anything is handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path

from xinheng.engine import identity
from xinheng.engine.errors import BadInput
from xinheng.engine.identity.industries import IndustryLevel, industries
from xinheng.engine.norms import SHARES, Norm, Origin
from xinheng.engine.notation import parse_percent
from xinheng.engine.rules.forms import Quantity
from xinheng.intake.files import find_table, open_source
from xinheng.intake.kinds import Column, Kind
from xinheng.intake.mapping import mapping_of, propose
from xinheng.intake.rows import ParsedRow, RowError, read_rows

_NAMES = {share: f"p{round(share * 100):02d}" for share in SHARES}
_REQUIRED = ("p25", "p50", "p75")
_ALIASES = {
    "p25": ("25分位", "下四分位", "下四分位数", "q1", "25%"),
    "p50": ("50分位", "中位数", "中值", "median", "q2", "50%"),
    "p75": ("75分位", "上四分位", "上四分位数", "q3", "75%"),
}
_SIZES: dict[str, tuple[str, ...]] = {"large": ("大型",), "medium": ("中型",), "small": ("小型",), "micro": ("微型",)}
_ALL = frozenset(("全部", "全部行业", "所有行业", "全行业", "all", "all industries"))
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")

KIND = Kind(
    key="norms",
    zh="行业参照值",
    en="Industry norms",
    columns=(
        Column("industry", "行业", "Industry", "text", required=True,
               aliases=("行业代码", "门类", "大类", "industry code")),
        Column("size_class", "规模", "Size class", "choice", aliases=("企业规模", "size"), choices=_SIZES),
        Column("ratio", "比率", "Ratio", "text", required=True, aliases=("指标", "指标代码", "比率代码", "ratio code")),
        Column("n", "家数", "Companies", "int", required=True, least=1, greatest=100_000_000,
               aliases=("企业数", "样本数", "n", "count")),
        *(
            Column(name, f"{round(share * 100)}分位数", f"percentile {round(share * 100)}", "text",
                   required=name in _REQUIRED, aliases=(f"{round(share * 100)}分位", f"P{round(share * 100)}",
                                                        *_ALIASES.get(name, ())))
            for share, name in _NAMES.items()
        ),
        Column("source", "来源", "Source", "text", required=True, most=100, aliases=("资料来源", "出处")),
        Column("period", "期间", "Period", "text", required=True, most=20, aliases=("年度", "年份", "year")),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class NormFile:
    """What a file holds: its norms with the rows they stand in, and everything that is wrong. Rows count all read."""

    rows: int
    norms: tuple[tuple[int, Norm], ...]
    errors: tuple[RowError, ...]


def read_norms(path: Path, ratios: Mapping[str, Quantity], name: str = "") -> NormFile:
    """Read and check a file of norms.

    Args:
        ratios: those that companies are compared by, by id (`engine.norms.comparable`).
        name: what the giver called the file.
    Raises: a subclass of FileError where the file as a whole cannot be used.
    """
    table = find_table(open_source(path, name), KIND)
    mapping = mapping_of(propose(KIND, table.headers))
    named = _named(ratios)
    count = 0
    norms: list[tuple[int, Norm]] = []
    errors: list[RowError] = []
    seen: dict[tuple[str, ...], int] = {}
    for result in read_rows(table, KIND, mapping):
        count += 1
        if not isinstance(result, ParsedRow):
            errors.extend(result)
            continue
        found = _norm(result, ratios, named)
        if not isinstance(found, Norm):
            errors.extend(found)
            continue
        key = (found.ratio, found.industry, found.size_class, found.source, found.period)
        if key in seen:
            errors.append(
                RowError(
                    result.row, "ratio", str(result.values["ratio"]), "norm_twice",
                    f"与第 {seen[key]} 行是同一比率、行业、规模、来源和期间",
                    f"row {seen[key]} has the same ratio, industry, size class, source and period",
                    "每组只留一行", "one row for each group",
                )
            )  # fmt: skip
            continue
        seen[key] = result.row
        norms.append((result.row, found))
    return NormFile(count, tuple(norms), tuple(errors))


def _named(ratios: Mapping[str, Quantity]) -> dict[str, str]:
    """Every way to write a ratio → its id: id, code, Chinese and English name."""
    return {
        text.lower().replace(" ", ""): ratio.id
        for ratio in ratios.values()
        for text in (ratio.id, ratio.code, ratio.zh, ratio.en)
        if text
    }


def _norm(parsed: ParsedRow, ratios: Mapping[str, Quantity], named: Mapping[str, str]) -> Norm | list[RowError]:
    values, errors = parsed.values, list[RowError]()

    def refuse(column: str, code: str, zh: str, en: str, accepted_zh: str, accepted_en: str) -> None:
        text = str(values[column] or "")[:200]
        errors.append(RowError(parsed.row, column, text, code, zh, en, accepted_zh, accepted_en))

    ratio = named.get(str(values["ratio"]).lower().replace(" ", ""))
    if ratio is None:
        refuse("ratio", "ratio_unknown", "没有这个比率", "there is no such ratio to compare by",
               "代码或名称，例如 L1、流动比率、D1；全部可用的比率见“规则 › 行业参照值”",
               "a code or name such as L1, current ratio, D1; the norms page lists all of them")  # fmt: skip
    industry = _industry(str(values["industry"]))
    if industry is None:
        refuse("industry", "norm_industry", "不是门类或大类", "not a section or division",
               "GB/T 4754-2017 门类或大类的代码或名称，例如 C、C35、制造业；全部行业填“全部”",
               "a section or division of GB/T 4754-2017 such as C, C35, 制造业; all for all industries")  # fmt: skip
    quantiles: list[tuple[float, float]] = []
    unit = ratios[ratio].unit if ratio else ""
    for share, name in _NAMES.items():
        text = str(values[name] or "").strip()
        if not text:
            continue
        value = _value(text, unit)
        if value is None:
            refuse(name, "norm_value", "不是数值", "not a number", *_written(unit))
        elif quantiles and value < quantiles[-1][1]:
            before = _NAMES[quantiles[-1][0]]
            refuse(name, "norm_descends", f"小于 {before}", f"it is below {before}",
                   "分位数应从小到大", "percentiles ascend")  # fmt: skip
        else:
            quantiles.append((share, value))
    if errors or ratio is None or industry is None:
        return errors
    return Norm(
        ratio, industry, str(values["size_class"] or ""), int(str(values["n"])), tuple(quantiles), Origin.REFERENCE,
        str(values["source"]), str(values["period"]),
    )  # fmt: skip


def _industry(text: str) -> str | None:
    """The code of a section or division, "" for all industries, None for anything else."""
    word = text.strip()
    if word.lower() in _ALL:
        return ""
    for level in (IndustryLevel.SECTION, IndustryLevel.DIVISION):
        named = next((found.code for found in industries(level) if found.zh == word), None)
        if named:
            return named
    try:
        found = identity.industry(word.split(" ")[0])
    except BadInput:
        return None
    return found.code if found.level in (IndustryLevel.SECTION, IndustryLevel.DIVISION) else None


def _value(text: str, unit: str) -> float | None:
    """A quantile as the rules store it; a percentage is written as such, 50 or 50%."""
    try:
        if unit == "%":
            share = parse_percent(text, bare="percent")
            number = None if share is None else float(share)
        elif _NUMBER.fullmatch(text):
            number = float(Decimal(text.replace(",", "")))
        else:
            return None
    except (BadInput, InvalidOperation):
        return None
    return number if number is not None and isfinite(number) else None


def _written(unit: str) -> tuple[str, str]:
    if unit == "%":
        return "百分数，例如 50 或 50%", "a percentage such as 50 or 50%"
    return f"数值，例如 1.25（单位：{unit}）", f"a number such as 1.25 (unit: {unit})"


def template_rows(ratios: Iterable[Quantity]) -> list[tuple[str, ...]]:
    """Header and one example row for each of some ratios, as a person would fill the table in."""
    header = tuple(column.zh for column in KIND.columns)
    return [header, *(("C35", "", ratio.code or ratio.id, *("" for _ in header[3:])) for ratio in ratios)]
