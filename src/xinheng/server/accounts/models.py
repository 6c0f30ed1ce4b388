"""People who sign in."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from xinheng.server.accounts.choices import AmountUnit


class User(AbstractUser):
    """A person with an account; roles are groups."""

    display_name = models.CharField(_("name"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    amount_unit = models.CharField(
        _("unit of amounts"), max_length=4, choices=AmountUnit.choices, default=AmountUnit.WAN
    )

    def __str__(self) -> str:
        return self.display_name or self.username
