"""What a rule set must tell before it may be published: nothing without description, unit, direction and source.

Reading and running need less, so that an assessment of years ago can be replayed with the documents it was made with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xinheng.engine.rules.catalogue import Catalogue
from xinheng.engine.rules.compiler import Program
from xinheng.engine.rules.forms import (
    Characteristic,
    Efficacy,
    Form,
    GateRule,
    LimitModel,
    Model,
    Quantity,
    Scorecard,
    Warning,
)
from xinheng.engine.rules.language import RuleError
from xinheng.engine.rules.ruleset import RuleSet

DIRECTIONS = ("higher", "lower", "band", "none")
STATE = "state"  # of a trigger: something is or is not so
SEVERITIES = ("S1", "S2", "S3", "S4")
GATE_RESULTS = ("pass", "warn", "hold", "refuse")

#: unit as rules write it → its name in Chinese and English. "–" is said where nothing is counted.
UNITS: Mapping[str, tuple[str, str]] = {
    "元": ("元", "yuan"),
    "x": ("倍", "times"),
    "%": ("%", "%"),
    "天": ("天", "days"),
    "月": ("个月", "months"),
    "年": ("年", "years"),
    "分": ("分", "points"),
    "件": ("件", "cases"),
    "项": ("项", "items"),
    "人": ("人", "people"),
    "0–10": ("分（0–10）", "points 0–10"),
    "0–100": ("分（0–100）", "points 0–100"),
    "–": ("–", "–"),
}


def register(rules: RuleSet, catalogue: Catalogue) -> Program:
    """Check that a rule set is complete, bind it, and make it ready.

    Raises: RuleError naming every rule that lacks something, and what it lacks; or the first that does not compile.
    """
    found = list(problems(rules, catalogue))
    if found:
        raise RuleError(
            source=found[0][0],
            detail_zh="；".join(f"{source}：{zh}" for source, zh, _en in found),
            detail_en="; ".join(f"{source}: {en}" for source, _zh, en in found),
        )
    program = Program(rules, catalogue)
    program.check()
    return program


def problems(rules: RuleSet, catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """What is missing: the rule, then in Chinese and English what it must tell."""
    for name, heading in rules.headings.items():
        for key in ("id", "zh", "en", "version", "source", "limits_of_use_zh", "limits_of_use_en"):
            if not heading.get(key):
                yield name, f"[set] 缺少 {key}", f"[set] lacks {key}"
        if not rules.examples_of(name):
            yield name, "没有算例 [[example]]", "there is no worked example, [[example]]"
    for form in rules.forms.values():
        yield from _of_form(form, rules, catalogue)
    for parameter in rules.parameters.values():
        if not (parameter.zh and parameter.en and parameter.source):
            yield parameter.name, "参数缺少名称或来源", "the parameter lacks a label or a source"
        yield from _unit(parameter.name, parameter.unit)


def _of_form(form: Form, rules: RuleSet, catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    if not (form.zh and form.en):
        yield form.id, "缺少中文或英文名称", "a label in Chinese and English is missing"
    yield from _described(form.id, form)
    if isinstance(form, Quantity):
        yield from _measured(form.id, form.unit, form.direction, DIRECTIONS)
        if not form.source:
            yield form.id, "缺少来源 source", "source is missing"
    elif isinstance(form, LimitModel):
        for step in form.steps:
            yield from _described(step.id, step)
            yield from _unit(step.id, step.unit)
            if step.role not in ("method", "bound", "information", "result"):
                yield (
                    step.id,
                    "role 应为 method、bound、information 或 result",
                    "role is method, bound, information or result",
                )
    elif isinstance(form, Scorecard):
        for line in form.characteristics:
            yield from _characteristic(form, line, rules, catalogue)
    elif isinstance(form, Warning):
        yield from _measured(form.id, form.unit, form.direction, (*DIRECTIONS, STATE))
        if form.severity not in SEVERITIES:
            yield form.id, f"severity 应为 {'、'.join(SEVERITIES)}", f"severity is one of {', '.join(SEVERITIES)}"
    elif isinstance(form, GateRule):
        yield from _measured(form.id, form.unit, form.direction, (*DIRECTIONS, STATE))
        if form.result not in GATE_RESULTS:
            yield form.id, f"result 应为 {'、'.join(GATE_RESULTS)}", f"result is one of {', '.join(GATE_RESULTS)}"
    if isinstance(form, Model | Scorecard | Efficacy):
        for key in ("source", "version", "limits_of_use_zh", "limits_of_use_en"):
            if not getattr(form, key):
                yield form.id, f"缺少 {key}", f"{key} is missing"


def _characteristic(
    card: Scorecard, line: Characteristic, rules: RuleSet, catalogue: Catalogue
) -> Iterator[tuple[str, str, str]]:
    place = f"{card.id}.{line.id}"
    known = rules.quantities.get(line.feature)
    fact = catalogue.get(line.feature)
    unit = line.unit or (known.unit if known else fact.unit if fact else "")
    direction = line.direction or (known.direction if known else "")
    if not (line.description_zh and line.description_en) and not (known and known.description_zh):
        yield place, "缺少说明 description_zh、description_en", "description_zh and description_en are missing"
    yield from _measured(place, unit, direction, DIRECTIONS[:3])
    points = [earned for _x, earned in sorted(line.anchors)]
    rising, falling = points == sorted(points), points == sorted(points, reverse=True)
    if points and ((direction == "higher" and not rising) or (direction == "lower" and not falling)):
        yield place, "得分的走向与方向 direction 不一致", "the points do not run in the stated direction"
    if bool(line.anchors) == bool(line.rows):
        yield place, "须给出 anchors 或 rows 之一", "give either anchors or rows"


def _described(place: str, form: object) -> Iterator[tuple[str, str, str]]:
    if not (getattr(form, "description_zh", "") and getattr(form, "description_en", "")):
        yield place, "缺少说明 description_zh、description_en", "description_zh and description_en are missing"


def _measured(place: str, unit: str, direction: str, allowed: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    if not unit:
        yield place, "缺少单位 unit", "unit is missing"
    else:
        yield from _unit(place, unit)
    if direction not in allowed:
        yield place, f"direction 应为 {'、'.join(allowed)}", f"direction is one of {', '.join(allowed)}"


def _unit(place: str, unit: str) -> Iterator[tuple[str, str, str]]:
    if unit not in UNITS:
        shown = "、".join(UNITS)
        yield place, f"不认识的单位“{unit}”；可用 {shown}", f"the unit “{unit}” is not known; there are {shown}"
