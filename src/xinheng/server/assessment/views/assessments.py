"""Pages of assessments: lists, one assessment with its reasons, override and replay."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from xinheng.server.accounts.language import reader_language
from xinheng.server.accounts.permissions import may, may_required
from xinheng.server.assessment.models import Assessment
from xinheng.server.assessment.selectors import GRADES, assessments_visible, newest_assessments
from xinheng.server.assessment.services import (
    assessment_replay,
    assessment_run,
    rating_override,
    stored_answer,
)
from xinheng.server.customers.page import page_context
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.events.selectors import timeline


def assessment_list(request: HttpRequest) -> HttpResponse:
    rows = newest_assessments(request.user)[:200]
    return render(request, "assessment/list.html", {"assessments": rows})


@require_POST
@may_required("assessment.run")
def run(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    assessment = assessment_run(customer=customer, actor=request.user)
    return redirect("assessment:detail", pk=assessment.pk)


def ratings(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(customers_visible(request.user), pk=pk)
    history = assessments_visible(request.user).filter(customer=customer)[:50]
    context = page_context(customer, "ratings") | {
        "assessments": history,
        "timeline": timeline(customer),
        "may_assess": may(request.user, "assessment.run"),
    }
    return render(request, "assessment/ratings.html", context)


def detail(request: HttpRequest, pk: int, form_errors: dict[str, list[str]] | None = None) -> HttpResponse:
    assessment = get_object_or_404(assessments_visible(request.user), pk=pk)
    runner, answer = stored_answer(assessment)
    language = reader_language()
    lines = runner.contributions(answer)
    ahead, behind = runner.reasons(answer)
    context = {
        "assessment": assessment,
        "customer": assessment.customer,
        "override": assessment.override_in_force,
        "contributions": _labelled(lines, language),
        "ahead": _labelled(ahead, language),
        "behind": _labelled(behind, language),
        "missing": _labelled(runner.missing(answer), language),
        "limit_steps": [
            {"step": step, "label": getattr(step, language), "note": getattr(step, f"note_{language}"),
             "inputs": [(runner.label(name)[language == "en"], value) for name, value in step.inputs.items()]}
            for step in runner.limit_steps(answer)
        ],
        "binding": runner.label(str(answer.results.get("limit_binding")))[language == "en"],
        "figures": [
            {"figure": figure, "label": getattr(figure, language), "note": getattr(figure, f"note_{language}")}
            for figure in runner.figures(answer)
            if figure.code
        ],
        "models": [
            {"model": model, "label": getattr(model, language), "value": answer.results[model.id],
             "zone": _zone(model, answer.results.get(f"{model.id}_zone"), language)}
            for model in runner.models()
        ],
        "warnings": _labelled(runner.warnings(answer), language),
        "caps": [
            getattr(cap, language)
            for cap in runner.scale.caps
            if (answer.results.get("grade__held") or 0) > (answer.results.get("grade__by_score") or 0)
            and runner.scale.rank(cap.grade) == answer.results.get("grade__held")
        ],
        "grades": GRADES,
        "scale": runner.scale.grades,
        "may_override": may(request.user, "assessment.override"),
        "form_errors": form_errors or {},
        "posted": request.POST,
        "next_year": (dt.date.today() + dt.timedelta(days=180)).isoformat(),  # noqa: DTZ011
        "waterfall": _waterfall(lines, language),
    }  # fmt: skip
    return render(request, "assessment/detail.html", context, status=400 if form_errors else 200)


def _waterfall(lines: list[Any], language: str) -> dict[str, Any]:
    """The chart's data: what each characteristic earned and lost, in points of the score."""
    return {
        "items": [
            {"label": getattr(line, language), "earned": round(line.earned, 2), "lost": round(line.lost, 2)}
            for line in lines
            if line.earned is not None
        ]
    }


def _labelled(rows: Any, language: str) -> list[dict[str, Any]]:
    return [{"row": row, "label": getattr(row, language)} for row in rows]


def _zone(model: Any, zone: Any, language: str) -> str:
    return next((getattr(row, language) for row in model.zones if row.zone == zone), "")


@require_POST
@may_required("assessment.override")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    assessment = get_object_or_404(assessments_visible(request.user), pk=pk)
    try:
        until = parse_date(request.POST.get("valid_until", "")) or dt.date.min
    except ValueError:
        until = dt.date.min
    try:
        rating_override(
            assessment=assessment,
            grade=request.POST.get("grade", ""),
            reason=request.POST.get("reason", ""),
            valid_until=until,
            actor=request.user,
        )
    except ValidationError as error:
        return detail(request, pk, form_errors=error.message_dict)
    return redirect("assessment:detail", pk=pk)


@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    assessment: Assessment = get_object_or_404(assessments_visible(request.user), pk=pk)
    answer, differing = assessment_replay(assessment)
    context = {"assessment": assessment, "answer": answer, "differing": differing}
    return render(request, "assessment/replay.html", context)
