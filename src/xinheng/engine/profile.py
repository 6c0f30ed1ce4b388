"""From the customer file to facts: age, length of the relationship, industry section, size class, capital, employees.

One definition for the pages and for `xinheng assess`; the facts of statements and of payments are made elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from xinheng.engine.errors import BadInput
from xinheng.engine.identity import SizeClass, industry, size_class
from xinheng.engine.statements.facts import Fact
from xinheng.engine.statements.statement import Statement

DAYS_IN_YEAR = 365.25
FULL_YEAR_MONTHS = 12
SIZE_CURRENCY = "CNY"  # the bounds of the size classes are in 元


@dataclass(frozen=True)
class Profile:
    """What a customer file says that the rules read; None and "" are unknown.

    Args:
        industry_code: GB/T 4754-2017, as the file writes it.
        founded_on: day of foundation.
        customer_since: day of the first business with us.
        registered_capital: in 元.
        employees: persons.
        size_class: as told before, used only where the statements and the head count do not tell it.
    """

    industry_code: str = ""
    founded_on: dt.date | None = None
    customer_since: dt.date | None = None
    registered_capital: Decimal | None = None
    employees: int | None = None
    size_class: str = ""


def profile_facts(profile: Profile, statements: Sequence[Statement], as_of: dt.date) -> dict[str, Fact]:
    """The facts of a customer file at a day; what is unknown is left out.

    Args:
        statements: newest first, none ending after `as_of`; the newest full year in 元 gives the size class its
            revenue and total assets.
        as_of: day of the assessment. A date of the file that lies after it is unknown on that day.
    Returns: `industry_section`, `size_class`, `registered_capital`, `employees`, `years_in_business`,
        `customer_age_years` (years of 365.25 days, four decimals), as far as they are known.
    """
    found: dict[str, Fact | None] = {
        "industry_section": _section(profile.industry_code),
        "size_class": _size(profile, statements),
        "registered_capital": profile.registered_capital,
        "employees": profile.employees,
        "years_in_business": _years(profile.founded_on, as_of),
        "customer_age_years": _years(profile.customer_since, as_of),
    }
    return {name: value for name, value in found.items() if value is not None}


def newest_year(statements: Sequence[Statement]) -> Statement | None:
    """The newest statement of a full year in 元, of statements given newest first."""
    full = (s for s in statements if s.months == FULL_YEAR_MONTHS and s.currency == SIZE_CURRENCY)
    return next(full, None)


def _section(code: str) -> str | None:
    try:
        return industry(code).section if code else None
    except BadInput:
        return None


def _size(profile: Profile, statements: Sequence[Statement]) -> str | None:
    year = newest_year(statements)
    revenue, total_assets = (None, None) if year is None else (year.get("rev"), year.get("ta"))
    told: SizeClass | None = None
    if profile.industry_code:
        try:
            told = size_class(profile.industry_code, profile.employees, revenue, total_assets).size_class
        except BadInput:
            told = None
    return str(told) if told else profile.size_class or None


def _years(since: dt.date | None, as_of: dt.date) -> float | None:
    return None if since is None or since > as_of else round((as_of - since).days / DAYS_IN_YEAR, 4)
