"""Workbooks in the official form: 资产负债表, 利润表, 现金流量表 with items down the side (会企 01–03 表).

They are turned into the rows of the statement kind, one for the period and, for a full year, one for the year before,
so that everything after is the same as for a table of many companies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from xinheng.engine.errors import BadInput
from xinheng.engine.notation import AmountUnit, parse_date
from xinheng.engine.statements import find_line
from xinheng.intake.files import Row, Source, Table, find_table
from xinheng.intake.header import Header, normalised
from xinheng.intake.kinds import Kind
from xinheng.intake.mapping import header_unit

_LABELS = ("项目", "资产", "负债和所有者权益", "负债及所有者权益", "负债和股东权益", "负债及股东权益", "补充资料")
_NOW = (
    "期末余额",
    "期末数",
    "期末金额",
    "期末",
    "本期金额",
    "本年金额",
    "本年累计",
    "本年累计金额",
    "本期数",
    "本年数",
    "本期发生额",
)
_BEFORE = (
    "年初余额", "期初余额", "上年年末余额", "年初数", "期初数", "年初金额", "期初金额",
    "上期金额", "上年金额", "上年同期", "上年累计", "上年同期累计", "上期数", "上年数", "上期发生额", "上年同期金额",
)  # fmt: skip
_ORDINAL = re.compile(r"^[(（]?[一二三四五六七八九十\d]+[)）]?[、.．]\s*|^[(（][一二三四五六七八九十\d]+[)）]\s*")
_LEAD = re.compile(r"^(其中|减|加)\s*[:：]\s*")
_TAIL = re.compile(r"[(（](亏损|净亏损|损失|减少|或股东权益|或股本|净额)?[^()（）]*(填列|号填列)?[)）]$")
_COMPANY = re.compile(r"(?:编制单位|单位名称|公司名称|企业名称|编报单位)\s*[:：]\s*(\S.*?)\s*$")
_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}-\d{1,2}-\d{1,2}")
_YEAR = re.compile(r"(\d{4})\s*年\s*度")
_MONTHS = re.compile(r"(\d{4})\s*年\s*(?:1|一)?\s*[-—–至到]?\s*(\d{1,2})\s*月")
_SEARCHED = 15
_FIXED = ("customer", "period_end", "months", "scope")


@dataclass
class _Form:
    """What was read from the sheets so far; `now` and `before` map line codes to cells."""

    company: str = ""
    period_end: date | None = None
    months: int = 12
    consolidated: bool = False
    unit: AmountUnit | None = None
    now: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FormTable(Table):
    """The rows that a form comes to, as a table of the statement kind."""

    records: tuple[tuple[str, ...], ...] = ()

    def rows(self) -> Iterator[Row]:
        """One row per period, numbered from 1."""
        return iter([(number, list(cells)) for number, cells in enumerate(self.records, start=1)])


def find_form(source: Source) -> FormTable | None:
    """The statements of a workbook in the official form; None when it has no such sheet."""
    form = _Form()
    for sheet in source.sheet_names():
        first = list(islice(source.rows(sheet), _SEARCHED))
        found = _groups(first)
        if found:
            header_row, groups = found
            _read_titles(form, sheet, [cells for number, cells in first if number < header_row])
            for number, cells in source.rows(sheet):
                if number > header_row:
                    _read_row(form, cells, groups)
    if not form.now:
        return None
    codes = list(dict.fromkeys([*form.now, *form.before]))
    labels = (*_FIXED, *codes)
    records = [_record(form, form.period_end, form.now, codes)]
    if form.months == 12 and form.before and form.period_end:
        records.append(_record(form, _year_before(form.period_end), form.before, codes))
    return FormTable(source, "", Header(0, 0, labels), form.unit, labels, tuple(records))


def table_for(source: Source, kind: Kind, sheet: str = "") -> Table:
    """The table of a kind in a source, a workbook of statement forms included.

    Raises: as `find_table`.
    """
    form = find_form(source) if kind.key == "statements" else None
    return form or find_table(source, kind, sheet)


def _record(form: _Form, end: date | None, lines: dict[str, str], codes: Sequence[str]) -> tuple[str, ...]:
    scope = "consolidated" if form.consolidated else "parent"
    fixed = (form.company, end.isoformat() if end else "", str(form.months), scope)
    return (*fixed, *(lines.get(code, "") for code in codes))


def _groups(rows: Sequence[Row]) -> tuple[int, list[tuple[int, int, int | None]]] | None:
    """The header row of a form, and per side of it the columns of item, this period and the period before."""
    for number, cells in rows:
        groups: list[tuple[int, int, int | None]] = []
        label: int | None = None
        now: int | None = None
        before: int | None = None
        for place, cell in enumerate([*cells, "项目"]):
            text = normalised(cell)
            if text in _LABELS:
                if label is not None and now is not None:
                    groups.append((label, now, before))
                label, now, before = place, None, None
            elif text in _NOW and now is None:
                now = place
            elif text in _BEFORE and before is None:
                before = place
        if groups:
            return number, groups
    return None


def _read_titles(form: _Form, sheet: str, rows: Sequence[Sequence[str]]) -> None:
    texts = [sheet, *(cell.strip() for cells in rows for cell in cells if cell.strip())]
    for text in texts:
        if company := _COMPANY.search(text):
            form.company = form.company or re.split(r"\s{2,}|\t", company[1])[0]
        form.consolidated = form.consolidated or "合并" in text
        if "单位" in text and form.unit is None:
            form.unit = header_unit(text)
        if form.period_end is None:
            _read_period(form, text)


def _read_period(form: _Form, text: str) -> None:
    try:
        if day := _DAY.search(text):
            form.period_end = parse_date(day[0].replace(" ", ""))
            return
    except BadInput:
        return
    if year := _YEAR.search(text):
        form.period_end = date(int(year[1]), 12, 31)
    elif (months := _MONTHS.search(text)) and 1 <= int(months[2]) <= 12:
        form.months = int(months[2])
        form.period_end = _month_end(int(months[1]), form.months)


def _read_row(form: _Form, cells: Sequence[str], groups: Sequence[tuple[int, int, int | None]]) -> None:
    for label, now, before in groups:
        code = _line(cells[label]) if label < len(cells) else None
        if code is None:
            continue
        if now < len(cells) and cells[now].strip():
            form.now.setdefault(code, cells[now])
        if before is not None and before < len(cells) and cells[before].strip():
            form.before.setdefault(code, cells[before])


def _line(label: str) -> str | None:
    """The line that an item of the form names, without its ordinal, 加/减/其中 and remarks on signs."""
    text = label.strip()
    for _ in range(3):
        if code := find_line(text):
            return code
        shorter = _LEAD.sub("", _ORDINAL.sub("", text)).strip()
        shorter = shorter if shorter != text else _TAIL.sub("", text).strip()
        if shorter == text:
            return None
        text = shorter
    return find_line(text)


def _year_before(end: date) -> date:
    return _month_end(end.year - 1, end.month)


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
