"""The JSON of `xinheng assess`: figures as numbers, amounts as decimal text in 元, names in both languages."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xinheng.documents import Report
from xinheng.engine.assessment import Assessor, Contribution, Value
from xinheng.intake.papers import Reading, Refused


def answer(runner: Assessor, reports: Sequence[Report], reading: Reading, day: dt.date) -> dict[str, Any]:
    """The one object that is printed."""
    return {
        "as_of": day.isoformat(),
        "rules": runner.rules.hash,
        "currency": "CNY",
        "companies": [_company(one) for one in reports],
        "refused": [_refused(row) for row in reading.refused],
        "unread": [
            {"file": sheet.file, "sheet": sheet.sheet, **_named(sheet.error.message("zh"), sheet.error.message("en"))}
            for sheet in reading.unread
        ],
        "repeated": reading.repeated,
    }


def _company(one: Report) -> dict[str, Any]:
    result, subject = one.answer, one.subject
    return {
        "company": subject.name,
        "number": subject.reference,
        "identifier": subject.identifier,
        "sentence": _named(one.sentence("zh"), one.sentence("en")),
        "score": result.score,
        "grade": result.grade,
        "pd_12m": result.pd,
        "limit_proposed": _plain(result.limit),
        "limit_binding": one.binding or None,
        "terms_days": one.terms_days,
        "statements": len(subject.periods),
        "periods": [day.isoformat() for day in subject.periods],
        "invoices": subject.invoices,
        "payments": subject.payments,
        "points": [_line(one, line) for line in one.contributions],
        "for": [line.id for line in one.ahead],
        "against": [line.id for line in one.behind],
        "caps": [{"id": cap.id, "grade": cap.grade, **_named(cap.zh, cap.en)} for cap in one.caps],
        "warnings": [{"id": w.id, "severity": w.severity, **_named(w.zh, w.en)} for w in one.warnings],
        "findings": [
            {"identity": f.identity, "line": f.line, "expected": _plain(f.expected), "actual": _plain(f.actual),
             "difference": _plain(f.difference), **_named(f.zh, f.en)}
            for f in one.findings
        ],
        "missing": [
            {"id": m.id, **_named(m.zh, m.en), "weight": m.weight,
             "worst": {"score": m.score_if_worst, "grade": m.grade_if_worst},
             "best": {"score": m.score_if_best, "grade": m.grade_if_best}}
            for m in one.missing
        ],
        "limit_steps": [
            {"id": step.id, **_named(step.zh, step.en), "role": step.role, "amount": _plain(step.value),
             "status": str(step.status), "formula": step.formula,
             "arithmetic": _named(one.arithmetic(step, "zh"), one.arithmetic(step, "en")),
             "inputs": {name: _plain(value) for name, value in step.inputs.items()}}
            for step in one.steps
        ],
        "models": [
            {"id": found.model.id, **_named(found.model.zh, found.model.en), "value": found.value,
             "zone": found.zone.zone if found.zone else None, "probability": found.probability}
            for found in one.models
        ],
        "ratios": [
            {"id": row.id, "code": row.code, **_named(row.zh, row.en), "value": _plain(row.value), "unit": row.unit,
             "status": str(row.status)}
            for row in one.figures
        ],
        "facts": {name: _plain(value) for name, value in sorted(result.facts.items())},
    }  # fmt: skip


def _line(one: Report, line: Contribution) -> dict[str, Any]:
    return {
        "id": line.id, **_named(line.zh, line.en), "block": line.block, "feature": line.feature,
        "value": _plain(line.value), "points": line.points, "weight": line.weight, "earned": line.earned,
        "lost": line.lost,
    }  # fmt: skip


def _refused(row: Refused) -> dict[str, Any]:
    error = row.error
    return {
        "file": row.file, "sheet": row.sheet, "kind": row.kind.key, "row": error.row, "column": error.column,
        "column_label": _named(row.column("zh"), row.column("en")), "value": error.value, "code": error.code,
        "message": _named(error.zh, error.en), "accepted": _named(error.accepted_zh, error.accepted_en),
    }  # fmt: skip


def _named(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _plain(value: Value) -> Any:
    """A value as JSON knows it: amounts as text, so that no digit is lost; dates in ISO form."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
