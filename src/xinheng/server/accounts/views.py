"""Pages of one's own account, and of everybody's for the administrator."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinheng.server.accounts.choices import AmountUnit, Role
from xinheng.server.accounts.forms import AccountForm, NewAccountForm, NewPasswordForm
from xinheng.server.accounts.models import User
from xinheng.server.accounts.permissions import ACTS, may, may_required
from xinheng.server.accounts.selectors import roles_of
from xinheng.server.accounts.services import (
    password_give,
    preferences_set,
    user_create,
    user_deactivate,
    user_reactivate,
    user_update,
)
from xinheng.server.events.selectors import timeline


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Store language or unit and return to the page one came from."""
    language = request.POST.get("language")
    unit = request.POST.get("amount_unit")
    preferences_set(
        user=request.user,
        language=language if language in dict(settings.LANGUAGES) else None,
        amount_unit=unit if unit in AmountUnit.values else None,
    )
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)


def profile(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do and what I see."""
    roles = roles_of(request.user)
    context = {
        "roles": [role.label for role in Role if role.value in roles],
        "acts": [label for act, label in ACTS.items() if may(request.user, act)],
        "languages": settings.LANGUAGES,
        "units": AmountUnit.choices,
        "own_only": roles == {Role.SALES.value},
        "may_manage": may(request.user, "account.manage"),
        "timeline": timeline(request.user, limit=10),
    }
    return render(request, "accounts/profile.html", context)


@may_required("account.manage")
def user_list(request: HttpRequest) -> HttpResponse:
    labels = dict(Role.choices)
    users = User.objects.prefetch_related("groups").order_by("-is_active", "username")
    rows = [{"user": user, "roles": [labels.get(g.name, g.name) for g in user.groups.all()]} for user in users]
    return render(request, "accounts/list.html", {"rows": rows})


@may_required("account.manage")
def user_new(request: HttpRequest) -> HttpResponse:
    form = NewAccountForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        user = user_create(**form.cleaned_data, actor=request.user)
        messages.success(request, _("The account %(name)s is open.") % {"name": user.username})
        return redirect("user_list")
    return render(request, "accounts/form.html", {"form": form})


@may_required("account.manage")
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    initial = {
        "display_name": user.display_name,
        "language": user.language,
        "roles": list(user.groups.values_list("name", flat=True)),
    }
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            user_update(user=user, **form.cleaned_data, actor=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The account is changed."))
            return redirect("user_list")
    context = {"form": form, "account": user, "password_form": NewPasswordForm(), "timeline": timeline(user)}
    return render(request, "accounts/form.html", context)


@require_POST
@may_required("account.manage")
def user_state(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account or open it again."""
    user = get_object_or_404(User, pk=pk)
    return _told(
        request,
        pk,
        lambda: (
            user_deactivate(user=user, actor=request.user, reason=request.POST.get("reason", ""))
            if request.POST.get("state") == "closed"
            else user_reactivate(user=user, actor=request.user)
        ),
    )


@require_POST
@may_required("account.manage")
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody a new password."""
    user = get_object_or_404(User, pk=pk)
    return _told(
        request, pk, lambda: password_give(user=user, password=request.POST.get("password", ""), actor=request.user)
    )


def _told(request: HttpRequest, pk: int, act: Any) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The account is changed."))
    return redirect("user_edit", pk=pk)
