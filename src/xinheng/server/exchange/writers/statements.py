"""Statements: one by one through the service that keeps them, since each period may be a restatement."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from xinheng.engine.notation import AmountUnit
from xinheng.engine.statements import LINES
from xinheng.intake import RowError
from xinheng.server.assessment.models import Statement
from xinheng.server.assessment.services import statement_save
from xinheng.server.customers.models import Customer
from xinheng.server.exchange.choices import Duplicates
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.writers.outcomes import Outcome, conflict

_FIELDS = ("months", "currency", "audit_opinion")


class StatementsWriter:
    """Writes the chunks of one run of statements."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run
        units = [AmountUnit(unit).factor for unit in run.mapping.get("units", {}).values()]
        # The coarsest unit decides how closely sums can be expected to hold.
        self._entry_unit = max(units, default=Decimal(1))

    def write(self, index: int) -> Outcome:
        """Write one chunk. The caller's transaction is open."""
        outcome = Outcome()
        with self._run.chunk_path(index).open(encoding="utf-8", newline="") as stream:
            rows = [{key: text for key, text in cells.items() if text != ""} for cells in csv.DictReader(stream)]
        customers = Customer.objects.in_bulk({int(row["customer_id"]) for row in rows})
        for row in rows:
            self._write_row(row, customers[int(row["customer_id"])], outcome)
        return outcome

    def _write_row(self, row: Mapping[str, str], customer: Customer, outcome: Outcome) -> None:
        period_end, scope = date.fromisoformat(row["period_end"]), row["scope"]
        lines = {code: Decimal(text) for code, text in row.items() if code in LINES}
        fields: dict[str, Any] = {key: row[key] for key in _FIELDS if key in row}
        fields["months"] = int(row["months"])
        kept = (
            Statement.objects.filter(customer=customer, period_end=period_end, scope=scope).order_by("-version").first()
        )
        if kept:
            differing = _differing(kept, lines, fields)
            if not differing:
                outcome.skipped += 1
                return
            if self._run.duplicates == Duplicates.ERROR:
                outcome.errors.append(conflict(int(row["row"]), "period_end", row["period_end"], differing))
                return
        source = f"{self._run.original_name[:80]} #{row['row']}"
        try:
            statement_save(
                customer=customer, period_end=period_end, lines=lines, actor=self._run.started_by, scope=scope,
                entry_unit=self._entry_unit, source=source, reason=_("Import %(source)s") % {"source": source},
                **fields,
            )  # fmt: skip
        except ValidationError as error:
            text = " ".join(error.messages)
            outcome.errors.append(RowError(int(row["row"]), "", row["period_end"], "not_accepted", text, text))
            return
        if kept:
            outcome.updated += 1
        else:
            outcome.inserted += 1


def _differing(kept: Statement, lines: Mapping[str, Decimal], fields: Mapping[str, Any]) -> list[str]:
    stored = {code: Decimal(text) for code, text in kept.lines.items()}
    codes = [code for code in LINES if stored.get(code) != lines.get(code)]
    return codes + [key for key, value in fields.items() if getattr(kept, key) != value]
