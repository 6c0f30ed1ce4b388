"""Financial statements by the Chinese general format: lines as data, identities checked, facts for the rules."""

from xinheng.engine.statements.checks import Finding, check
from xinheng.engine.statements.facts import statement_facts
from xinheng.engine.statements.lines import LINES, Line, find_line, sums, totals
from xinheng.engine.statements.statement import AuditOpinion, Scope, Statement

__all__ = [
    "LINES",
    "AuditOpinion",
    "Finding",
    "Line",
    "Scope",
    "Statement",
    "check",
    "find_line",
    "statement_facts",
    "sums",
    "totals",
]
