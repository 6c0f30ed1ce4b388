from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def _create_roles(**kwargs: object) -> None:
    from django.contrib.auth.models import Group

    from xinheng.server.accounts.choices import Role

    for role in Role:
        Group.objects.get_or_create(name=role.value)


class AccountsConfig(AppConfig):
    name = "xinheng.server.accounts"
    label = "accounts"

    def ready(self) -> None:
        from xinheng.server.events.catalogue import register

        register({"account.created": _("Account created")})
        post_migrate.connect(_create_roles, sender=self)
