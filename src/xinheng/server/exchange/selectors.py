"""Questions about imports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.selectors import has_role, roles_of
from xinheng.server.exchange.choices import Kind
from xinheng.server.exchange.models import ImportRun

#: who imports what; a salesperson brings customers of own only
_EVERYTHING = (Role.CREDIT_MANAGER, Role.INTEGRATOR, Role.ADMINISTRATOR)
_SALES_KINDS = (Kind.CUSTOMERS,)


def kinds_for(user: Any) -> tuple[str, ...]:
    """The kinds that the user may import."""
    if has_role(user, *_EVERYTHING):
        return tuple(Kind.values)
    return tuple(kind.value for kind in _SALES_KINDS) if has_role(user, Role.SALES) else ()


def imports_visible(user: Any) -> QuerySet[ImportRun]:
    """The runs that the user may see: own ones; all for those who import everything, and for auditors."""
    if has_role(user, *_EVERYTHING, Role.AUDITOR):
        return ImportRun.objects.all()
    return ImportRun.objects.filter(started_by=user) if roles_of(user) else ImportRun.objects.none()
