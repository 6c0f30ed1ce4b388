"""Acts on accounts."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.events.services import record


@transaction.atomic
def user_create(
    *,
    username: str,
    password: str,
    roles: Iterable[Role | str],
    display_name: str = "",
    language: str = "",
    actor: Any = None,
) -> User:
    """Give somebody an account with roles."""
    more = {"language": language} if language else {}
    user = User.objects.create_user(username=username, password=password, display_name=display_name, **more)
    names = sorted({str(role) for role in roles})
    user.groups.set(Group.objects.filter(name__in=names))
    record(type="account.created", subject=user, actor=actor, data={"roles": names})
    return user


@transaction.atomic
def user_update(*, user: User, roles: Iterable[Role | str], display_name: str, language: str, actor: Any) -> User:
    """Change somebody's name, language and roles.

    Raises: ValidationError when nobody would be left to manage accounts; nothing is written then.
    """
    names = sorted({str(role) for role in roles})
    before = sorted(user.groups.values_list("name", flat=True))
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in names:
        _refuse_last_administrator(user, field="roles")
    old = {"roles": before, "display_name": user.display_name, "language": user.language}
    new = {"roles": names, "display_name": display_name, "language": language}
    changed = {key: {"old": old[key], "new": new[key]} for key in new if old[key] != new[key]}
    if changed:
        user.display_name, user.language = display_name, language
        user.save(update_fields=["display_name", "language"])
        user.groups.set(Group.objects.filter(name__in=names))
        record(type="account.changed", subject=user, actor=actor, data=changed)
    return user


@transaction.atomic
def user_deactivate(*, user: User, actor: Any, reason: str) -> User:
    """Close an account: its sessions end with the next click, what the person did stays.

    Raises: ValidationError for one's own account, for the last administrator, or without a reason.
    """
    if actor is not None and user.pk == actor.pk:
        raise ValidationError(_("You cannot close your own account."))
    if not reason.strip():
        raise ValidationError(_("Say why the account is closed."))
    _refuse_last_administrator(user)
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        record(type="account.deactivated", subject=user, actor=actor, reason=reason.strip())
    return user


@transaction.atomic
def user_reactivate(*, user: User, actor: Any) -> User:
    """Open a closed account again, with the roles it had."""
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        record(type="account.reactivated", subject=user, actor=actor)
    return user


@transaction.atomic
def password_give(*, user: User, password: str, actor: Any) -> User:
    """Give somebody a new password; their sessions end. Raises ValidationError for one that is too easy."""
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    record(type="account.password_given", subject=user, actor=actor)
    return user


@transaction.atomic
def password_change_recorded(*, user: User) -> None:
    """Note on the spine that a person changed the own password."""
    record(type="account.password_changed", subject=user, actor=user)


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


def _refuse_last_administrator(user: User, field: str | None = None) -> None:
    # The group's row is the lock: two administrators cannot remove each other at the same moment.
    administrators = Group.objects.select_for_update().get(name=Role.ADMINISTRATOR)
    others = administrators.user_set.filter(is_active=True).exclude(pk=user.pk)
    if user.is_active and user.groups.filter(pk=administrators.pk).exists() and not others.exists():
        message = _("This is the last administrator; make somebody else one first.")
        raise ValidationError({field: message} if field else message)
