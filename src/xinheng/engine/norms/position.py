"""Which norm a customer is placed in, and where it stands there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

from ..errors import InvalidIndustryCode
from ..identity import industry as industry_of
from .distribution import Edge, Norm, Origin, percentile, safer_than
from .policy import Policy, shipped_policy


class Level(StrEnum):
    """How near the peers are."""

    DIVISION = "division"  # 大类
    SECTION = "section"  # 门类
    ALL = "all"  # 全部行业
    NONE = "none"  # no norm could be used


@dataclass(frozen=True)
class Position:
    """Where one value stands among its peers, or why that is not known.

    Args:
        ratio: id in the rule set; `value` in the unit that the rules store, None when unknown.
        percentile: 0–100, None when unknown; with `edge` below or above it is a bound ("at most", "at least").
        safer_than: share of the peers in % that the value is safer than, by the ratio's direction.
        n, level, industry, size_class, origin, source, period, quantiles: of the norm that was used.
        note_zh, note_en: why there is no percentile, or which nearer groups were passed over and why; empty otherwise.
    """

    ratio: str
    value: float | None
    percentile: float | None = None
    safer_than: float | None = None
    n: int = 0
    level: Level = Level.NONE
    industry: str = ""
    size_class: str = ""
    origin: Origin | None = None
    source: str = ""
    period: str = ""
    edge: Edge = Edge.WITHIN
    quantiles: Mapping[float, float] = field(default_factory=dict)
    note_zh: str = ""
    note_en: str = ""

    @property
    def median(self) -> float | None:
        return self.quantiles.get(0.5)


def place(
    ratio: str,
    value: float | None,
    *,
    direction: str,
    industry: str,
    size_class: str = "",
    norms: Iterable[Norm],
    policy: Policy | None = None,
) -> Position:
    """Place one value among its peers.

    The nearest group with `minimum_n` companies is used: division, section, all industries; within each the customer's
    own size class first; for one group a loaded reference first, then our own book.

    Args:
        value: in the unit that the rules store; None when unknown.
        direction: higher, lower or band, as the rules say what is safer.
        industry: the customer's GB/T 4754 code at any level, empty when unknown.
        norms: those of this ratio; of two for the same group and origin the first is taken.
    """
    policy = policy or shipped_policy()
    if value is None or not isfinite(value):
        return Position(ratio, None, note_zh="数值未知，无法比较", note_en="The value is unknown, nothing to compare")
    known: dict[tuple[str, str, Origin], Norm] = {}
    for norm in norms:
        if norm.ratio == ratio:
            known.setdefault((norm.industry, norm.size_class, norm.origin), norm)
    passed_zh: list[str] = []
    passed_en: list[str] = []
    for level, code in _levels(industry):
        for size in dict.fromkeys((size_class, "")):
            for origin in (Origin.REFERENCE, Origin.BOOK):
                found = known.get((code, size, origin))
                if found is None:
                    continue
                if found.n < policy.minimum_n:
                    passed_zh.append(f"{_group(code, size, 'zh')}只有 {found.n} 家")
                    passed_en.append(f"{_group(code, size, 'en')} has only {found.n}")
                    continue
                return _placed(found, value, direction, level, policy, passed_zh, passed_en)
    if passed_zh:
        zh = f"可比企业不足 {policy.minimum_n} 家：" + "，".join(passed_zh)
        en = f"Fewer than {policy.minimum_n} companies to compare with: " + ", ".join(passed_en)
    else:
        zh, en = "还没有这个比率的行业参照值", "There is no industry norm of this ratio yet"
    return Position(ratio, value, note_zh=zh, note_en=en)


def place_all(
    values: Mapping[str, float | None],
    *,
    directions: Mapping[str, str],
    industry: str,
    size_class: str = "",
    norms: Iterable[Norm],
    policy: Policy | None = None,
) -> dict[str, Position]:
    """`place` for many ratios of one company; one entry per ratio of `values`, in its order."""
    by_ratio: dict[str, list[Norm]] = {}
    for norm in norms:
        by_ratio.setdefault(norm.ratio, []).append(norm)
    return {
        ratio: place(
            ratio, value, direction=directions.get(ratio, ""), industry=industry, size_class=size_class,
            norms=by_ratio.get(ratio, ()), policy=policy,
        )
        for ratio, value in values.items()
    }  # fmt: skip


def _levels(industry: str) -> Iterator[tuple[Level, str]]:
    try:
        found = industry_of(industry) if industry else None
    except InvalidIndustryCode:
        found = None
    if found is not None and found.division:
        yield Level.DIVISION, found.division
    if found is not None:
        yield Level.SECTION, found.section
    yield Level.ALL, ""


def _placed(
    norm: Norm, value: float, direction: str, level: Level, policy: Policy, passed_zh: list[str], passed_en: list[str]
) -> Position:
    low, high = policy.caps.get(norm.ratio, (float("-inf"), float("inf")))
    at, edge = percentile(norm.quantiles, min(high, max(low, value)))
    return Position(
        ratio=norm.ratio, value=value, percentile=at, safer_than=safer_than(at, direction), n=norm.n, level=level,
        industry=norm.industry, size_class=norm.size_class, origin=norm.origin, source=norm.source,
        period=norm.period, edge=edge, quantiles=dict(norm.quantiles),
        note_zh="，".join(passed_zh) + f"，少于 {policy.minimum_n} 家" if passed_zh else "",
        note_en=", ".join(passed_en) + f", fewer than {policy.minimum_n}" if passed_en else "",
    )  # fmt: skip


def _group(code: str, size: str, language: str) -> str:
    if language == "zh":
        return (code or "全部行业") + (f"（{_SIZES_ZH.get(size, size)}）" if size else "")
    return (code or "all industries") + (f" ({size})" if size else "")


_SIZES_ZH = {"large": "大型", "medium": "中型", "small": "小型", "micro": "微型"}
