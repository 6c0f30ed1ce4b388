"""What each role may do, as one table; views and services ask only here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.selectors import has_role

MAY: dict[str, tuple[Role, ...]] = {
    "customer.edit": (Role.SALES, Role.REVIEWER, Role.CREDIT_MANAGER),
    "statement.edit": (Role.SALES, Role.CREDIT_MANAGER),
    "assessment.run": (Role.SALES, Role.CREDIT_MANAGER, Role.RISK_OFFICER),
    "assessment.override": (Role.CREDIT_MANAGER, Role.RISK_OFFICER),
    "import.run": (Role.SALES, Role.CREDIT_MANAGER, Role.INTEGRATOR),
    "account.manage": (Role.ADMINISTRATOR,),
}


def may(user: Any, act: str) -> bool:
    return has_role(user, *MAY[act])


def refuse_unless(user: Any, act: str) -> None:
    """Raises PermissionDenied saying whose act it is."""
    if not may(user, act):
        whose = "、".join(str(role.label) for role in MAY[act])
        raise PermissionDenied(_("This is for: %(roles)s") % {"roles": whose})


def may_required(act: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view only for those who may `act`."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refuse_unless(request.user, act)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
