"""People by role, for tests that ask who may do what."""

from collections.abc import Iterable

from django.test import Client

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.accounts.services import user_create

PASSWORD = "a long enough password"


def person(*roles: Role | str, username: str = "", language: str = "en", **fields: object) -> User:
    """Somebody with these roles, called after the first of them; English, so that tests read texts as written."""
    name = username or (str(roles[0]) if roles else "nobody")
    user = user_create(username=name, password=PASSWORD, roles=roles, display_name=name.title(), language=language)
    for key, value in fields.items():
        setattr(user, key, value)
    if fields:
        user.save()
    return user


def people(roles: Iterable[Role] = tuple(Role)) -> dict[str, User]:
    """One person for each role."""
    return {str(role): person(role) for role in roles}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
