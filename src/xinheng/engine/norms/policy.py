"""How many peers are enough and what is cut off, read from `models/norms.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Policy:
    """The figures that comparing with peers rests on.

    Args:
        minimum_n: fewest companies of a group that a value is placed in.
        least_kept_n: fewest companies of a group that is kept when norms are built from a book.
        caps: ratio → lowest and highest value; beyond them a value counts as the bound.
        order_zh, order_en: which norm is taken first, as a sentence shown with percentiles.
    """

    minimum_n: int = 20
    least_kept_n: int = 5
    caps: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    order_zh: str = ""
    order_en: str = ""


@lru_cache(maxsize=1)
def shipped_policy() -> Policy:
    """The policy that comes with the product."""
    read = tomllib.loads(files("xinheng.engine.models").joinpath("norms.toml").read_text("utf-8"))
    figures = {row["name"]: int(row["value"]) for row in read["parameter"]}
    caps = {ratio: (float(row["low"]), float(row["high"])) for row in read["cap"] for ratio in row["ratios"]}
    return Policy(figures["minimum_n"], figures["least_kept_n"], caps, **read["policy"])
