"""How likely two names are names of the same: one figure, and every reason that lowers it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from ..errors import DefinitionError, Language
from .features import CHINESE, Finding, findings, profile_of
from .parts import Corpus, NameKind, NameParts, legal_forms, parse


class Purpose(StrEnum):
    """What the answer is for: it decides how numbers, places and trades in Latin names weigh."""

    IDENTITY = "identity"  # is it the same legal entity? Fund II is not Fund III
    SCREENING = "screening"  # would a person who screens want to see it? Fund III is of the same house


@dataclass(frozen=True, slots=True)
class Feature:
    """One way in which names disagree: what it means, and how it is told of two names."""

    id: str
    zh: str
    en: str
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Part:
    """One reason why a score is below 1.

    Attributes:
        feature: its id in `FEATURES`.
        size: how much they disagree in it, 0 to 1.
        weight: what a size of 1 costs, on the scale of log odds.
        left, right: the words it is about, in the order of the names asked about.
    """

    feature: str
    size: float
    weight: float
    left: str
    right: str

    @property
    def cost(self) -> float:
        """Log odds that it takes away."""
        return self.size * self.weight

    def message(self, language: Language = "en") -> str:
        """The reason as a sentence."""
        feature = features()[self.feature]
        template = feature.sentence_zh if language == "zh" else feature.sentence_en
        left, right = self.left or "—", self.right or "—"
        if self.feature == "form":
            left, right = _form_label(left, language), _form_label(right, language)
        return template.format(left=left, right=right)


@dataclass(frozen=True, slots=True)
class Score:
    """How likely two names are names of the same.

    Attributes:
        value: 0 to 1; 1 when nothing speaks against it.
        parts: what speaks against it, the heaviest first; empty for one spelling of one name.
        profile: whose weights were used.
        log_odds: what is left of the base after all costs; `value` is its logistic over that of the base.
    """

    value: float
    parts: tuple[Part, ...]
    profile: str
    log_odds: float = -math.inf

    @property
    def is_match(self) -> bool:
        """At or over the one threshold that ships: worth a person's look. Never a reason to merge by itself."""
        return self.value >= threshold()

    @property
    def sounds_alike(self) -> bool:
        """The names differ in characters of one sound: a warning where it is no match."""
        return any(part.feature == "homophone" for part in self.parts)

    def message(self, language: Language = "en") -> str:
        """The score told in one paragraph."""
        if not self.value:
            return "没有可以比较的名称。" if language == "zh" else "There is no name to compare."
        if not self.parts:
            return "两个名称写法一致。" if language == "zh" else "The names agree in all that counts."
        mark, end = ("；", "。") if language == "zh" else ("; ", ".")
        return mark.join(part.message(language) for part in self.parts) + end


@dataclass(frozen=True, slots=True)
class Weights:
    """Log odds before anything is held against a pair, and what each feature takes away. All are 0 or more."""

    base: float
    cost: Mapping[str, float]

    def value(self, found: Iterable[Finding]) -> float:
        """The score of a pair: the logistic of what is left, over that of a pair without any disagreement."""
        return _logistic(self.left(found)) / _logistic(self.base)

    def left(self, found: Iterable[Finding]) -> float:
        """Log odds after all costs."""
        return self.base - sum(finding.size * self.cost.get(finding.feature, 0.0) for finding in found)


def compare(
    a: str,
    b: str,
    kind: NameKind = NameKind.COMPANY,
    *,
    purpose: Purpose = Purpose.IDENTITY,
    corpus: Corpus | None = None,
) -> Score:
    """Compare two names.

    Args:
        kind: whose names they are.
        corpus: words that are common in the book that the names are of.
    Returns: the score; symmetric, 1 for one name in two spellings, 0 where one of them is empty.
    """
    common = corpus or Corpus()
    return compare_parts(parse(a, kind, common), parse(b, kind, common), purpose=purpose)


def compare_parts(a: NameParts, b: NameParts, *, purpose: Purpose = Purpose.IDENTITY) -> Score:
    """The same for names that were taken apart before; many comparisons want each name parsed once."""
    flipped = (a.text, a.given) > (b.text, b.given)
    left, right = (b, a) if flipped else (a, b)
    profile = profile_of(left, right)
    if not left.words or not right.words:
        return Score(0.0, (), profile)
    weights = shipped_weights()[profile, purpose]
    found = findings(left, right)
    parts = [
        Part(
            f.feature, f.size, weights.cost.get(f.feature, 0.0), *((f.right, f.left) if flipped else (f.left, f.right))
        )
        for f in found
    ]
    told = sorted((part for part in parts if part.cost > 0), key=lambda part: (-part.cost, part.feature))
    return Score(weights.value(found), tuple(told), profile, weights.left(found))


@lru_cache(maxsize=1)
def features() -> dict[str, Feature]:
    """Every feature, documented, by its id."""
    read = tomllib.loads(files("xinheng.engine.matching").joinpath("features.toml").read_text("utf-8"))
    return {row["id"]: Feature(**row) for row in read["feature"]}


@lru_cache(maxsize=1)
def _shipped() -> dict[str, object]:
    return tomllib.loads(files("xinheng.engine.matching").joinpath("weights.toml").read_text("utf-8"))


def threshold() -> float:
    """The one threshold that ships, fixed by cross-validation before use; see docs/explanation/matching.md."""
    return float(str(_shipped()["threshold"]))


@lru_cache(maxsize=1)
def shipped_weights() -> dict[tuple[str, Purpose], Weights]:
    """Weights by profile and purpose. Raises: DefinitionError for one that is negative or of an unknown feature."""
    read, found = _shipped(), {}
    for profile in (CHINESE, NameKind.COMPANY.value, NameKind.PERSON.value):
        plain = read[profile]
        for purpose in Purpose:
            own = read.get(f"{profile}_{purpose}", {})
            if not isinstance(plain, dict) or not isinstance(own, dict):
                raise DefinitionError(source="weights.toml")
            figures = {**plain, **own}
            base = float(figures.pop("base"))
            if any(weight < 0 or name not in features() for name, weight in figures.items()):
                raise DefinitionError(source="weights.toml", detail_zh=profile, detail_en=profile)
            found[profile, purpose] = Weights(base, figures)
    return found


def _form_label(classes: str, language: Language) -> str:
    labels = legal_forms()["labels"]
    return "/".join(labels[c][0 if language == "zh" else 1] for c in classes.split("/"))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@lru_cache(maxsize=1)
def record_weights() -> dict[str, float]:
    """What other facts of two records add to the log odds of their names; a proposal begins at `cut`."""
    read = _shipped()["record"]
    if not isinstance(read, dict):
        raise DefinitionError(source="weights.toml")
    return {str(name): float(weight) for name, weight in read.items()}


def weights_source() -> dict[str, str]:
    """Where the weights come from: file, commit, licence, sha256 of the pairs they were learnt from, and how."""
    source = _shipped().get("source", {})
    return {str(k): str(v) for k, v in source.items()} if isinstance(source, dict) else {}
