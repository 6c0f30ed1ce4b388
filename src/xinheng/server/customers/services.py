"""Acts on customer files: each in one transaction with its event."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xinheng.engine import identity
from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.customers.search import tokens
from xinheng.server.events.services import record

EDITABLE = (
    "name", "name_en", "kind", "owner", "industry_code", "region_code", "address", "founded_on", "customer_since",
    "registered_capital", "employees",
)  # fmt: skip


class EditedMeanwhile(ValidationError):
    """Somebody else saved the file since it was opened; nothing was written."""


@transaction.atomic
def customer_create(
    *, fields: Mapping[str, Any], identifiers: Mapping[str, str] | None = None, actor: Any = None, is_demo: bool = False
) -> Customer:
    """Open a customer file.

    Raises: ValidationError naming the field, when a value or an identifier cannot be accepted.
    """
    number = fields.get("number") or _next_number()
    customer = Customer(number=number, is_demo=is_demo, **{key: fields[key] for key in EDITABLE if key in fields})
    customer.size_class = size_of(customer)
    _check(customer)
    customer.save()
    for kind, value in (identifiers or {}).items():
        if value:
            identifier_add(customer=customer, kind=kind, value=value, index=False)
    index_refresh(customer)
    record(type="customer.created", subject=customer, actor=actor, data={"number": number})
    return customer


@transaction.atomic
def customer_update(*, customer: Customer, version: int, fields: Mapping[str, Any], actor: Any) -> Customer:
    """Change a file; what changed goes into the event, old and new.

    Raises: EditedMeanwhile when `version` is no longer the current one, ValidationError as `customer_create`.
    """
    current = Customer.objects.select_for_update().get(pk=customer.pk)
    if current.version != version:
        raise EditedMeanwhile(_("Somebody else has changed this file meanwhile. Reload it and enter the change again."))
    changed = {}
    for key in EDITABLE:
        if key in fields and getattr(current, key) != fields[key]:
            changed[key] = {"old": _shown(getattr(current, key)), "new": _shown(fields[key])}
            setattr(current, key, fields[key])
    if not changed:
        return current
    current.size_class = size_of(current)
    current.version += 1
    _check(current)
    current.save()
    index_refresh(current)
    record(type="customer.changed", subject=current, actor=actor, data=changed)
    return current


@transaction.atomic
def customer_archive(*, customer: Customer, actor: Any, reason: str) -> Customer:
    """Take a file out of the lists; nothing is deleted."""
    customer.archived_at = timezone.now()
    customer.save(update_fields=["archived_at"])
    record(type="customer.archived", subject=customer, actor=actor, reason=reason)
    return customer


def identifier_add(*, customer: Customer, kind: str, value: str, index: bool = True) -> Identifier:
    """Add a checked code. Raises ValidationError with the reason and, where unique, the suggestion."""
    checked = identity.check(kind, value)
    if not checked.ok:
        language = "zh" if (get_language() or "zh").startswith("zh") else "en"
        problem = checked.errors[0].message(language)
        if checked.suggestion:
            problem += " " + _("Did you mean %(code)s?") % {"code": checked.suggestion}
        raise ValidationError({kind: problem})
    if Identifier.objects.filter(kind=kind, value=checked.value).exclude(customer=customer).exists():
        raise ValidationError({kind: _("Another customer file has this code.")})
    identifier, _created = Identifier.objects.get_or_create(customer=customer, kind=kind, value=checked.value)
    if index:
        index_refresh(customer)
    return identifier


@transaction.atomic
def contact_add(*, customer: Customer, fields: Mapping[str, Any], actor: Any) -> Contact:
    contact = Contact(customer=customer, **fields)
    contact.full_clean()
    contact.save()
    record(type="customer.contact_added", subject=customer, actor=actor, data={"contact": contact.name})
    return contact


def size_of(customer: Customer, *, revenue: Decimal | None = None, total_assets: Decimal | None = None) -> str:
    """The size class by the 2017 rules, empty while it cannot be told."""
    if not customer.industry_code:
        return ""
    try:
        result = identity.size_class(customer.industry_code, customer.employees, revenue, total_assets)
    except Exception:  # an industry the rules do not know leaves the class open
        return customer.size_class
    return str(result.size_class) if result.size_class else customer.size_class


def index_refresh(customer: Customer) -> None:
    """Renew what the search finds the customer by."""
    codes = customer.identifiers.values_list("value", flat=True)
    found = tokens([customer.name, customer.name_en, customer.number, *codes])
    Customer.objects.filter(pk=customer.pk).update(search_tokens=found)


def _check(customer: Customer) -> None:
    customer.full_clean(exclude=["search_tokens"])
    if customer.founded_on and customer.founded_on > dt.date.today():  # noqa: DTZ011 - a date of the civil calendar
        raise ValidationError({"founded_on": _("This date is in the future.")})


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customer_number')")
        return f"C{cursor.fetchone()[0]:06d}"


def _shown(value: Any) -> Any:
    return None if value is None else str(value)
