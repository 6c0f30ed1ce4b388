"""The charts of an assessment and the findings that are their titles: points of the score, and the scale of grades."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.wording import Reader


def waterfall(reader: Reader, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What each characteristic earned and lost, in points of the score; a bar opens the characteristic."""
    return {
        "items": [
            {"label": line["label"], "earned": round(line["earned"], 2), "lost": round(line["lost"], 2),
             "target": f"c-{line['id']}"}
            for line in lines
            if line["earned"] is not None
        ]
    }  # fmt: skip


def waterfall_title(reader: Reader, lines: Sequence[Mapping[str, Any]]) -> str:
    """The finding: which characteristics cost most of what is missing to the full mark."""
    costly = sorted((line for line in lines if (line["lost"] or 0) >= 0.05), key=lambda line: -line["lost"])
    total = sum(line["lost"] for line in costly)
    if not costly:
        return _("Nothing is lost: every known characteristic has full marks")
    given = {"first": costly[0]["label"], "total": f"{total:.1f}"}
    if len(costly) == 1:
        return _("All of the %(total)s points that are missing go to: %(first)s") % given
    given |= {"second": costly[1]["label"], "share": f"{(costly[0]['lost'] + costly[1]['lost']) / total:.0%}"}
    return _("%(first)s and %(second)s make %(share)s of the %(total)s points that are missing") % given


def scale(reader: Reader, assessment: Assessment, before: Assessment | None) -> dict[str, Any] | None:
    """The score on the scale of grades, with the last score and where the next better grade begins."""
    if assessment.score is None:
        return None
    rows = [row for row in reader.runner.scale.grades if row.pd < 1]
    bands, top = [], 100.0
    for row in rows:
        low = max(row.score_from, 0.0)
        bands.append({"grade": row.grade, "from": low, "to": top})
        top = low
    better = [band for band in bands if band["from"] > assessment.score]
    neighbours = []
    if before is not None and before.score is not None and abs(before.score - assessment.score) >= 0.05:
        neighbours.append({"label": _("Last time"), "score": round(before.score, 1)})
    title = _("The best band of the scale")
    if better:
        nearest = better[-1]
        short = nearest["from"] - assessment.score
        title = _("%(points)s points short of %(grade)s") % {"points": f"{short:.1f}", "grade": nearest["grade"]}
        # Two labels that would lie on each other say less than one.
        if all(abs(near["score"] - nearest["from"]) > 9 for near in neighbours):
            neighbours.append({"label": _("%(grade)s from") % {"grade": nearest["grade"]}, "score": nearest["from"]})
    return {
        "data": {
            "bands": list(reversed(bands)),
            "value": {"label": _("This assessment"), "score": round(assessment.score, 1)},
            "neighbours": neighbours,
        },
        "title": title,
    }


def scale_rows(reader: Reader) -> list[dict[str, Any]]:
    """The master scale for the table beside the chart: from which score, and the probability of default."""
    return [
        {"grade": row.grade, "label": reader.pick(row), "from": max(row.score_from, 0.0) if row.pd < 1 else None,
         "pd": row.pd}
        for row in reader.runner.scale.grades
    ]  # fmt: skip
