"""Acts of assessment, by topic."""

from xinheng.server.assessment.services.assessments import (
    Difference,
    RulesUnreadable,
    assessment_replay,
    assessment_run,
    assessor,
    facts_of,
    runner_of,
    stored_answer,
    stored_facts,
)
from xinheng.server.assessment.services.norms import (
    NormsRefused,
    norms_are_stale,
    norms_build,
    norms_load,
    norms_rebuild_later,
    refused_rows,
)
from xinheng.server.assessment.services.overrides import (
    grades_within_authority,
    notches_within_authority,
    override_withdraw,
    rating_override,
)
from xinheng.server.assessment.services.statements import statement_save

__all__ = [
    "Difference",
    "NormsRefused",
    "RulesUnreadable",
    "assessment_replay",
    "assessment_run",
    "assessor",
    "facts_of",
    "grades_within_authority",
    "norms_are_stale",
    "norms_build",
    "norms_load",
    "norms_rebuild_later",
    "notches_within_authority",
    "override_withdraw",
    "rating_override",
    "refused_rows",
    "runner_of",
    "statement_save",
    "stored_answer",
    "stored_facts",
]
