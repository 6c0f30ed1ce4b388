"""What every page's frame needs: navigation and who is reading."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinheng import __version__


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Navigation with the current entry marked."""
    entries = [
        (_("Home"), reverse("home")),
        (_("Customers"), reverse("customers:list")),
        (_("Assessments"), reverse("assessment:list")),
        (_("Rules"), reverse("assessment:rules")),
    ]
    # The longest address that the page's own begins with is where one is.
    here = max((url for _label, url in entries if request.path.startswith(url)), key=len, default="")
    navigation = [{"label": label, "url": url, "current": url == here} for label, url in entries]
    return {"navigation": navigation, "version": __version__}
