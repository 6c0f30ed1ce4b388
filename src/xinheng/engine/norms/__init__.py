"""Industry norms: how a ratio is spread among peers, and where one company stands among them."""

from .building import comparable, norms_sql
from .distribution import SHARES, Edge, InvalidNorm, Norm, Origin, percentile, safer_than, winsorised
from .policy import Policy, shipped_policy
from .position import Level, Position, place, place_all

__all__ = [
    "SHARES",
    "Edge",
    "InvalidNorm",
    "Level",
    "Norm",
    "Origin",
    "Policy",
    "Position",
    "comparable",
    "norms_sql",
    "percentile",
    "place",
    "place_all",
    "safer_than",
    "shipped_policy",
    "winsorised",
]
