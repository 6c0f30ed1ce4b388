"""Questions about industry norms: where a customer's ratios stand among those of its peers.

For the page of an assessment:

    positions = assessment_positions(assessment)      # one query, whatever the number of ratios
    position = positions["l1"]                        # engine.norms.Position: percentile, safer_than, n, level,
                                                      # industry, origin, source, period, quantiles, edge, note_zh/_en

`percentile is None` always comes with a note that says why; show `position_source(position)` beside every percentile.
Which norm is taken is decided by `engine.norms.place` alone; `norms_policy()` is the sentence that tells how.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext as _

from xinheng.engine.identity import industry as industry_of
from xinheng.engine.norms import Level, Norm, Origin, Position, comparable, place_all, shipped_policy
from xinheng.engine.rules.forms import Quantity
from xinheng.engine.rules.ruleset import shipped
from xinheng.server.assessment.models import Assessment, IndustryNorm
from xinheng.server.customers.choices import SizeClass


@cache
def comparable_ratios() -> dict[str, Quantity]:
    """The ratios that companies are compared by, by id, in the order of the rules."""
    return comparable(shipped())


def norms_of(*, industry_code: str, size_class: str = "") -> list[Norm]:
    """Every norm that a customer of this industry and size could be placed in, newest period first."""
    groups = {"", industry_code[:1]} | ({industry_code[:3]} if len(industry_code) >= 3 else set())
    kept = IndustryNorm.objects.filter(industry__in=groups, size_class__in={"", size_class})
    return [norm.as_engine() for norm in kept.order_by("-period", "-load_id", "-id")]


def percentiles_of(
    values: Mapping[str, float | None], *, industry_code: str, size_class: str = ""
) -> dict[str, Position]:
    """Where ratios stand among those of the peers; one query.

    Args:
        values: ratio id → value as the rules store it (a share for %), None when unknown.
        industry_code, size_class: of the customer, empty when unknown.
    Returns: one position for each of `values` that companies are compared by.
    """
    ratios = comparable_ratios()
    return place_all(
        {ratio: value for ratio, value in values.items() if ratio in ratios},
        directions={ratio: form.direction for ratio, form in ratios.items()},
        industry=industry_code,
        size_class=size_class,
        norms=norms_of(industry_code=industry_code, size_class=size_class),
    )


def assessment_positions(assessment: Assessment) -> dict[str, Position]:
    """`percentiles_of` for every ratio of a kept assessment, by its customer's industry and size class."""
    values = {ratio: assessment.results.get(ratio) for ratio in comparable_ratios()}
    customer = assessment.customer
    return percentiles_of(values, industry_code=customer.industry_code, size_class=customer.size_class)


def norms_policy(language: str) -> str:
    """Which norm is taken first, and how many companies it needs, as sentences."""
    policy = shipped_policy()
    order = policy.order_zh if language == "zh" else policy.order_en
    return f"{order} " + _("A group needs %(count)d companies.") % {"count": policy.minimum_n}


def group_label(industry: str, size_class: str, language: str) -> str:
    """The name of a group of peers: “C35 专用设备制造业 · 小型”."""
    name = f"{industry} {getattr(industry_of(industry), language)}" if industry else _("All industries")
    return f"{name} · {SizeClass(size_class).label}" if size_class else name


def position_source(position: Position, language: str) -> str:
    """Whom a customer was compared with: group, number of companies, source and period; empty without a percentile."""
    if position.level is Level.NONE:
        return ""
    return _("%(group)s, %(n)d companies, %(source)s %(period)s") % {
        "group": group_label(position.industry, position.size_class, language),
        "n": position.n,
        "source": _("own book") if position.origin is Origin.BOOK else position.source,
        "period": position.period,
    }


def norms_listed(filters: Mapping[str, Any]) -> QuerySet[IndustryNorm]:
    """Norms for the page; in the order of the rules within an industry.

    Args: filters: may hold ratio, section (a letter, a division, or “all” for all industries together), origin,
        size_class (a class, or “all” for all sizes together).
    """
    found = IndustryNorm.objects.select_related("load__made_by")
    if filters.get("ratio"):
        found = found.filter(ratio=filters["ratio"])
    if filters.get("section") == "all":
        found = found.filter(industry="")
    elif filters.get("section"):
        found = found.filter(industry__startswith=filters["section"])
    if filters.get("origin"):
        found = found.filter(origin=filters["origin"])
    if filters.get("size_class") == "all":
        found = found.filter(size_class="")
    elif filters.get("size_class") in SizeClass.values:
        found = found.filter(size_class=filters["size_class"])
    places = [When(ratio=ratio, then=Value(place)) for place, ratio in enumerate(comparable_ratios())]
    found = found.annotate(place=Case(*places, default=Value(len(places)), output_field=IntegerField()))
    return found.order_by("industry", "place", "ratio", "size_class", "-origin", "-period", "source")
