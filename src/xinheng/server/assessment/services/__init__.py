"""Acts of assessment, by topic."""

from xinheng.server.assessment.services.assessments import (
    assessment_replay,
    assessment_run,
    assessor,
    facts_of,
    rating_override,
    stored_answer,
    stored_facts,
)
from xinheng.server.assessment.services.statements import statement_save

__all__ = [
    "assessment_replay",
    "assessment_run",
    "assessor",
    "facts_of",
    "rating_override",
    "statement_save",
    "stored_answer",
    "stored_facts",
]
