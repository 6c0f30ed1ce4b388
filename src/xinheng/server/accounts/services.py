"""Acts on accounts."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.events.services import record


@transaction.atomic
def user_create(
    *, username: str, password: str, roles: Iterable[Role | str], display_name: str = "", actor: Any = None
) -> User:
    """Give somebody an account with roles."""
    user = User.objects.create_user(username=username, password=password, display_name=display_name)
    names = sorted({str(role) for role in roles})
    user.groups.set(Group.objects.filter(name__in=names))
    record(type="account.created", subject=user, actor=actor, data={"roles": names})
    return user


@transaction.atomic
def preferences_set(*, user: User, language: str | None = None, amount_unit: str | None = None) -> User:
    """Change one's own language or unit."""
    if language is not None:
        user.language = language
    if amount_unit is not None:
        user.amount_unit = amount_unit
    user.full_clean(exclude=["password"])
    user.save(update_fields=["language", "amount_unit"])
    return user
