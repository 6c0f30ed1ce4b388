"""From a company's statements to the flat facts that the rules read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from xinheng.engine.errors import BadInput
from xinheng.engine.statements.checks import Severity, check
from xinheng.engine.statements.lines import is_flow
from xinheng.engine.statements.statement import Statement

SUFFIXES = ("", "_prior", "_prior2")

Fact = Decimal | int | str | float | bool | dt.date


def statement_facts(statements: Sequence[Statement], as_of: dt.date | None = None) -> dict[str, Fact]:
    """Facts of the newest statement and of the two periods before it.

    The period before is the one that ends where the newest begins, so that averages are of opening and closing: a
    half-year is followed by the year before it, not by the same half-year. Where there is none, `_prior` is unknown.

    Args:
        statements: newest first, all of one scope and currency; no two of the same period end.
        as_of: day of the assessment, for the age of the newest statement; unknown when not given.
    Returns: `ta`, `ta_prior`, `ta_prior2` … in 元, flows of a shorter period annualised (never balances), with
        `statements_years`, `statement_months`, `annualised`, `statement_period_end`, `audit_opinion`,
        `statement_scope`, `unbalanced_findings`.
    Raises: BadInput when the order is wrong.
    """
    periods = [statement.period_end for statement in statements]
    if periods != sorted(set(periods), reverse=True):
        raise BadInput(detail_zh="报表须由新到旧且期间不重复", detail_en="Statements go from new to old, once each")
    chain = consecutive(statements)
    facts: dict[str, Fact] = {"statements_years": len(chain)}
    if not chain:
        return facts
    for suffix, statement in zip(SUFFIXES, chain, strict=False):
        for code, amount in annual_lines(statement).items():
            facts[code + suffix] = amount
    newest = chain[0]
    errors = [
        finding
        for finding in check(newest, chain[1] if len(chain) > 1 else None)
        if finding.severity is Severity.ERROR
    ]  # fmt: skip
    facts |= {
        "statement_months": newest.months,
        "annualised": newest.months != 12,
        "statement_period_end": newest.period_end,
        "audit_opinion": newest.audit_opinion.value,
        "statement_scope": newest.scope.value,
        "unbalanced_findings": len(errors),
    }
    if as_of is not None:
        facts["statement_age_days"] = (as_of - newest.period_end).days
    return facts


def consecutive(statements: Sequence[Statement]) -> list[Statement]:
    """The newest statement and up to two before it, each ending in the month in which the next begins."""
    chain: list[Statement] = []
    for statement in statements:
        if not chain or _month(statement) == _month(chain[-1]) - chain[-1].months:
            chain.append(statement)
        if len(chain) == len(SUFFIXES):
            break
    return chain


def annual_lines(statement: Statement) -> dict[str, Decimal]:
    """The lines with flows brought to twelve months; capital expenditure from the cash-flow line where not given."""
    found = dict(statement.lines)
    if "capex" not in found and "c17" in found:
        found["capex"] = found["c17"]
    if statement.months == 12:
        return found
    cents = Decimal("0.01")
    return {
        code: (amount * 12 / statement.months).quantize(cents) if is_flow(code) else amount
        for code, amount in found.items()
    }


def _month(statement: Statement) -> int:
    return statement.period_end.year * 12 + statement.period_end.month
