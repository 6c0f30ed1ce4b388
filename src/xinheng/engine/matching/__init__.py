"""Names of companies and people compared, and the same company found twice in a book. It proposes; people decide."""

from .duplicates import BookUnreadable, Duplicate, Run, find_duplicates
from .parts import Corpus, NameKind, NameParts, Role, Word, parse
from .records import PROPOSED, Evidence, Record, RecordScore, compare_records
from .scoring import (
    Feature,
    Part,
    Purpose,
    Score,
    Weights,
    compare,
    compare_parts,
    features,
    shipped_weights,
    threshold,
)

__all__ = [
    "PROPOSED",
    "BookUnreadable",
    "Corpus",
    "Duplicate",
    "Evidence",
    "Feature",
    "NameKind",
    "NameParts",
    "Part",
    "Purpose",
    "Record",
    "RecordScore",
    "Role",
    "Run",
    "Score",
    "Weights",
    "Word",
    "compare",
    "compare_parts",
    "compare_records",
    "features",
    "find_duplicates",
    "parse",
    "shipped_weights",
    "threshold",
]
