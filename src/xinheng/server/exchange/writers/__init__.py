"""Bringing checked rows into the book chunk by chunk, a writer per kind. All write inside the caller's transaction."""

from __future__ import annotations

from typing import Protocol

from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.writers.customers import CustomersWriter
from xinheng.server.exchange.writers.outcomes import Outcome
from xinheng.server.exchange.writers.receivables import ReceivablesWriter
from xinheng.server.exchange.writers.statements import StatementsWriter

__all__ = ["Outcome", "Writer", "writer_for"]


class Writer(Protocol):
    """What all writers can do."""

    def write(self, index: int) -> Outcome:
        """Write the chunk with that index and say what became of its rows."""
        ...


def writer_for(run: ImportRun) -> Writer:
    """The writer of the run's kind."""
    if run.kind == "customers":
        return CustomersWriter(run)
    if run.kind == "statements":
        return StatementsWriter(run)
    return ReceivablesWriter(run)
