"""Three years of statements that follow from a story. Amounts are whole 分 while they are made, for speed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from xinheng.engine.statements import AuditOpinion, Statement
from xinheng.engine.statements.lines import sums

YEARS = 3
#: A year's accounts are there from this month of the next year on.
CLOSED_BY_MONTH = 5
_ROUND = 10_000_00  # 万元 in 分: what a made-up statement is rounded to


def newest_year(as_of: dt.date) -> int:
    """The last year whose accounts are there."""
    return as_of.year - (1 if as_of.month >= CLOSED_BY_MONTH else 2)


def statements(
    draw: Random, story: dict[str, Any], revenue: float, capital: float, as_of: dt.date
) -> tuple[Statement, ...]:
    """The statements of a company, newest first.

    Args:
        revenue: of the first of the years, in 元; capital: paid in, in 元.
    """
    tilt = draw.uniform(0.9, 1.1)
    retained, cash_before = revenue * 0.12, round(revenue * 6)
    found = []
    for year in range(YEARS):
        if year:
            revenue *= 1 + story["growth"][year - 1]
        amounts, retained = _year(story, year, revenue, capital, retained, tilt)
        lines = {code: round(amount * 100) for code, amount in amounts.items()}
        if story.get("rounded"):
            lines = {code: round(fen / _ROUND) * _ROUND for code, fen in lines.items()}
        lines["ce0"] = cash_before
        _add_up(lines)
        # The balance closes through cash or, where cash would turn negative, through short-term borrowing.
        gap = lines["tle"] - lines["ta"]
        if lines["cash"] + gap > 0:
            lines["cash"] += gap
        else:
            lines["stl"] -= gap
        # The cash-flow statement ends at the cash of the balance: what else moved it is "other operating".
        moved = lines["cash"] - lines["ce0"] - lines["dce"]
        lines["c03" if moved > 0 else "c08"] = lines.get("c03" if moved > 0 else "c08", 0) + abs(moved)
        _add_up(lines)
        cash_before = lines["ce1"]
        if story.get("padded_assets") and year == YEARS - 1:
            _pad(lines, story["padded_assets"])
        opinion = AuditOpinion.UNAUDITED if draw.random() < 0.5 else AuditOpinion.UNQUALIFIED
        end = dt.date(newest_year(as_of) - YEARS + 1 + year, 12, 31)
        found.append(Statement(end, {code: Decimal(fen).scaleb(-2) for code, fen in lines.items()},
                               audit_opinion=opinion, entry_unit=Decimal(1)))  # fmt: skip
    return tuple(reversed(found))


@cache
def _order() -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    return tuple((code, tuple(parts)) for code, parts in sums().items())


def _add_up(lines: dict[str, int]) -> None:
    for code, parts in _order():
        given = [lines[part] * sign for part, sign in parts if part in lines]
        if given:
            lines[code] = sum(given)


def _pad(lines: dict[str, int], share: float) -> None:
    """Write total assets higher than their parts, and retained earnings with them, so that the sheet balances."""
    extra = round(lines["ta"] * share / _ROUND) * _ROUND
    for code in ("ta", "re", "eq", "tle"):
        lines[code] += extra


def _year(
    story: dict[str, Any], year: int, rev: float, capital: float, retained: float, tilt: float
) -> tuple[dict[str, float], float]:
    """One year's lines before subtotals, in 元, and the retained earnings at its end."""
    cogs = rev * (1 - story["margin"][year] * tilt)
    sell, adm, rd, taxs = rev * 0.05, rev * 0.065, rev * 0.02, rev * 0.006
    borrowed = rev * story["debt"][year]
    interest, income = borrowed * 0.048, rev * 0.0008
    operating = rev - cogs - sell - adm - rd - taxs - (interest - income) - rev * 0.002
    tax = max(0.0, operating * 0.25)
    retained += operating - tax
    receivable = rev * story["receivable_days"][year] / 365
    inventory = cogs * story["inventory_days"][year] / 365
    plant, payable = rev * 0.22, cogs * 45 / 365
    collected = (rev * 1.13 - receivable * 0.15) * story.get("collected", 1.0)
    flow = rev * 1.13 - receivable * 0.15 - cogs * 1.1 - sell - adm - rev * 0.05
    invested = plant * 0.12
    lent = story["lent_to_group"][year] if "lent_to_group" in story else 0.008
    return {
        "cash": rev * 0.08, "nr": rev * 0.02, "ar": receivable, "pre": rev * 0.01, "orec": rev * lent,
        "inv": inventory, "oca": rev * 0.004, "ppe": plant, "cip": rev * 0.02, "int": rev * 0.03, "dta": rev * 0.002,
        "stl": borrowed * 0.7, "ltl": borrowed * 0.3, "npay": rev * 0.015, "ap": payable, "clb": rev * 0.02,
        "wage": rev * 0.015, "taxp": rev * 0.01, "opay": rev * 0.02, "cap": capital, "apic": capital * 0.2,
        "sr": max(0.0, retained * 0.1), "re": retained - max(0.0, retained * 0.1),
        "rev": rev, "cogs": cogs, "taxs": taxs, "sell": sell, "adm": adm, "rd": rd, "fin": interest - income,
        "ie": interest, "ii": income, "cil": -rev * 0.002, "it": tax,
        "c01": collected, "c05": cogs * 1.1, "c06": sell + adm, "c07": rev * 0.03, "c08": rev * 0.02,
        "c17": invested, "c23": max(0.0, -flow) + invested, "c27": interest,
        "dep": plant * 0.1, "amo": rev * 0.003, "ar_allow": receivable * 0.03,
    }, retained  # fmt: skip
