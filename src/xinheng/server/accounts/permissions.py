"""What each role may do, as one table; views and services ask only here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.selectors import has_role

MAY: dict[str, tuple[Role, ...]] = {
    "customer.edit": (Role.SALES, Role.REVIEWER, Role.CREDIT_MANAGER),
    "statement.edit": (Role.SALES, Role.CREDIT_MANAGER),
    "assessment.run": (Role.SALES, Role.CREDIT_MANAGER, Role.RISK_OFFICER),
    "assessment.override": (Role.CREDIT_MANAGER, Role.RISK_OFFICER),
    "norms.load": (Role.CREDIT_MANAGER, Role.RISK_OFFICER),
    "import.run": (Role.SALES, Role.CREDIT_MANAGER, Role.INTEGRATOR),
    "customer.archive": (Role.CREDIT_MANAGER,),
    "customer.reassign": (Role.CREDIT_MANAGER,),
    "receivable.edit": (Role.COLLECTOR, Role.CREDIT_MANAGER),
    "account.manage": (Role.ADMINISTRATOR,),
}

#: What an act is called where a person reads what a role may do. Reading one's customers needs no entry here.
ACTS = {
    "customer.edit": gettext_lazy("Open and edit customer files"),
    "customer.archive": gettext_lazy("Archive customer files"),
    "customer.reassign": gettext_lazy("Give customers to another salesperson"),
    "statement.edit": gettext_lazy("Enter statements"),
    "assessment.run": gettext_lazy("Assess customers"),
    "assessment.override": gettext_lazy("Set a grade by hand"),
    "norms.load": gettext_lazy("Load and build industry norms"),
    "import.run": gettext_lazy("Import files"),
    "receivable.edit": gettext_lazy("Enter invoices and payments"),
    "account.manage": gettext_lazy("Manage accounts"),
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
