from typing import Any

from allauth.account.signals import password_changed
from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _create_roles(**kwargs: object) -> None:
    from django.contrib.auth.models import Group

    from xinheng.server.accounts.choices import Role

    for role in Role:
        Group.objects.get_or_create(name=role.value)


def _record_password_change(user: Any, **kwargs: object) -> None:
    from xinheng.server.accounts.services import password_change_recorded

    password_change_recorded(user=user)


class AccountsConfig(AppConfig):
    name = "xinheng.server.accounts"
    label = "accounts"

    def ready(self) -> None:
        from xinheng.server.events.catalogue import register

        register(
            {
                "account.created": _("Account created"),
                "account.changed": _("Account changed"),
                "account.deactivated": _("Account closed"),
                "account.reactivated": _("Account opened again"),
                "account.password_given": _("New password given"),
                "account.password_changed": _("Password changed"),
            }
        )
        post_migrate.connect(_create_roles, sender=self)
        password_changed.connect(_record_password_change)
