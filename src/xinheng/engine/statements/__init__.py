"""Financial statements by the Chinese general format: lines as data, identities checked, facts for the rules."""

from xinheng.engine.statements.checks import IDENTITIES, Finding, Severity, State, check, identities
from xinheng.engine.statements.facts import statement_facts
from xinheng.engine.statements.lines import LINES, Line, completed, find_line, is_flow, sums, sums_as_json, totals
from xinheng.engine.statements.statement import AuditOpinion, Scope, Statement

__all__ = [
    "IDENTITIES",
    "LINES",
    "AuditOpinion",
    "Finding",
    "Line",
    "Scope",
    "Severity",
    "State",
    "Statement",
    "check",
    "completed",
    "find_line",
    "identities",
    "is_flow",
    "statement_facts",
    "sums",
    "sums_as_json",
    "totals",
]
