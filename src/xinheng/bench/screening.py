"""`bench screening`: the name matcher on labelled pairs, as it ships and cross-validated.

As it ships: weights and threshold of `engine/matching/weights.toml`, whatever the pairs. Cross-validated: weights and
threshold learnt anew on four fifths of the pairs and judged on the rest, so that no pair judges what it taught; pairs
that share a name stay together. The same fitting made the weights that ship.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from xinheng.bench.screening_fit import FITTED, fit
from xinheng.engine.matching import NameKind, Purpose, Weights, parse, shipped_weights, threshold
from xinheng.engine.matching.features import Finding, findings, profile_of
from xinheng.engine.matching.scoring import weights_source

FOLDS, ROUNDS, SEED = 5, 10, 20261125
COMPANIES = frozenset(("Company", "Organization", "LegalEntity", "PublicBody"))
_KINDS = {"Person": NameKind.PERSON, "Vessel": NameKind.THING, "Airplane": NameKind.THING}
_CANDIDATES = [step / 100 for step in range(20, 96)]


class NoPairs(ValueError):
    """The file has no column that is needed, or no row."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One pair: what it disagrees in, and whether people call it a match."""

    group: str
    schema: str
    names: tuple[str, str]
    profile: str
    found: tuple[Finding, ...]
    is_match: bool


def measure(
    *, pairs: Path, say: Callable[[str], None], fitted: bool = False, lists: Path | None = None,
    customers: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Both judgements of a file of pairs.

    Args:
        pairs: csv, gzipped or not, with columns name1, name2, is_match and, where told, schema and case_group.
        fitted: add the weights and the threshold that all pairs together teach.
        lists, customers: for screening whole books against lists, which is not measured yet.
    Raises: NoPairs.
    """
    rows = read_pairs(pairs)
    say(f"{len(rows):,} pairs")
    notes = []
    shipped = [value(row, shipped_weights()) >= threshold() for row in rows]
    if hashlib.sha256(_opened(pairs)).hexdigest() == weights_source().get("sha256"):
        notes.append("the shipped weights were learnt from this very file: judge by cross_validated")
    if lists or customers:
        notes.append("screen_seconds, delta_seconds: whole books are not screened against lists yet")
    else:
        notes.append("screen_seconds, delta_seconds: no lists were given")
    overall = judged(zip(shipped, (row.is_match for row in rows), strict=True))
    answer: dict[str, Any] = {
        "pairs": len(rows),
        "threshold": threshold(),
        **overall,
        "f1_companies": _f1_of(rows, shipped, COMPANIES),
        "f1_people": _f1_of(rows, shipped, {"Person"}),
        "by_group": _by(rows, shipped, lambda row: row.group),
        "by_script": _by(rows, shipped, lambda row: _scripts(row)),
        "cross_validated": cross_validated(rows, say),
        "screen_seconds": None,
        "delta_seconds": None,
        "notes": notes,
    }
    if fitted:
        weights, cut = learnt(rows)
        answer["fitted"] = {
            "threshold": cut, **{p: {"base": w.base, **w.cost} for p, w in weights.items()}
        }  # fmt: skip
    return answer


def read_pairs(path: Path) -> list[Labelled]:
    """The labelled pairs of a file."""
    lines = _opened(path).decode("utf-8-sig").splitlines()
    reader = csv.DictReader(lines)
    missing = {"name1", "name2", "is_match"} - set(reader.fieldnames or ())
    if missing:
        raise NoPairs(f"{path} has no column {', '.join(sorted(missing))}")
    rows = [_labelled(row) for row in reader]
    if not rows:
        raise NoPairs(f"{path} has no pairs")
    return rows


def _opened(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def _labelled(row: dict[str, str]) -> Labelled:
    schema = row.get("schema") or "Company"
    kind = _KINDS.get(schema, NameKind.COMPANY)
    left, right = sorted((parse(row["name1"], kind), parse(row["name2"], kind)), key=lambda p: (p.text, p.given))
    return Labelled(
        row.get("case_group") or "",
        schema,
        (row["name1"], row["name2"]),
        profile_of(left, right),
        tuple(findings(left, right)),
        row["is_match"].strip().casefold() in ("true", "1", "t", "yes"),
    )


def value(row: Labelled, weights: dict[Any, Weights]) -> float:
    """The score of a pair under given weights, keyed by profile or by profile and purpose."""
    chosen = weights.get((row.profile, Purpose.SCREENING)) or weights[row.profile]
    return chosen.value(row.found)


def learnt(rows: Sequence[Labelled]) -> tuple[dict[str, Weights], float]:
    """Weights of every fitted profile and the threshold of the best F1; other profiles keep what ships."""
    weights = {p: w for (p, purpose), w in shipped_weights().items() if purpose is Purpose.SCREENING}
    for profile, names in FITTED.items():
        own = [row for row in rows if row.profile == profile]
        if len({row.is_match for row in own}) == 2:
            sizes = [[_size(row, name) for name in names] for row in own]
            base, costs = fit(sizes, [row.is_match for row in own])
            weights[profile] = Weights(base, dict(zip(names, costs, strict=True)))
    return weights, best_threshold([(value(row, weights), row.is_match) for row in rows])


def _size(row: Labelled, feature: str) -> float:
    return next((f.size for f in row.found if f.feature == feature), 0.0)


def best_threshold(scored: Sequence[tuple[float, bool]]) -> float:
    """The middle of the thresholds whose F1 is within a hundredth of the best: a broad top, not a lucky peak."""
    by_cut = {cut: judged((score >= cut, match) for score, match in scored)["f1"] for cut in _CANDIDATES}
    top = max(by_cut.values())
    return statistics.median_low([cut for cut, f1 in by_cut.items() if f1 >= top - 0.005])


def cross_validated(rows: Sequence[Labelled], say: Callable[[str], None]) -> dict[str, Any]:
    """Held-out figures, the mean over rounds; spreads are standard deviations between rounds."""
    rounds, cuts = [], []
    for turn in range(ROUNDS):
        calls = [False] * len(rows)
        folds = grouped_folds(rows, SEED + turn)
        for fold in folds:
            held_out = set(fold)
            weights, cut = learnt([row for at, row in enumerate(rows) if at not in held_out])
            cuts.append(cut)
            for at in fold:
                calls[at] = value(rows[at], weights) >= cut
        rounds.append(
            judged(zip(calls, (r.is_match for r in rows), strict=True))
            | {"f1_companies": _f1_of(rows, calls, COMPANIES), "f1_people": _f1_of(rows, calls, {"Person"})}
        )
        say(f"round {turn + 1}: held-out F1 {rounds[-1]['f1']}")
    means = {key: _mean([r[key] for r in rounds]) for key in rounds[0]}
    spread = [r["f1"] for r in rounds if r["f1"] is not None]
    return {
        **means,
        "f1_sd": round(statistics.pstdev(spread), 4) if spread else None,
        "thresholds": [min(cuts), statistics.median(cuts), max(cuts)],
        "folds": FOLDS,
        "rounds": ROUNDS,
    }


def grouped_folds(rows: Sequence[Labelled], seed: int) -> list[list[int]]:
    """Folds of nearly one size in which pairs that share a name stay together."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for row in rows:
        leader[lead(row.names[0].casefold())] = lead(row.names[1].casefold())
    groups = defaultdict(list)
    for at, row in enumerate(rows):
        groups[lead(row.names[0].casefold())].append(at)
    shuffled = list(groups.values())
    Random(seed).shuffle(shuffled)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    for group in shuffled:
        min(folds, key=len).extend(group)
    return folds


def judged(calls: Iterable[tuple[bool, bool]]) -> dict[str, float | None]:
    """Precision, recall and F1 of (called a match, is one); a figure without anything to divide by is None."""
    hit = called = real = 0
    for call, truth in calls:
        hit, called, real = hit + (call and truth), called + call, real + truth
    return {
        "precision": round(hit / called, 4) if called else None,
        "recall": round(hit / real, 4) if real else None,
        "f1": round(2 * hit / (called + real), 4) if called + real else None,
    }


def _f1_of(rows: Sequence[Labelled], calls: Sequence[bool], schemas: Iterable[str]) -> float | None:
    wanted = frozenset(schemas)
    return judged((c, r.is_match) for r, c in zip(rows, calls, strict=True) if r.schema in wanted)["f1"]


def _by(rows: Sequence[Labelled], calls: Sequence[bool], key: Callable[[Labelled], str]) -> dict[str, Any]:
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, call in zip(rows, calls, strict=True):
        found[key(row)].append((call, row.is_match))
    return {name: {"pairs": len(calls), **judged(calls)} for name, calls in sorted(found.items())}


def _scripts(row: Labelled) -> str:
    return "/".join(sorted({parse(name, _KINDS.get(row.schema, NameKind.COMPANY)).script for name in row.names}))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(statistics.mean(known), 4) if known else None
