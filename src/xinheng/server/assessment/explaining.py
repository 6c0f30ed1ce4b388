"""What the page of an assessment says: why the grade, where each figure comes from, what is missing, and the limit.

Everything is read from what was kept; nothing is written and no rule is run but for questions of "what if".
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng.engine.assessment import Contribution, Figure, GradeEffect
from xinheng.engine.norms import Position
from xinheng.engine.rules.forms import Characteristic, DecisionTable, Model, Status
from xinheng.engine.rules.wording import required
from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.norms import position_source
from xinheng.server.assessment.wording import Reader

#: Ratios by what they tell, in reading order.
GROUPS = ("liquidity", "solvency", "profitability", "efficiency", "growth", "cash")
MOST_MISSING_NAMED = 4
MOST_REASONS = 4
#: Points from which a characteristic that also loses some is a reason for the grade rather than against it.
SPEAKS_FOR = 75
#: A bound this many times the proposed limit would press all others flat in the chart; the table has it.
FAR_ABOVE = 12
#: What follows the name of a model in its label.
_SHORT = re.compile(r"（| \(| 模型| model")


def group_label(group: str) -> str:
    return {
        "liquidity": _("Liquidity"), "solvency": _("Solvency"), "profitability": _("Profitability"),
        "efficiency": _("Efficiency"), "growth": _("Growth"), "cash": _("Cash"),
    }[group]  # fmt: skip


def severity_label(severity: str) -> str:
    return {"S1": _("Severe"), "S2": _("Serious"), "S3": _("To be watched")}.get(severity, severity)


# ── the sentence ────────────────────────────────────────────────────────────────────────────────────────────────────


def sentences(reader: Reader, assessment: Assessment, before: Assessment | None) -> list[str]:
    """The state of things in plain sentences: grade, change, why, limit and what decides it, a grade set by hand."""
    return [
        text
        for text in (
            grade_sentence(reader, assessment),
            change_sentence(assessment, before),
            reason_sentence(reader),
            limit_sentence(reader),
            override_sentence(assessment),
        )
        if text
    ]


def grade_sentence(reader: Reader, assessment: Assessment) -> str:
    if not assessment.grade:
        known = reader.runner.value(f"{reader.runner.card.id}__known", reader.answer) or 0.0
        least = 1 - reader.runner.card.max_missing
        told = _("Not rated: %(known)s of the scorecard's weight is known, %(least)s is needed.")
        return told % {"known": reader.share(known), "least": f"{least:.0%}"}
    caps = _("; ").join(reader.pick(cap) for cap in reader.runner.caps_in_force(reader.answer))
    score = None if assessment.score is None else f"{assessment.score:.1f}"
    if caps and assessment.grade == reader.runner.scale.grades[-1].grade:
        return _("Rated %(grade)s. %(cap)s.") % {"grade": assessment.grade, "cap": caps}
    if caps and score is not None:
        rank = reader.answer.results.get("grade__by_score")
        alone = reader.runner.scale.grades[rank - 1].grade if isinstance(rank, int) else "—"
        told = _("Rated %(grade)s: the score of %(score)s alone would give %(alone)s. %(cap)s.")
        return told % {"grade": assessment.grade, "score": score, "alone": alone, "cap": caps}
    return _("Rated %(grade)s with %(score)s points.") % {"grade": assessment.grade, "score": score or "—"}


def change_sentence(assessment: Assessment, before: Assessment | None) -> str:
    if before is None:
        return _("This is the customer's first assessment.")
    of = {"day": before.as_of.isoformat(), "old": before.grade or _("not rated"), "new": assessment.grade}
    if before.grade != assessment.grade:
        return _("At the last assessment, %(day)s: %(old)s.") % of
    if assessment.score is None or before.score is None:
        return _("No other than at the last assessment, %(day)s.") % of
    moved = round(assessment.score, 1) - round(before.score, 1)
    if abs(moved) < 0.05:
        return _("Unchanged since the last assessment, %(day)s.") % of
    of["points"] = f"{abs(moved):.1f}"
    if moved > 0:
        return _("The grade is that of the last assessment, %(day)s, with %(points)s points more.") % of
    return _("The grade is that of the last assessment, %(day)s, with %(points)s points less.") % of


def reason_sentence(reader: Reader) -> str:
    if reader.answer.score is None:
        return ""
    ahead, behind = strongest(reader)
    if ahead and behind:
        told = _("%(ahead)s speaks for it most, %(behind)s costs most.")
        return told % {"ahead": reader.pick(ahead[0]), "behind": reader.pick(behind[0])}
    if behind:
        return _("%(behind)s costs most.") % {"behind": reader.pick(behind[0])}
    return _("Every characteristic has full marks.") if ahead else ""


def limit_sentence(reader: Reader) -> str:
    limit = reader.answer.limit
    if limit is None:
        return _("Without a grade no limit is proposed.")
    binding = reader.label(str(reader.answer.results.get("limit_binding")))
    if limit == 0:
        return _("The proposed limit is 0; what decides is: %(binding)s.") % {"binding": binding}
    told = _("The proposed limit is %(limit)s; what decides is: %(binding)s.")
    return told % {"limit": reader.amount(limit), "binding": binding}


def override_sentence(assessment: Assessment) -> str:
    override = assessment.override_in_force
    if override is None:
        return ""
    told = _("In force is %(grade)s, set by hand by %(actor)s until %(until)s.")
    return told % {"grade": override.grade, "actor": override.actor, "until": override.valid_until.isoformat()}


def effect_sentence(reader: Reader, effect: GradeEffect) -> str:
    """What the rules would make of a grade that was set by hand."""
    given = {"pd": reader.share(effect.pd_12m or 0, "pd_12m"), "limit": "—"}
    if effect.limit is None:
        return _("Its probability of default is %(pd)s.") % given
    given["limit"] = reader.amount(effect.limit)
    return _("Its probability of default is %(pd)s; by the rules its limit would be %(limit)s.") % given


# ── characteristics ─────────────────────────────────────────────────────────────────────────────────────────────────


def characteristics(reader: Reader, assessment: Assessment, positions: Mapping[str, Position]) -> list[dict[str, Any]]:
    """The lines of the scorecard with everything that one of them opens, in order."""
    card = reader.runner.card
    lines = {line.id: line for line in card.characteristics}
    blocks = {block.id: block for block in card.blocks}
    figures = {figure.id: figure for figure in reader.runner.figures(reader.answer)}
    return [
        _characteristic(reader, assessment, line, lines[line.id], figures.get(line.feature), positions)
        | {"block": reader.pick(blocks[line.block]), "share_of_card": line.weight / sum(card.weights().values())}
        for line in reader.runner.contributions(reader.answer)
    ]


def _characteristic(
    reader: Reader, assessment: Assessment, line: Contribution, form: Characteristic, figure: Figure | None,
    positions: Mapping[str, Position],
) -> dict[str, Any]:  # fmt: skip
    is_known = line.value is not None or (line.points is not None and form.missing != "penalise")
    note = reader.status(figure) if figure and figure.status is not Status.OK else ""
    if not is_known and form.missing == "penalise":
        note = _("Not looked up; it counts with %(points).0f of 100 points.") % {"points": form.missing_points}
    elif not is_known:
        note = note or _("Not known; its weight has passed to what is known.")
    position = positions.get(line.feature)
    return {
        "id": line.id,
        "label": reader.pick(line),
        "value": reader.value(line.feature),
        "note": note,
        "points": line.points,
        "earned": line.earned,
        "lost": line.lost,
        "full": None if line.earned is None or line.lost is None else line.earned + line.lost,
        "anchors": _anchors(reader, form, reader.runner.unit(line.feature)),
        "curve": curve(form, line),
        "rows": _rows(reader, form, line),
        "cap": [reader.pick(cap) for cap in form.caps if line.points == cap.points],
        "position": told_position(reader, position),
        "formula": formula(reader, figure) if figure else None,
        "source": source_of(reader, line.feature, assessment),
        "is_known": is_known,
    }


def _anchors(reader: Reader, form: Characteristic, unit: str) -> list[dict[str, Any]]:
    return [{"at": reader.figure(x, unit), "points": points} for x, points in sorted(form.anchors)]


def _rows(reader: Reader, form: Characteristic, line: Contribution) -> list[dict[str, Any]]:
    """The rows of a characteristic that is judged by conditions; the one that gave the points is marked."""
    found, matched = [], False
    for row in form.rows:
        is_it = not matched and line.value is not None and row.points == line.points
        matched = matched or is_it
        found.append({"text": reader.pick(row), "points": row.points, "is_it": is_it})
    return found


def curve(form: Characteristic, line: Contribution, width: int = 168, height: int = 56) -> dict[str, Any] | None:
    """The points function as lines of a small drawing, with the dot where the value lies."""
    anchors = sorted(form.anchors)
    if len(anchors) < 2:
        return None
    low, high = anchors[0][0], anchors[-1][0]
    margin = (high - low) * 0.12

    def x(value: float) -> float:
        inside = min(max(value, low - margin), high + margin)
        return round(4 + (width - 8) * (inside - low + margin) / (high - low + 2 * margin), 1)

    def y(points: float) -> float:
        return round(height - 6 - (height - 12) * points / 100, 1)

    ends = [(low - margin, anchors[0][1]), *anchors, (high + margin, anchors[-1][1])]
    dot = None
    if isinstance(line.value, int | float | Decimal) and line.points is not None:
        dot = {"x": x(float(line.value)), "y": y(line.points)}
    return {"path": " ".join(f"{x(a)},{y(b)}" for a, b in ends), "dot": dot, "width": width, "height": height}


def told_position(reader: Reader, position: Position | None) -> dict[str, Any] | None:
    """Where a ratio stands among its peers, or why that is not known; None for what companies are not compared by."""
    if position is None:
        return None
    unit = reader.runner.unit(position.ratio)
    return {
        "percentile": position.percentile,
        "safer_than": position.safer_than,
        "bound": str(position.edge),
        "median": None if position.median is None else reader.figure(position.median, unit),
        "band": [reader.figure(position.quantiles[q], unit) for q in (0.25, 0.75) if q in position.quantiles],
        "source": position_source(position, reader.language),
        "note": reader.pick(position, "note"),
    }  # fmt: skip


def formula(reader: Reader, figure: Figure) -> dict[str, Any]:
    """How a figure is computed: in words, with its figures, and each input by name."""
    return {
        "words": reader.formula_in_words(figure.formula),
        "figures": reader.formula_in_figures(figure.formula),
        "inputs": [(reader.label(name), reader.value(name)) for name in figure.inputs],
    }


def source_of(reader: Reader, name: str, assessment: Assessment) -> dict[str, str]:
    """Where a figure comes from, and the page on which it can be read or supplied."""
    customer = assessment.customer_id
    kind = _source_kind(reader, name)
    pages = {
        "statement": (_("Financial statements"), reverse("assessment:statements", args=[customer])),
        "receivables": (_("Invoices and payments"), reverse("exchange:list")),
        "file": (_("Customer file"), reverse("customers:edit", args=[customer])),
        "register": (_("Public registers"), ""),
        "person": (_("Rating by a person"), ""),
    }
    label, url = pages.get(kind, ("", ""))
    return {"kind": kind, "label": label, "url": url}


def _source_kind(reader: Reader, name: str) -> str:
    fact = reader.runner.catalogue.get(name)
    if fact is not None:
        return fact.source
    quantity = reader.runner.rules.quantities.get(name)
    kinds = [_source_kind(reader, read) for read in required(quantity.formula)] if quantity else []
    return next((kind for kind in kinds if kind), "")


# ── reasons, what is missing ────────────────────────────────────────────────────────────────────────────────────────


def strongest(reader: Reader) -> tuple[list[Contribution], list[Contribution]]:
    """The strongest reasons for and against, none on both sides: from three quarters of the points on it speaks for."""
    ahead, behind = reader.runner.reasons(reader.answer, len(reader.runner.card.characteristics))
    both = {line.id for line in ahead} & {line.id for line in behind}
    for_it = {line.id for line in ahead if line.id in both and (line.points or 0) >= SPEAKS_FOR}
    return (
        [line for line in ahead if line.id not in both or line.id in for_it][:MOST_REASONS],
        [line for line in behind if line.id not in for_it][:MOST_REASONS],
    )


def reasons(reader: Reader, lines: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """At most four for and four against, as sentences with their figures."""
    by_id = {line["id"]: line for line in lines}
    ahead, behind = strongest(reader)
    return [_reason(by_id[c.id], is_for=True) for c in ahead], [_reason(by_id[c.id], is_for=False) for c in behind]


def _reason(line: Mapping[str, Any], *, is_for: bool) -> dict[str, Any]:
    given = {name: f"{line[name]:.1f}" for name in ("full", "earned", "lost")}
    given |= {"label": line["label"], "value": line["value"] or line["note"].rstrip("。.")}
    if is_for and line["lost"] < 0.05:
        text = _("%(label)s, %(value)s: all of its %(full)s points") % given
    elif is_for:
        text = _("%(label)s, %(value)s: %(earned)s of %(full)s points") % given
    else:
        text = _("%(label)s, %(value)s: %(lost)s of %(full)s points lost") % given
    return {"id": line["id"], "text": text, "points": line["earned"] if is_for else -line["lost"]}


def missing(reader: Reader, assessment: Assessment) -> list[dict[str, Any]]:
    """What is unknown, what it would change at worst and at best, and where it can be supplied; most weight first."""
    rows = []
    for effect in sorted(reader.runner.missing(reader.answer), key=lambda effect: -effect.weight):
        feature = next(c.feature for c in reader.runner.card.characteristics if c.id == effect.id)
        lacking = [reader.label(name) for name in _unknown_inputs(reader, feature)]
        rows.append({
            "label": reader.pick(effect),
            "weight": effect.weight / sum(reader.runner.card.weights().values()),
            "worst": {"score": effect.score_if_worst, "grade": effect.grade_if_worst},
            "best": {"score": effect.score_if_best, "grade": effect.grade_if_best},
            "lacking": _(", ").join(lacking[:MOST_MISSING_NAMED]) if lacking != [reader.pick(effect)] else "",
            "source": source_of(reader, feature, assessment),
        })  # fmt: skip
    return rows


def _unknown_inputs(reader: Reader, name: str) -> list[str]:
    """The facts without which a figure stays unknown, as far as they are unknown."""
    if name in reader.runner.catalogue:
        return [] if reader.runner.value(name, reader.answer) is not None else [name]
    quantity = reader.runner.rules.quantities.get(name)
    if quantity is None or reader.runner.value(name, reader.answer) is not None:
        return []
    return list(dict.fromkeys(fact for read in required(quantity.formula) for fact in _unknown_inputs(reader, read)))


# ── limit ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def limit(reader: Reader) -> dict[str, Any]:
    """Every method's arithmetic side by side, the chart of the bounds, and the finding that is its title."""
    binding = reader.answer.results.get("limit_binding")
    roles = {"method": _("Method"), "bound": _("Bound"), "result": _("Result"), "information": _("For information")}
    steps = []
    for step in reader.runner.limit_steps(reader.answer):
        figures = reader.formula_in_figures(step.formula)
        plain = None if step.value is None else reader.amount(step.value, bare=True)
        steps.append({
            "id": step.id, "label": reader.pick(step), "role": step.role, "role_label": roles.get(step.role, step.role),
            "words": reader.formula_in_words(step.formula), "value": step.value,
            # What is only handed on has no arithmetic to show.
            "figures": figures if step.value is not None and figures != plain else "",
            "note": reader.status(step) if step.status is not Status.OK else "",
            "is_binding": step.id == binding and reader.answer.limit is not None,
        })  # fmt: skip
    return {"steps": steps, "chart": _bullet(reader, steps), "title": limit_sentence(reader)}


def _bullet(reader: Reader, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    proposed = reader.answer.limit
    if not proposed:
        return None
    near = [s for s in steps if s["value"] is not None and s["role"] in ("bound", "method", "result")]
    shown = [s for s in near if s["value"] <= proposed * FAR_ABOVE]
    if len(shown) < 2:
        return None

    def plain(value: Any) -> float:
        return float(reader.amount(value, bare=True).replace(",", ""))

    label = _("Proposed limit")
    return {
        "items": [{"label": s["label"], "value": plain(s["value"]), "note": s["words"]} for s in shown],
        "chosen": {"label": label, "value": plain(proposed)},
        "digits": 2,
        "left_out": len(near) - len(shown),
    }


# ── models, warnings, ratios ────────────────────────────────────────────────────────────────────────────────────────


def models(reader: Reader) -> list[dict[str, Any]]:
    rows = []
    for model in reader.runner.models():
        value = reader.answer.results.get(model.id)
        zone = next((z for z in model.zones if z.zone == reader.answer.results.get(f"{model.id}_zone")), None)
        document = reader.runner.rules.document_of(model.id).removesuffix(".toml")
        rows.append({
            "label": reader.pick(model), "short": _SHORT.split(reader.pick(model))[0], "value": value,
            "zone": reader.pick(zone) if zone else "",
            "state": zone.zone if zone else "", "bounds": _bounds(reader, model), "source": model.source,
            "probability": reader.answer.results.get(f"{model.id}_probability"),
            "url": f"{reverse('assessment:rule_document', args=[document])}#{model.id}",
            "reason": _model_reason(reader, model) if value is None else "",
        })  # fmt: skip
    return rows


def _bounds(reader: Reader, model: Model) -> str:
    parts = []
    for zone in model.zones:
        sign = "" if zone.below is None else f" {'≤' if zone.inclusive else '<'} {zone.below:g}"
        parts.append(f"{reader.pick(zone)}{sign}")
    return " · ".join(parts)


def _model_reason(reader: Reader, model: Model) -> str:
    names = [name for part in model.terms for name in required(part.value)]
    facts = dict.fromkeys(fact for name in names for fact in _unknown_inputs(reader, name))
    if facts:
        lacking = _(", ").join(reader.label(fact) for fact in list(facts)[:MOST_MISSING_NAMED])
        return _("Not known: %(lacking)s.") % {"lacking": lacking}
    return _("The model does not apply to this industry, or an input of it has no value.")


def warnings(reader: Reader) -> list[dict[str, Any]]:
    return [
        {
            "label": reader.pick(warning), "severity": warning.severity,
            "severity_label": severity_label(warning.severity),
            "figures": [(reader.label(name), reader.value(name)) for name in warning.figures],
        }
        for warning in reader.runner.warnings(reader.answer)
    ]  # fmt: skip


def ratio_groups(reader: Reader, positions: Mapping[str, Position]) -> list[dict[str, Any]]:
    """Every ratio by group with value, what its status means, and where it stands in the industry."""
    figures = [figure for figure in reader.runner.figures(reader.answer) if figure.code]
    groups = []
    for group in GROUPS:
        rows = [
            {
                "id": figure.id, "code": figure.code, "label": reader.pick(figure), "value": reader.value(figure.id),
                "note": reader.status(figure) if figure.status is not Status.OK else "",
                "formula": formula(reader, figure), "position": told_position(reader, positions.get(figure.id)),
            }
            for figure in figures
            if figure.group == group
        ]  # fmt: skip
        if rows:
            known = sum(1 for row in rows if row["value"] is not None)
            groups.append({"label": group_label(group), "rows": rows, "known": known})
    return groups


def policy(reader: Reader) -> str:
    """The terms that the credit policy gives to the grade by the rules, as a sentence part; empty without one."""
    form = reader.runner.rules.forms.get("policy")
    number = reader.answer.results.get("policy_row")
    if not isinstance(form, DecisionTable) or not isinstance(number, int):
        return ""
    return reader.pick(form.rows[number - 1])
