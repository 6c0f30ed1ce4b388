"""What a service refused, shown beside the fields of the form that it was entered in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from xinheng.server.customers.selectors import customers_in_scope
from xinheng.server.customers.services import TAKEN


def show_on(form: forms.Form, error: ValidationError, user: Any, *, fields: dict[str, str] | None = None) -> None:
    """Put a refusal on a form.

    Args:
        user: who reads it; the file that holds a code is named only to those who may see it.
        fields: the form's names for those of the error, where they differ.
    """
    problems: dict[Any, list[ValidationError]] = (
        error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    )
    for name, errors in problems.items():
        field = (fields or {}).get(name, name)
        for one in errors:
            form.add_error(field if field in form.fields else None, _told(one, user))


def _told(error: ValidationError, user: Any) -> ValidationError:
    if error.code != TAKEN or not error.params:
        return error
    holder = customers_in_scope(user).filter(pk=error.params["holder"]).first()
    if holder is None:
        return ValidationError(error.message)
    message = _("The file %(number)s %(name)s has this code.") % {"number": holder.number, "name": holder.name}
    return ValidationError(message)
