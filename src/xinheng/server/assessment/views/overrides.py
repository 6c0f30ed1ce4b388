"""Setting a grade by hand, and taking it back."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from xinheng.server.accounts.permissions import may_required
from xinheng.server.assessment.models import Override
from xinheng.server.assessment.selectors import assessments_visible
from xinheng.server.assessment.services import override_withdraw, rating_override
from xinheng.server.assessment.views.assessments import detail


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
        return detail(request, pk, problems=error.message_dict, of="override")
    return redirect("assessment:detail", pk=pk)


@require_POST
@may_required("assessment.override")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = Override.objects.filter(assessment__in=assessments_visible(request.user).values("pk"))
    kept = get_object_or_404(found, pk=pk)
    try:
        override_withdraw(override=kept, reason=request.POST.get("reason", ""), actor=request.user)
    except ValidationError as error:
        return detail(request, kept.assessment_id, problems=error.message_dict, of="withdraw")
    return redirect("assessment:detail", pk=kept.assessment_id)
