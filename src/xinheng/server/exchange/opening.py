"""From a run to the table in its file."""

from __future__ import annotations

from xinheng import intake
from xinheng.server.exchange.models import ImportRun


def run_source(run: ImportRun) -> intake.Source:
    """The run's file, guarded as on its first day. Raises: FileError."""
    return intake.open_source(run.source_path, run.original_name)


def run_table(run: ImportRun) -> intake.Table:
    """The table of the run's kind on its sheet. Raises: FileError."""
    return intake.table_for(run_source(run), run.definition, run.sheet)
