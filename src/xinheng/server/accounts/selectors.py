"""Questions about people."""

from typing import Any

from xinheng.server.accounts.choices import Role


def roles_of(user: Any) -> set[str]:
    """The codes of a user's roles, read once per request object."""
    if not hasattr(user, "_roles"):
        user._roles = set(user.groups.values_list("name", flat=True)) if user.is_authenticated else set()
    return user._roles  # type: ignore[no-any-return]


def has_role(user: Any, *roles: Role | str) -> bool:
    """Whether the user has one of the roles; administrators are not above the others, they only manage accounts."""
    return bool(roles_of(user) & {str(role) for role in roles})
