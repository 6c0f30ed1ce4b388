"""What every page's frame needs: navigation, preferences and who is reading."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from xinheng import __version__


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Navigation with the current entry marked; an entry stands there once its room has an address."""
    entries = [
        ("home", "home", _("Home")),
        ("users", "customers:list", _("Customers")),
        ("report-analytics", "assessment:list", _("Assessments")),
        ("file-import", "exchange:list", _("Imports")),
        ("scale", "assessment:rules", _("Rules")),
    ]
    found = [(icon, url, label) for icon, name, label in entries if (url := _address(name))]
    # The longest address that the page's own begins with is where one is; a customer's statements and ratings, kept
    # by another room, are still that customer's page.
    path = request.path
    if path.startswith((f"{_address('assessment:list')}of/", "/receivables/of/")):
        path = _address("customers:list")
    here = max((url for _icon, url, _label in found if path.startswith(url)), key=len, default="")
    user = getattr(request, "user", None)
    return {
        "navigation": [
            {"icon": icon, "url": url, "label": label, "current": url == here} for icon, url, label in found
        ],
        "search_url": _address("customers:list"),
        # Three short words, so that they fit beside one another.
        "amount_units": [("yuan", _("Yuan")), ("wan", _("10k")), ("yi", _("100M"))],
        "initial": str(user)[:1].upper() if user else "",
        "demo_users": getattr(settings, "DEMO_USERS", ()),
        "version": __version__,
    }


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
