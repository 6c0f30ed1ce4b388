"""The size class of a customer by the 2017 rules, kept with what it was told from."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from xinheng.engine import identity
from xinheng.engine.errors import InvalidIndicator, InvalidIndustryCode
from xinheng.server.customers.models import Customer


def size_set(
    customer: Customer,
    *,
    revenue: Decimal | None = None,
    total_assets: Decimal | None = None,
    period_end: dt.date | None = None,
) -> None:
    """Tell the class anew and put it, its status and its inputs on the (unsaved) customer.

    Amounts are in 元. Without any, those that the class was last told from are used again, so that a changed industry
    or head count is judged by the same accounts. A class that cannot be told is empty, with the reason as status.
    """
    if revenue is None and total_assets is None:
        kept = customer.size_inputs or {}
        revenue, total_assets = _amount(kept.get("revenue")), _amount(kept.get("total_assets"))
        period_end = dt.date.fromisoformat(kept["period_end"]) if kept.get("period_end") else None
    inputs: dict[str, Any] = {
        "employees": customer.employees,
        "revenue": None if revenue is None else str(revenue),
        "total_assets": None if total_assets is None else str(total_assets),
        "period_end": period_end.isoformat() if period_end else None,
    }
    try:
        found = identity.size_class(customer.industry_code, customer.employees, revenue, total_assets)
    except (InvalidIndustryCode, InvalidIndicator):
        customer.size_class, customer.size_status = "", "missing_input" if not customer.industry_code else "not_known"
        customer.size_inputs = inputs
        return
    customer.size_class = str(found.size_class or "")
    customer.size_status = str(found.status)
    customer.size_inputs = inputs | {
        "best_possible": str(found.best_possible or ""),
        "missing": list(found.missing),
        "by_indicator": {one.indicator: str(one.size_class or "") for one in found.per_indicator},
        "rules": list(found.rules),
    }


def _amount(text: Any) -> Decimal | None:
    try:
        return None if text in (None, "") else Decimal(text)
    except InvalidOperation:
        return None
