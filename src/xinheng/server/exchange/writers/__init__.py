"""Bringing one chunk of checked rows into the book, a writer per kind. All run inside the caller's transaction."""

from __future__ import annotations

from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.writers.outcomes import Outcome

__all__ = ["Outcome", "write_chunk"]


def write_chunk(run: ImportRun, index: int) -> Outcome:
    """Write the chunk with that index."""
    match run.kind:
        case "invoices" | "payments":
            from xinheng.server.exchange.writers.receivables import write_receivables

            return write_receivables(run, index)
        case "customers":
            from xinheng.server.exchange.writers.customers import write_customers

            return write_customers(run, index)
        case _:
            from xinheng.server.exchange.writers.statements import write_statements

            return write_statements(run, index)
