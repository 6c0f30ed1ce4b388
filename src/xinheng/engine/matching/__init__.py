"""Names of companies and people compared, and the same company found twice in a book. It proposes; people decide."""

from .parts import NameKind, NameParts, Role, Word, parse
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
    "Feature",
    "NameKind",
    "NameParts",
    "Part",
    "Purpose",
    "Role",
    "Score",
    "Weights",
    "Word",
    "compare",
    "compare_parts",
    "features",
    "parse",
    "shipped_weights",
    "threshold",
]
