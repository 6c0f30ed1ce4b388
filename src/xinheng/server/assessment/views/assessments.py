"""Pages of assessments: the list, one assessment with its reasons, running the rules and replaying them."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tables2 import RequestConfig

from xinheng.engine.assessment import GradeEffect
from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.assessment import charts, explaining
from xinheng.server.assessment.history import reader_of
from xinheng.server.assessment.listing import PER_PAGE, AssessmentFilter, AssessmentTable
from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.norms import assessment_positions
from xinheng.server.assessment.selectors import assessment_before, assessments_visible
from xinheng.server.assessment.services import (
    RulesUnreadable,
    assessment_replay,
    assessment_run,
    assessor,
    grades_within_authority,
    notches_within_authority,
)
from xinheng.server.assessment.wording import Reader
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.selectors import timeline
from xinheng.server.lists.export import FORMATS, export_response
from xinheng.server.lists.filters import chips

TIMELINE = 12
MOST_DIFFERENCES = 50


def amount_unit(request: HttpRequest) -> str:
    return getattr(request.user, "amount_unit", "wan")


def assessment_list(request: HttpRequest) -> HttpResponseBase:
    filters = AssessmentFilter(request.GET, user=request.user)
    table = AssessmentTable(filters.assessments, user=request.user)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    if answer := export_response(request, table, "assessments"):
        return answer
    exports = {}
    for kind in FORMATS:
        left = request.GET.copy()
        left.pop("page", None)
        left["export"] = kind
        exports[kind] = f"?{left.urlencode()}"
    context = {"table": table, "filter": filters, "chips": chips(filters, request), "exports": exports}
    return render(request, "assessment/list.html", context)


@require_POST
@may_required("assessment.run")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    assessment = assessment_run(customer=customer, actor=request.user)
    return redirect("assessment:detail", pk=assessment.pk)


def detail(request: HttpRequest, pk: int, problems: dict[str, list[str]] | None = None, of: str = "") -> HttpResponse:
    """One assessment. `problems` are those of a form that was refused, `of` says which."""
    assessment = get_object_or_404(assessments_visible(request.user), pk=pk)
    before = assessment_before(assessment)
    newer = Assessment.objects.filter(customer=assessment.customer_id, pk__gt=pk).order_by("-pk").first()
    context: dict[str, Any] = {
        "assessment": assessment,
        "customer": assessment.customer,
        "before": before,
        "newer": newer,
        "override": assessment.override_in_force,
        "overrides": assessment.overrides.all(),
        "timeline": timeline(assessment.customer, TIMELINE),
        "may_assess": may(request.user, "assessment.run"),
        "problems": problems or {},
        "refused": of,
        "posted": request.POST,
        "rules_in_force": assessor().rules.hash,
        "known_share": assessment.results.get("score__known"),
    }
    reader = reader_of(assessment, amount_unit(request))
    context |= _explained(request, reader, assessment, before, newer) if reader else {"is_unreadable": True}
    return render(request, "assessment/detail.html", context, status=400 if problems else 200)


def _explained(
    request: HttpRequest, reader: Reader, assessment: Assessment, before: Assessment | None, newer: Assessment | None
) -> dict[str, Any]:
    positions = assessment_positions(assessment)
    lines = explaining.characteristics(reader, assessment, positions)
    ahead, behind = explaining.reasons(reader, lines)
    context = {
        "sentences": explaining.sentences(reader, assessment, before),
        "lines": lines,
        "ahead": ahead,
        "behind": behind,
        "waterfall": charts.waterfall(reader, lines),
        "waterfall_title": charts.waterfall_title(reader, lines),
        "scale": charts.scale(reader, assessment, before),
        "missing": explaining.missing(reader, assessment),
        "limit": explaining.limit(reader),
        "models": explaining.models(reader),
        "warnings": explaining.warnings(reader),
        "ratio_groups": explaining.ratio_groups(reader, positions),
        "statement_end": assessment.facts.get("statement_period_end", ""),
        "scale_rows": charts.scale_rows(reader),
        "policy": explaining.policy(reader),
    }
    override = assessment.override_in_force
    may_override = newer is None and may(request.user, "assessment.override")
    effects = reader.runner.by_grade(reader.answer) if override or may_override else []
    context["override_effect"] = next(
        (explaining.effect_sentence(reader, e) for e in effects if override and e.grade == override.grade), ""
    )
    return context | (override_form(request, assessment, effects) if may_override else {})


def override_form(request: HttpRequest, assessment: Assessment, effects: list[GradeEffect]) -> dict[str, Any]:
    """What the form for setting a grade by hand shows to those who may: each grade with what it would bring."""
    allowed = grades_within_authority(request.user, assessment.grade)
    override = assessment.override_in_force
    return {
        "may_override": True,
        "effects": [effect for effect in effects if effect.grade in allowed],
        "by_rules": next((effect for effect in effects if effect.grade == assessment.grade), None),
        "notches": notches_within_authority(request.user),
        "may_withdraw": bool(override and override.grade in allowed),
        "half_year": (timezone.localdate() + dt.timedelta(days=180)).isoformat(),
        "today": timezone.localdate().isoformat(),
    }


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Run the kept rules over the kept inputs again; shown in place where the page can, else on a page of its own."""
    assessment = get_object_or_404(assessments_visible(request.user), pk=pk)
    context: dict[str, Any] = {"assessment": assessment, "customer": assessment.customer}
    try:
        answer, differing = assessment_replay(assessment)
    except RulesUnreadable:
        context["is_unreadable"] = True
    else:
        reader = reader_of(assessment, amount_unit(request))
        context |= {
            "answer": answer,
            "count": len(assessment.results),
            "differing": [
                {"name": d.name, "label": reader.label(d.name) if reader else d.name, "kept": _plain(d.kept),
                 "again": _plain(d.again)}
                for d in differing[:MOST_DIFFERENCES]
            ],
            "more": max(len(differing) - MOST_DIFFERENCES, 0),
            "is_older": assessment.rules.hash != assessor().rules.hash,
        }  # fmt: skip
    template = "assessment/_replay.html" if getattr(request, "htmx", False) else "assessment/replay.html"
    return render(request, template, context | {"language": reader_language()})


def _plain(value: Any) -> str:
    return _("unknown") if value is None else str(value)
