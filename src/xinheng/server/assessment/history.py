"""How a customer's rating came to be what it is: the assessments in a row, and what changed between two of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.selectors import GRADES
from xinheng.server.assessment.services import RulesUnreadable, stored_answer
from xinheng.server.assessment.wording import Reader

#: Movements named in a row of the history; smaller ones than this many points are none.
NAMED = 3
LEAST_MOVE = 0.05
POINTS_IN_CHART = 24


@dataclass(frozen=True)
class Movement:
    """A characteristic in two assessments; points of the score, None where it was unknown or not asked."""

    id: str
    label: str
    old_value: str | None
    new_value: str | None
    old: float | None
    new: float | None

    @property
    def delta(self) -> float:
        return (self.new or 0.0) - (self.old or 0.0)


def reader_of(assessment: Assessment, amount_unit: str) -> Reader | None:
    """Tells a kept assessment; None when its rules can no longer be read."""
    try:
        runner, answer = stored_answer(assessment)
    except RulesUnreadable:
        return None
    return Reader(runner, answer, amount_unit)


def movements(old: Reader, new: Reader) -> list[Movement]:
    """The characteristics of both assessments, those whose points moved most first; their deltas sum to the score's."""
    before = {line.id: line for line in old.runner.contributions(old.answer)}
    after = {line.id: line for line in new.runner.contributions(new.answer)}
    found = []
    for id in dict.fromkeys([*after, *before]):
        was, now = before.get(id), after.get(id)
        found.append(
            Movement(
                id,
                new.pick(now or was),
                old.value(was.feature) if was else None,
                new.value(now.feature) if now else None,
                was.earned if was else None,
                now.earned if now else None,
            )
        )
    return sorted(found, key=lambda movement: -abs(movement.delta))


def history(assessments: Sequence[Assessment], amount_unit: str) -> list[dict[str, Any]]:
    """Rows of the history, newest first, each with what changed since the assessment before it in the sequence."""
    readers = [reader_of(assessment, amount_unit) for assessment in assessments]
    rows = []
    for i, assessment in enumerate(assessments):
        earlier = assessments[i + 1] if i + 1 < len(assessments) else None
        old, new = (readers[i + 1] if earlier else None), readers[i]
        moved: list[Movement] = []
        if old and new and earlier and earlier.score is not None and assessment.score is not None:
            moved = [m for m in movements(old, new) if abs(m.delta) >= LEAST_MOVE][:NAMED]
        delta = None
        if earlier and earlier.score is not None and assessment.score is not None:
            delta = round(assessment.score, 1) - round(earlier.score, 1)
        rows.append({
            "assessment": assessment, "earlier": earlier, "delta": delta, "moved": moved,
            "rules_changed": earlier is not None and earlier.rules_id != assessment.rules_id,
            "grade_moved": _direction(earlier.grade, assessment.grade) if earlier else "",
        })  # fmt: skip
    return rows


def _direction(old: str, new: str) -> str:
    if old not in GRADES or new not in GRADES or old == new:
        return ""
    return "up" if GRADES.index(new) < GRADES.index(old) else "down"


def chart(assessments: Sequence[Assessment], reader: Reader | None) -> dict[str, Any] | None:
    """The scores as a line over the bands of the grades, those with a grade set by hand marked; None below two."""
    shown = list(reversed(assessments[:POINTS_IN_CHART]))
    if len([a for a in shown if a.score is not None]) < 2 or reader is None:
        return None
    grades, top = [], 100.0
    for row in reader.runner.scale.grades:
        if row.pd < 1:
            low = max(row.score_from, 0.0)
            grades.append({"grade": row.grade, "from": low, "to": top})
            top = low
    marks = [{"at": i, "label": o.grade} for i, a in enumerate(shown) if (o := next(iter(a.overrides.all()), None))]
    return {
        "x": _days(shown),
        "series": {
            "label": _("Score"), "values": [None if a.score is None else round(a.score, 1) for a in shown],
        },
        "grades": grades,
        "marks": marks,
    }  # fmt: skip


def _days(assessments: Sequence[Assessment]) -> list[str]:
    """The day of each assessment, with the time where one day has several."""
    days = [assessment.as_of.isoformat() for assessment in assessments]
    return [
        f"{day} {timezone.localtime(a.assessed_at):%H:%M}" if days.count(day) > 1 else day
        for day, a in zip(days, assessments, strict=True)
    ]


def chart_title(assessments: Sequence[Assessment]) -> str:
    """The finding: where the score went over the assessments that are shown."""
    rated = [a for a in assessments[:POINTS_IN_CHART] if a.score is not None]
    if len(rated) < 2:
        return ""
    new, old = rated[0], rated[-1]
    given = {"count": len(rated), "old": f"{old.score:.1f}", "new": f"{new.score:.1f}"}
    if abs((new.score or 0) - (old.score or 0)) < LEAST_MOVE:
        return _("The score stands at %(new)s over %(count)d assessments") % given
    if (new.score or 0) > (old.score or 0):
        return _("The score rose from %(old)s to %(new)s over %(count)d assessments") % given
    return _("The score fell from %(old)s to %(new)s over %(count)d assessments") % given


def change_chart(old: Assessment, new: Assessment, moved: Sequence[Movement]) -> dict[str, Any] | None:
    """The way from one score to the other, what moved most first; small movements are put together at the end."""
    if old.score is None or new.score is None:
        return None
    large = [m for m in moved if abs(m.delta) >= LEAST_MOVE][:12]
    rest = new.score - old.score - sum(m.delta for m in large)
    steps = [
        {"label": m.label, "delta": round(m.delta, 2), "note": f"{m.old_value or '—'} → {m.new_value or '—'}"}
        for m in large
    ]
    if abs(rest) >= 0.01:
        steps.append({"label": _("All others"), "delta": round(rest, 2)})
    return {
        "start": {"label": old.as_of.isoformat(), "value": round(old.score, 1)},
        "steps": steps,
        "end": {"label": new.as_of.isoformat(), "value": round(new.score, 1)},
    }
