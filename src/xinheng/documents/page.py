"""One assessment as a page of PDF, for a credit committee.

The page is laid out by `page.typ`; this module only says what stands on it. Text goes to the type-setter as data, so
nothing that a customer file holds is ever read as its markup. Equal input gives equal bytes.
"""

from __future__ import annotations

import json
import unicodedata
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from xinheng.documents.report import Report
from xinheng.documents.words import DASH, Language, figure, money, name, percent, plain, points, say, term
from xinheng.engine.assessment import Contribution

MOST_WARNINGS = 8
MOST_FINDINGS = 3
MOST_MISSING = 8
MOST_MODELS = 9
_MOST_NAME = 150  # half-width places; a longer name is cut on the page, never in the data
_MOST_META = 170
#: half-width places of a name → size of type, the first that holds it
_NAME_SIZES = ((44, 19.0), (60, 15.0), (80, 12.5), (_MOST_NAME, 11.0))


def assessment_page(report: Report, language: Language) -> bytes:
    """The page as PDF bytes.

    Raises: typst's TypstError when the type-setter or its fonts are broken.
    """
    fonts = Path(pylopdf_fonts_zh_cn.__file__).parent
    with as_file(files(__package__)) as folder:
        page: bytes = typst.compile(
            str(folder / "page.typ"),
            root=str(folder),
            font_paths=[str(fonts)],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(page_data(report, language), ensure_ascii=False)},
        )
    return page


def page_data(report: Report, to: Language) -> dict[str, Any]:
    """What stands on the page, every figure as the text that is printed."""
    shown, size = _fitted(report.subject.name)
    warnings, missing = report.warnings[:MOST_WARNINGS], report.missing[:MOST_MISSING]
    return {
        "language": to,
        "brand": say("brand", to),
        "heading": say("assessment", to),
        "title": f"{shown} · {say('assessment', to)}",
        "as_of": f"{say('as_of', to)} {report.as_of.isoformat()}",
        "year": report.as_of.year,
        "month": report.as_of.month,
        "day": report.as_of.day,
        "name": shown,
        "name_size": size,
        "meta": _meta(report, to),
        "sentence": report.sentence(to),
        "grades": [
            {"grade": row.grade, "word": name(row, to), "pd": f"{plain(row.pd * 100)}%",
             "on": report.grade is not None and row.grade == report.grade.grade}
            for row in report.runner.scale.grades
        ],
        "figures": _key_figures(report, to),
        "blocks": _blocks(report, to),
        "widest": _widest(report),
        "ahead": [_reason(report, line, to, _share(line)) for line in report.ahead],
        "behind": [_reason(report, line, to, f"−{points(line.lost)}") for line in report.behind],
        "warnings": [
            {"severity": row.severity, "word": term(row.severity, to, "severity"), "label": name(row, to)}
            for row in warnings
        ]
        + [{"severity": "S2", "word": row.identity, "label": name(row, to)} for row in report.findings[:MOST_FINDINGS]],
        "more_warnings": _more(len(report.warnings) - len(warnings), to),
        "missing": [
            {"label": name(row, to), "worst": _end(row.score_if_worst, row.grade_if_worst),
             "best": _end(row.score_if_best, row.grade_if_best)}
            for row in missing
        ],
        "more_missing": _more(len(report.missing) - len(missing), to),
        "models": [
            {"label": name(row.model, to), "value": f"{row.value:.2f}".replace("-", "−"),
             "zone": name(row.zone, to) if row.zone else "",
             "bad": row.zone is not None and row.zone.zone == "distress"}
            for row in report.models
            if row.value is not None
        ][:MOST_MODELS],
        "steps": [
            {"label": name(step, to), "arithmetic": report.arithmetic(step, to), "amount": figure(step.value, "元", to),
             "binding": step.id == report.binding, "result": step.role == "result",
             "quiet": step.value is None or step.role == "information"}
            for step in report.steps
        ],
        "words": {
            key: say(key, to)
            for key in ("points_title", "points_note", "for", "against", "warnings", "missing_title", "if_worst",
                        "if_best", "models_title", "limit_title", "method", "arithmetic", "decides")
        } | {"amount": say("amount_yuan", to)},
        "footer": {
            "left": say("made_by_rules", to),
            "right": f"{say('as_of', to)} {report.as_of.isoformat()}",
            "rules": f"{say('rules_hash', to)} {report.answer.rules_hash}",
        },
    }  # fmt: skip


def _meta(report: Report, to: Language) -> str:
    subject = report.subject
    papers = say("papers", to, "sentences", statements=len(subject.periods), invoices=subject.invoices)
    if subject.periods:
        papers += f" ({subject.periods[-1].isoformat()} – {subject.periods[0].isoformat()})"
    reference = subject.reference if subject.reference != subject.name else ""
    parts = [reference, subject.identifier, subject.industry[to == "en"], term(subject.size_class, to), papers]
    return _cut("　·　".join(part for part in parts if part), _MOST_META)


def _key_figures(report: Report, to: Language) -> list[dict[str, str]]:
    answer, days = report.answer, report.terms_days
    notes = {"limit": report.binding_name(to), "terms": report.policy(to)}
    figures = [
        ("score", points(answer.score), say("of_hundred", to)),
        ("pd", percent(answer.pd, 2), name(report.grade, to, "policy") if report.grade else say("not_rated", to)),
        ("limit_yuan", money(answer.limit), notes["limit"]),
        ("terms", DASH if days is None else f"{days} {say('days', to)}", notes["terms"]),
    ]
    return [{"label": say(key, to), "value": value, "note": note} for key, value, note in figures]


def _blocks(report: Report, to: Language) -> list[dict[str, Any]]:
    blocks = []
    for block in report.runner.card.blocks:
        lines = [line for line in report.contributions if line.block == block.id]
        earned = sum(line.earned or 0 for line in lines)
        full = sum((line.earned or 0) + (line.lost or 0) for line in lines)
        rows = [
            {"label": name(line, to), "value": report.value_of(line, to), "known": line.earned is not None,
             "earned": line.earned or 0, "lost": line.lost or 0, "weight": line.weight,
             "earned_text": points(line.earned), "full_text": points((line.earned or 0) + (line.lost or 0))}
            for line in lines
        ]  # fmt: skip
        total = f"{points(earned)} / {points(full)}" if full else DASH
        blocks.append({"label": name(block, to), "total": total, "rows": rows})
    return blocks


def _widest(report: Report) -> float:
    shares = [(line.earned or 0) + (line.lost or 0) for line in report.contributions if line.earned is not None]
    return max([*shares, *(line.weight for line in report.contributions)])


def _share(line: Contribution) -> str:
    return f"{points(line.earned)} / {points((line.earned or 0) + (line.lost or 0))}"


def _reason(report: Report, line: Contribution, to: Language, told: str) -> dict[str, str]:
    return {"label": name(line, to), "value": report.value_of(line, to), "points": told}


def _end(score: float | None, grade: str | None) -> str:
    return DASH if score is None else f"{points(score)} {grade or DASH}"


def _more(count: int, to: Language) -> str:
    return say("more", to, count=count) if count > 0 else ""


def _fitted(text: str) -> tuple[str, float]:
    """The name as the page shows it, and in which size."""
    shown = _cut(text, _MOST_NAME) or DASH
    width = _places(shown)
    return shown, next((size for most, size in _NAME_SIZES if width <= most), _NAME_SIZES[-1][1])


def _cut(text: str, most: int) -> str:
    """One line of printable characters, at most so many half-width places long."""
    shown: list[str] = []
    width = 0
    for character in " ".join("".join(c if c.isprintable() else " " for c in text).split(" ")):
        width += _places(character)
        if width > most - 2:
            return "".join(shown).rstrip() + "…"
        shown.append(character)
    return "".join(shown).strip()


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
