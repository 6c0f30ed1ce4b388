"""The terminal's view: one table of companies, then what was not used."""

import sys
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from xinheng.documents import Language, Report
from xinheng.documents.words import DASH, joined, money, name, percent, points, say
from xinheng.intake.papers import Reading

_WIDTH = 100
_MOST_REFUSED = 20
_MOST_NAMES = 6
_STYLES = {"A": "green", "B": "yellow", "C": "red", "D": "bold red"}


def print_reports(reports: Sequence[Report], language: Language) -> None:
    """The table on standard output; at most 100 columns wide unless the terminal is narrower."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), width=min(console.width, _WIDTH), header_style="bold")
    table.add_column(say("company", language), ratio=5, overflow="fold")
    table.add_column(say("grade", language), no_wrap=True)
    table.add_column(say("score", language), justify="right", no_wrap=True)
    table.add_column(say("pd_short", language), justify="right", no_wrap=True)
    table.add_column(say("limit_short", language), justify="right", no_wrap=True)
    table.add_column(say("for", language), ratio=4, overflow="fold")
    table.add_column(say("against", language), ratio=4, overflow="fold")
    for one in reports:
        table.add_row(*_cells(one, language))
    console.print(table)
    for one in reports:
        _print_notes(console, one, language)


def _cells(one: Report, language: Language) -> list[Text]:
    answer, subject = one.answer, one.subject
    company = Text(clean(subject.name))
    papers = say("papers", language, "sentences", statements=len(subject.periods), invoices=subject.invoices)
    company.append(f"\n{papers}", style="dim")
    grade = Text(answer.grade or DASH, style=_STYLES.get((answer.grade or " ")[0], ""))
    rest = (points(answer.score), percent(answer.pd, 2), money(answer.limit))
    reasons = (one.names_of(one.ahead[:2], language), one.names_of(one.behind[:2], language))
    return [company, grade, *(Text(text) for text in (*rest, *(text or DASH for text in reasons)))]


def _print_notes(console: Console, one: Report, language: Language) -> None:
    """Caps, warnings and failed identities of one company; nothing where there are none."""
    lines = [
        (key, [name(row, language) for row in rows])
        for key, rows in (("caps", one.caps), ("warnings", one.warnings), ("missing", one.missing))
        if rows
    ]
    if one.findings:
        lines.append(("findings", [f"{finding.identity} {name(finding, language)}" for finding in one.findings]))
    if not lines:
        return
    notes = Table.grid(padding=(0, 1))
    notes.width = min(console.width, _WIDTH)
    notes.add_column(no_wrap=True)
    notes.add_column(overflow="fold", ratio=1)
    for key, names in lines:
        told = joined(names[:_MOST_NAMES], language)
        if len(names) > _MOST_NAMES:
            told += f" {say('more', language, count=len(names) - _MOST_NAMES)}"
        notes.add_row(Text(f"  {say(key, language)}", style="dim"), Text(told))
    console.print(Text(clean(one.subject.name), style="bold"))
    console.print(notes)


def print_unused(reading: Reading, language: Language) -> None:
    """Rows and sheets that were not used, on standard error: place, column, value, problem and what is accepted."""
    console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for sheet in reading.unread:
        console.print(Text(clean(sheet.error.message(language)), style="yellow"))
    for refused in reading.refused[:_MOST_REFUSED]:
        error = refused.error
        place = say("place", language, "sentences", place=refused.place, row=error.row, column=refused.column(language))
        text = f"{place}: {error.message(language)}"
        text += f" “{error.value}”" if error.value else ""
        text += f"; {error.accepted(language)}" if error.accepted(language) else ""
        console.print(Text(clean(text)))
    if reading.refused:
        rest = len(reading.refused) - _MOST_REFUSED
        text = say("refused_count", language, "sentences", count=len(reading.refused))
        if rest > 0:
            text += say("refused_more", language, "sentences", count=rest)
        console.print(Text(text, style="yellow"))
    if reading.repeated:
        console.print(Text(say("repeated", language, "sentences", count=reading.repeated), style="dim"))
    unapplied = sum(papers.unapplied for papers in reading.companies)
    if unapplied:
        console.print(Text(say("unapplied", language, "sentences", count=unapplied), style="dim"))


def clean(text: str) -> str:
    """One line without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else "�" for c in text)
