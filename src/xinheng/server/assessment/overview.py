"""The rating on the customer's overview: the grade's trend, what speaks for and against it, and the proposed limit."""

from typing import Any

from xinheng.server.assessment import charts, explaining
from xinheng.server.assessment.history import reader_of
from xinheng.server.assessment.models import Assessment
from xinheng.server.customers.models import Customer

#: Assessments in the line of the card, and reasons named on each side.
SHOWN = 8
REASONS = 3


def rating_card(customer: Customer) -> dict[str, Any]:
    """What the card needs; without an assessment only `customer`, and the card says how to come to one."""
    kept = Assessment.objects.filter(customer=customer).select_related("rules").prefetch_related("overrides")
    newest = kept.order_by("-pk").first()
    if newest is None:
        return {"assessment": None}
    scores = kept.order_by("-pk").values_list("score", flat=True)[:SHOWN]
    card: dict[str, Any] = {"assessment": newest, "line": list(reversed(scores)), "ahead": [], "behind": []}
    reader = reader_of(newest, "wan")
    if reader is None or newest.score is None:
        return card
    ahead, behind = explaining.strongest(reader)
    card["ahead"] = [{"label": reader.pick(line), "points": line.earned} for line in ahead[:REASONS]]
    card["behind"] = [{"label": reader.pick(line), "points": line.lost} for line in behind[:REASONS]]
    scale = charts.scale(reader, newest, None)
    card["short"] = scale["title"] if scale else ""
    if reader.answer.limit is not None:
        card["binding"] = reader.label(str(reader.answer.results.get("limit_binding")))
    return card
