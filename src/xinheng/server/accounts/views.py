"""Pages of one's own account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xinheng.server.accounts.choices import AmountUnit
from xinheng.server.accounts.services import preferences_set


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Store language or unit and return to the page one came from."""
    language = request.POST.get("language")
    unit = request.POST.get("amount_unit")
    preferences_set(
        user=request.user,
        language=language if language in dict(settings.LANGUAGES) else None,
        amount_unit=unit if unit in AmountUnit.values else None,
    )
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return HttpResponseRedirect(target)
