"""A customer's ratios over its periods, with their direction and where they stand in the industry."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.engine.assessment import Figure
from xinheng.engine.rules.forms import Status
from xinheng.engine.statements import statement_facts
from xinheng.server.assessment.explaining import GROUPS, formula, group_label, told_position
from xinheng.server.assessment.norms import percentiles_of
from xinheng.server.assessment.services import assessor
from xinheng.server.assessment.services.assessments import statements_in_use
from xinheng.server.assessment.wording import Reader
from xinheng.server.customers.models import Customer

PERIODS = 3
#: A change below this share of the earlier value is none.
STEADY = 0.005


@dataclass(frozen=True)
class Period:
    """One period: its end, its months, and what the rules answer for it."""

    end: dt.date
    months: int
    reader: Reader


def periods_of(customer: Customer, amount_unit: str) -> list[Period]:
    """The newest periods, oldest first, each computed from its own statement and the two before it."""
    kept = [s.as_engine() for s in statements_in_use(customer, timezone.localdate())]
    found = []
    for i, statement in enumerate(kept[:PERIODS]):
        answer = assessor().one(statement_facts(kept[i:], statement.period_end))
        found.append(Period(statement.period_end, statement.months, Reader(assessor(), answer, amount_unit)))
    return list(reversed(found))


def ratio_table(customer: Customer, periods: list[Period]) -> list[dict[str, Any]]:
    """Every ratio by group: a value a period with its reason, the trend in a word, the industry, and the formula."""
    if not periods:
        return []
    newest = periods[-1].reader
    by_period = [{f.id: f for f in p.reader.runner.figures(p.reader.answer)} for p in periods]
    values = {id: _number(figure) for id, figure in by_period[-1].items() if figure.code}
    positions = percentiles_of(values, industry_code=customer.industry_code, size_class=customer.size_class)
    groups = []
    for group in GROUPS:
        rows = [
            _row(newest, [figures[figure.id] for figures in by_period], periods, positions)
            for figure in by_period[-1].values()
            if figure.code and figure.group == group
        ]
        if rows:
            groups.append({"id": group, "label": group_label(group), "rows": rows,
                           "worse": sum(1 for row in rows if row["trend"]["state"] == "worse"),
                           "better": sum(1 for row in rows if row["trend"]["state"] == "better")})  # fmt: skip
    return groups


def _row(newest: Reader, figures: list[Figure], periods: list[Period], positions: Mapping[str, Any]) -> dict[str, Any]:
    last = figures[-1]
    return {
        "id": last.id,
        "code": last.code,
        "label": newest.pick(last),
        "safer": {"higher": _("Higher is safer"), "lower": _("Lower is safer")}.get(
            last.direction, _("Safest in the middle")
        ),
        "cells": [
            {"value": period.reader.value(last.id),
             "note": period.reader.status(figure) if figure.status is not Status.OK else "",
             "end": period.end}
            for period, figure in zip(periods, figures, strict=True)
        ],
        "line": [_number(figure) for figure in figures],
        "trend": trend(figures),
        "position": told_position(newest, positions.get(last.id)),
        "formula": formula(newest, last),
    }  # fmt: skip


def _number(figure: Figure) -> float | None:
    return float(figure.value) if figure.value is not None and not isinstance(figure.value, str | dt.date) else None


def trend(figures: list[Figure]) -> dict[str, str]:
    """Whether the newest value is safer than the one before it, by the ratio's direction: an arrow and a word."""
    values = [_number(figure) for figure in figures]
    if len(values) < 2 or values[-1] is None or values[-2] is None:
        return {"state": "", "word": "", "arrow": ""}
    change = values[-1] - values[-2]
    if abs(change) <= STEADY * max(abs(values[-2]), 1e-9):
        return {"state": "steady", "word": _("steady"), "arrow": "arrow-right"}
    arrow = "arrow-up" if change > 0 else "arrow-down"
    if figures[-1].direction not in ("higher", "lower"):
        return {"state": "", "word": _("up") if change > 0 else _("down"), "arrow": arrow}
    is_better = (change > 0) == (figures[-1].direction == "higher")
    state, word = ("better", _("better")) if is_better else ("worse", _("worse"))
    return {"state": state, "word": word, "arrow": arrow}
