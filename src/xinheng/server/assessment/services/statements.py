"""Acts on statements."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from xinheng.server.assessment.models import Statement
from xinheng.server.customers.models import Customer
from xinheng.server.events.services import record


@transaction.atomic
def statement_save(
    *, customer: Customer, period_end: dt.date, lines: Mapping[str, Decimal], actor: Any = None, **fields: Any
) -> Statement:
    """Keep a statement as given. The same period again is a restatement: a new version, the old one stays."""
    scope = fields.get("scope", Statement.Scope.CONSOLIDATED)
    before = Statement.objects.filter(customer=customer, period_end=period_end, scope=scope)
    version = 1 + max(before.values_list("version", flat=True), default=0)
    statement = Statement(
        customer=customer,
        period_end=period_end,
        version=version,
        lines={code: str(amount) for code, amount in lines.items()},
        **fields,
    )
    statement.as_engine()  # refuses unknown lines before anything is written
    statement.full_clean()
    statement.save()
    record(
        type="statement.kept",
        subject=customer,
        actor=actor,
        data={"period_end": period_end, "version": version, "lines": len(lines)},
    )
    return statement
