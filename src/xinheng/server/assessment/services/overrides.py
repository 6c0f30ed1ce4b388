"""Acts on grades: set another one by hand within one's authority, take it back."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.permissions import refuse_unless
from xinheng.server.accounts.selectors import has_role
from xinheng.server.assessment.models import Assessment, Override, OverrideWithdrawal
from xinheng.server.assessment.selectors import GRADES
from xinheng.server.events.services import record

#: How far from the rules' grade a role may go, in grades (domain 11.4); the whole scale where no bound is named.
NOTCHES = {Role.CREDIT_MANAGER: 2, Role.RISK_OFFICER: len(GRADES)}
LONGEST_DAYS = 366
LEAST_REASON = 5


def notches_within_authority(user: Any) -> int:
    """How many grades a person may move a grade up or down; 0 who may not at all."""
    return max((notches for role, notches in NOTCHES.items() if has_role(user, role)), default=0)


def grades_within_authority(user: Any, grade: str) -> list[str]:
    """The other grades that a person may set beside `grade`, best first. Only who has no bound rates the unrated."""
    notches = notches_within_authority(user)
    if grade not in GRADES:
        return list(GRADES) if notches >= len(GRADES) else []
    at = GRADES.index(grade)
    return [other for i, other in enumerate(GRADES) if i != at and abs(i - at) <= notches]


@transaction.atomic
def rating_override(*, assessment: Assessment, grade: str, reason: str, valid_until: dt.date, actor: Any) -> Override:
    """Put another grade in force beside the assessment's, until a date; it takes the place of an earlier override.

    Raises: PermissionDenied for a role that may not; ValidationError naming the field without a reason, for an unknown
        grade, the rules' own, one beyond the actor's authority, an end that is past or over a year away, or an
        assessment that is not the customer's newest. Nothing is written then.
    """
    refuse_unless(actor, "assessment.override")
    # One customer's grades are set one after the other; a run that comes between would leave this on an old assessment.
    kept = list(Assessment.objects.select_for_update().filter(customer=assessment.customer_id).order_by("-id")[:1])
    problems: dict[str, Any] = {}
    if kept[0].pk != assessment.pk:
        problems["grade"] = _("A newer assessment is in force; set its grade instead.")
    elif problem := _refusal_of_grade(assessment.grade, grade, actor):
        problems["grade"] = problem
    if len(reason.strip()) < LEAST_REASON:
        problems["reason"] = _("Say why, so that it can be understood in a year.")
    today = timezone.localdate()
    if not today <= valid_until <= today + dt.timedelta(days=LONGEST_DAYS):
        problems["valid_until"] = _("An override lasts from today to one year at most.")
    if problems:
        raise ValidationError(problems)
    override = Override.objects.create(
        assessment=assessment, grade=grade, reason=reason.strip(), valid_until=valid_until, actor=actor
    )
    record(
        type="assessment.overridden",
        subject=assessment.customer,
        actor=actor,
        data={
            "assessment": assessment.pk, "override": override.pk, "from": assessment.grade, "to": grade,
            "valid_until": valid_until,
        },
        reason=reason.strip(),
    )  # fmt: skip
    return override


def _refusal_of_grade(by_rules: str, grade: str, actor: Any) -> str:
    if grade not in GRADES:
        return _("Choose one of %(grades)s.") % {"grades": ", ".join(GRADES)}
    if grade == by_rules:
        return _("%(grade)s is already the grade by the rules.") % {"grade": grade}
    if grade in grades_within_authority(actor, by_rules):
        return ""
    whose = Role.RISK_OFFICER.label
    if by_rules not in GRADES:
        return _("A customer whom the rules leave unrated is rated by: %(whose)s.") % {"whose": whose}
    told = _("Your authority is %(notches)d grades up or down from %(grade)s. Beyond it decides: %(whose)s.")
    return told % {"notches": notches_within_authority(actor), "grade": by_rules, "whose": whose}


@transaction.atomic
def override_withdraw(*, override: Override, reason: str, actor: Any) -> OverrideWithdrawal:
    """Take an override back before its end: from now on the rules' grade is in force again.

    Raises: PermissionDenied for a role that may not, or who could not have set the grade; ValidationError without a
        reason, or when the override is no longer in force. Nothing is written then.
    """
    refuse_unless(actor, "assessment.override")
    override = Override.objects.select_for_update().select_related("assessment__customer").get(pk=override.pk)
    assessment = override.assessment
    if override.grade not in grades_within_authority(actor, assessment.grade):
        raise PermissionDenied(_("This is for: %(roles)s") % {"roles": Role.RISK_OFFICER.label})
    if len(reason.strip()) < LEAST_REASON:
        raise ValidationError({"reason": _("Say why, so that it can be understood in a year.")})
    if assessment.override_in_force != override:
        raise ValidationError({"reason": _("This override is no longer in force.")})
    withdrawal = OverrideWithdrawal.objects.create(override=override, reason=reason.strip(), actor=actor)
    record(
        type="assessment.override_withdrawn",
        subject=assessment.customer,
        actor=actor,
        data={"assessment": assessment.pk, "override": override.pk, "from": override.grade, "to": assessment.grade},
        reason=reason.strip(),
    )
    return withdrawal
