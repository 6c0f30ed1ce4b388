"""Assessments as one workbook: summary, points, ratios, limit steps, models, and the rows that were not used.

What comes from people's files is written as text and nothing else, so no cell runs as a formula or opens a link. Such
cells also carry the mark of a leading apostrophe, so that they stay text when somebody edits them; the text is kept.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import xlsxwriter

from xinheng.documents.report import Report
from xinheng.documents.words import Language, name, say, term

_MOST_ROWS = 1_048_575
_MOST_TEXT = 32_767
_HEAD = {
    "bold": True, "bg_color": "#0F5257", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 0,
}  # fmt: skip
_NUMBERS = {
    "text": "@", "wrap": "@", "money": "#,##0.00", "points": "0.0", "percent": "0.0%", "share": "0.00%",
    "number": "#,##0.00####", "count": "0", "date": "yyyy-mm-dd",
}  # fmt: skip


@dataclass(frozen=True)
class RefusedRow:
    """A row of a file that was not used; texts are in the language of the document."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    problem: str
    accepted: str


@dataclass(frozen=True)
class _Column:
    label: str
    kind: str = "text"
    width: int = 12


def assessment_workbook(reports: Sequence[Report], refused: Iterable[RefusedRow], language: Language) -> bytes:
    """The workbook as bytes; equal input gives equal bytes.

    Args:
        reports: one row each in the summary, in this order.
        refused: rows for the last sheet; beyond what a sheet holds they are left out.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
         "nan_inf_to_errors": False},
    )  # fmt: skip
    as_of = max((one.as_of for one in reports), default=dt.date(2000, 1, 1))
    # The time of writing would make equal workbooks differ; the day of the assessment says more.
    book.set_properties({"title": say("assessment", language), "created": dt.datetime.combine(as_of, dt.time())})
    writer = _Writer(book, language)
    for title, columns, rows in (
        ("summary_title", _summary_columns, _summary),
        ("points_title", _points_columns, _points),
        ("ratio", _ratio_columns, _ratios),
        ("limit_title", _limit_columns, _limits),
        ("models_title", _model_columns, _models),
    ):
        writer.sheet(title, columns(language), (row for one in reports for row in rows(one, language)))
    writer.sheet("refused_title", _refused_columns(language), _refused(refused))
    book.close()
    return stream.getvalue()


@dataclass(frozen=True)
class _As:
    """A value that is shown otherwise than its column."""

    kind: str
    value: Any


class _Writer:
    def __init__(self, book: Any, language: Language) -> None:
        self._book = book
        self._language = language
        self._head = book.add_format(_HEAD)
        self._formats = {
            kind: book.add_format(
                {"num_format": shape, "valign": "top", "text_wrap": kind == "wrap", "quote_prefix": shape == "@"}
            )
            for kind, shape in _NUMBERS.items()
        }

    def sheet(self, title: str, columns: Sequence[_Column], rows: Iterable[Sequence[Any]]) -> None:
        sheet = self._book.add_worksheet(say(f"sheet_{title}", self._language)[:31])
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 32)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.label, self._head)
            sheet.set_column(place, place, column.width, self._formats[column.kind])
        last = 0
        for last, row in enumerate(rows, 1):
            if last > _MOST_ROWS:
                break
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                shown = value if isinstance(value, _As) else _As(column.kind, value)
                self._cell(sheet, last, place, shown.kind, shown.value)
        sheet.autofilter(0, 0, min(max(last, 1), _MOST_ROWS), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _cell(self, sheet: Any, row: int, place: int, kind: str, value: Any) -> None:
        shape = self._formats[kind]
        if value is None or value == "":
            sheet.write_blank(row, place, None, shape)
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, place, dt.datetime.combine(value, dt.time()), shape)
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            sheet.write_number(row, place, float(value), shape)
        else:
            clean = "".join(c for c in str(value) if c.isprintable() or c == "\n")
            sheet.write_string(row, place, clean[:_MOST_TEXT], shape)


def _summary_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("company", to), width=34), _Column(say("reference", to), width=16),
        _Column(say("grade", to), width=9), _Column(say("score", to), "points", 9),
        _Column(say("pd", to), "share", 12), _Column(say("limit_yuan", to), "money", 18),
        _Column(say("binding", to), width=24), _Column(say("terms_days", to), "count", 9),
        _Column(say("for", to), "wrap", 32), _Column(say("against", to), "wrap", 32),
        _Column(say("caps", to), "wrap", 24), _Column(say("warnings", to), "wrap", 36),
        _Column(say("missing", to), "wrap", 36), _Column(say("findings", to), "wrap", 30),
        _Column(say("statements_count", to), "count", 9), _Column(say("invoices_count", to), "count", 9),
        _Column(say("as_of", to), "date", 12), _Column(say("rules", to), width=16),
        _Column(say("note", to), "wrap", 60),
    ]  # fmt: skip


def _summary(one: Report, to: Language) -> Iterator[Sequence[Any]]:
    answer, subject = one.answer, one.subject
    yield (
        subject.name, subject.reference, answer.grade or say("not_rated", to), answer.score, answer.pd, answer.limit,
        one.binding_name(to), one.terms_days, one.names_of(one.ahead, to), one.names_of(one.behind, to),
        one.names_of(one.caps, to), one.names_of(one.warnings, to), one.names_of(one.missing, to),
        "\n".join(f"{finding.identity} {name(finding, to)}" for finding in one.findings),
        len(subject.periods), subject.invoices, one.as_of, answer.rules_hash[:16], one.sentence(to),
    )  # fmt: skip


def _points_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("company", to), width=34), _Column(say("block", to), width=16),
        _Column(say("characteristic", to), width=26), _Column(say("value", to), width=16),
        _Column(say("points_of_hundred", to), "points", 12), _Column(say("weight", to), "points", 9),
        _Column(say("earned", to), "points", 9), _Column(say("lost", to), "points", 9),
        _Column(say("if_worst", to), width=16), _Column(say("if_best", to), width=16),
    ]  # fmt: skip


def _points(one: Report, to: Language) -> Iterator[Sequence[Any]]:
    effects = {effect.id: effect for effect in one.missing}
    for line in one.contributions:
        effect = effects.get(line.id)
        ends = (None, None) if effect is None else (
            _end(effect.score_if_worst, effect.grade_if_worst), _end(effect.score_if_best, effect.grade_if_best)
        )  # fmt: skip
        yield (
            one.subject.name, one.block_name(line.block, to), name(line, to), one.value_of(line, to),
            line.points, line.weight, line.earned, line.lost, *ends,
        )  # fmt: skip


def _end(score: float | None, grade: str | None) -> str | None:
    return None if score is None else f"{score:.1f} {grade or ''}".rstrip()


def _ratio_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("company", to), width=34), _Column(say("code", to), width=8), _Column(say("ratio", to), width=26),
        _Column(say("group", to), width=14), _Column(say("value", to), "number", 16),
        _Column(say("unit", to), width=8), _Column(say("status", to), width=12),
        _Column(say("note", to), "wrap", 30), _Column(say("formula", to), "wrap", 60),
    ]  # fmt: skip


def _ratios(one: Report, to: Language) -> Iterator[Sequence[Any]]:
    for row in one.figures:
        yield (
            one.subject.name, row.code, name(row, to), term(row.group, to, "group"),
            _As({"%": "percent", "元": "money"}.get(row.unit, "number"), row.value), term(row.unit, to, "unit"),
            term(str(row.status), to, "status"), name(row, to, "note"), one.formula(row, to),
        )  # fmt: skip


def _limit_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("company", to), width=34), _Column(say("method", to), width=28), _Column(say("role", to), width=10),
        _Column(say("amount_yuan", to), "money", 18), _Column(say("binding", to), width=12),
        _Column(say("arithmetic", to), "wrap", 60), _Column(say("formula", to), "wrap", 60),
        _Column(say("note", to), "wrap", 30),
    ]  # fmt: skip


def _limits(one: Report, to: Language) -> Iterator[Sequence[Any]]:
    for step in one.steps:
        yield (
            one.subject.name, name(step, to), term(step.role, to, "role"), step.value,
            say("decides", to) if step.id == one.binding else "", one.arithmetic(step, to), one.formula(step, to),
            name(step, to, "note"),
        )  # fmt: skip


def _model_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("company", to), width=34), _Column(say("model", to), width=30),
        _Column(say("value", to), "number", 14), _Column(say("zone", to), width=12),
        _Column(say("probability", to), "share", 12), _Column(say("source", to), "wrap", 30),
        _Column(say("limits_of_use", to), "wrap", 60),
    ]  # fmt: skip


def _models(one: Report, to: Language) -> Iterator[Sequence[Any]]:
    for found in one.models:
        model = found.model
        yield (
            one.subject.name, name(model, to), found.value, name(found.zone, to) if found.zone else "",
            found.probability, model.source, name(model, to, "limits_of_use"),
        )  # fmt: skip


def _refused_columns(to: Language) -> list[_Column]:
    return [
        _Column(say("file", to), width=26), _Column(say("sheet", to), width=18), _Column(say("row", to), "count", 8),
        _Column(say("column", to), width=18), _Column(say("value", to), width=28),
        _Column(say("problem", to), "wrap", 44), _Column(say("accepted", to), "wrap", 48),
    ]  # fmt: skip


def _refused(rows: Iterable[RefusedRow]) -> Iterator[Sequence[Any]]:
    return ((r.file, r.sheet, r.row, r.column, r.value, r.problem, r.accepted) for r in rows)
