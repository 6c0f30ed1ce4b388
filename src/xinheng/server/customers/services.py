"""Acts on customer files: each in one transaction with its event."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xinheng.engine import identity
from xinheng.engine.errors import InvalidIndustryCode
from xinheng.server.accounts.language import reader_language, told
from xinheng.server.customers.models import Address, Contact, Customer, Identifier
from xinheng.server.customers.search import tokens
from xinheng.server.customers.size import size_set
from xinheng.server.events.services import record

EDITABLE = (
    "name", "name_en", "kind", "status", "owner", "industry_code", "region_code", "address", "founded_on",
    "customer_since", "registered_capital", "capital_currency", "employees",
)  # fmt: skip


#: The code of the error that another file holds an identifier; its params name that file as `holder`.
TAKEN = "identifier_taken"


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
    size_set(customer)
    _check(customer)
    customer.save()
    kept = {kind: _put(customer, kind, value).value for kind, value in (identifiers or {}).items() if value}
    index_refresh(customer)
    record(type="customer.created", subject=customer, actor=actor, data={"number": number, **kept})
    return customer


@transaction.atomic
def customer_update(*, customer: Customer, version: int, fields: Mapping[str, Any], actor: Any = None) -> Customer:
    """Change fields of a file that was read at `version`.

    Raises: EditedMeanwhile when somebody was faster; ValidationError naming the field. Nothing is written then.
    """
    current = _locked(customer)
    if current.version != version:
        raise EditedMeanwhile(_("Somebody else has changed this file meanwhile. Reload it and enter the change again."))
    changed = {}
    for key in EDITABLE:
        if key in fields and getattr(current, key) != fields[key]:
            changed[key] = {"old": _shown(getattr(current, key)), "new": _shown(fields[key])}
            setattr(current, key, fields[key])
    if not changed:
        return current
    size_set(current)
    current.version += 1
    _check(current)
    current.save()
    index_refresh(current)
    record(type="customer.changed", subject=current, actor=actor, data=changed)
    return current


@transaction.atomic
def customer_archive(*, customer: Customer, actor: Any, reason: str) -> Customer:
    """Take a file out of the lists; nothing is deleted, and its codes become free for another file.

    Raises: ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the file is archived.")})
    customer = _locked(customer)
    if customer.archived_at is None:
        customer.archived_at = timezone.now()
        customer.version += 1
        customer.save(update_fields=["archived_at", "version"])
        customer.identifiers.update(is_live=False)
        record(type="customer.archived", subject=customer, actor=actor, reason=reason.strip())
    return customer


@transaction.atomic
def customer_restore(*, customer: Customer, actor: Any) -> Customer:
    """Bring an archived file back. Raises ValidationError when another file holds one of its codes by now."""
    customer = _locked(customer)
    if customer.archived_at is not None:
        for identifier in customer.identifiers.all():
            _refuse_taken(customer, identifier.kind, identifier.value)
        customer.archived_at = None
        customer.version += 1
        customer.save(update_fields=["archived_at", "version"])
        customer.identifiers.update(is_live=True)
        record(type="customer.restored", subject=customer, actor=actor)
    return customer


@transaction.atomic
def customer_reassign(*, customer: Customer, owner: Any, actor: Any, reason: str = "") -> Customer:
    """Give a customer to another salesperson, or to none."""
    current = _locked(customer)
    if current.owner_id != (owner.pk if owner else None):
        data = {"old": str(current.owner or "—"), "new": str(owner or "—")}
        current.owner = owner
        current.version += 1
        current.save(update_fields=["owner", "version"])
        record(type="customer.reassigned", subject=current, actor=actor, data=data, reason=reason.strip())
    return current


@transaction.atomic
def customer_size_refresh(
    *,
    customer: Customer,
    revenue: Decimal | None,
    total_assets: Decimal | None,
    period_end: dt.date,
    actor: Any = None,
) -> Customer:
    """Tell the size class anew from the newest annual statement (元). A class that changes is an event."""
    current = _locked(customer)
    before = current.size_class
    size_set(current, revenue=revenue, total_assets=total_assets, period_end=period_end)
    current.save(update_fields=["size_class", "size_status", "size_inputs"])
    if current.size_class != before:
        data = {"old": before, "new": current.size_class, "period_end": period_end}
        record(type="customer.size_changed", subject=current, actor=actor, data=data)
    return current


@transaction.atomic
def identifier_add(*, customer: Customer, kind: str, value: str, actor: Any = None) -> Identifier:
    """Add a checked code. Raises ValidationError with the reason and, where unique, the suggestion."""
    identifier = _put(customer, kind, value)
    index_refresh(customer)
    data = {"kind": kind, "value": identifier.value}
    record(type="customer.identifier_added", subject=customer, actor=actor, data=data)
    return identifier


@transaction.atomic
def identifier_remove(*, identifier: Identifier, actor: Any) -> None:
    """Take a code off a file; the event keeps it."""
    customer, data = identifier.customer, {"kind": identifier.kind, "value": identifier.value}
    identifier.delete()
    index_refresh(customer)
    record(type="customer.identifier_removed", subject=customer, actor=actor, data=data)


@transaction.atomic
def contact_add(*, customer: Customer, fields: Mapping[str, Any], actor: Any) -> Contact:
    """Add a person to talk to."""
    contact = Contact(customer=customer, **fields)
    _checked_save(contact)
    index_refresh(customer)
    record(type="customer.contact_added", subject=customer, actor=actor, data={"contact": contact.name})
    return contact


@transaction.atomic
def contact_update(*, contact: Contact, fields: Mapping[str, Any], actor: Any) -> Contact:
    """Correct what is known of a person."""
    contact, changed = _change(contact, fields, ("name", "role", "phone", "email"))
    if changed:
        index_refresh(contact.customer)
        data = {"contact": contact.name, "changed": changed}
        record(type="customer.contact_changed", subject=contact.customer, actor=actor, data=data)
    return contact


@transaction.atomic
def contact_remove(*, contact: Contact, actor: Any) -> None:
    """Take a person off a file; the event keeps name and numbers."""
    customer = contact.customer
    data = {"contact": contact.name, "role": contact.role, "phone": contact.phone, "email": contact.email}
    contact.delete()
    index_refresh(customer)
    record(type="customer.contact_removed", subject=customer, actor=actor, data=data)


@transaction.atomic
def address_add(*, customer: Customer, fields: Mapping[str, Any], actor: Any) -> Address:
    """Add a place beside the registered address."""
    address = Address(customer=customer, **fields)
    _checked_save(address)
    data = {"kind": address.kind, "address": address.text}
    record(type="customer.address_added", subject=customer, actor=actor, data=data)
    return address


@transaction.atomic
def address_update(*, address: Address, fields: Mapping[str, Any], actor: Any) -> Address:
    """Correct a place."""
    address, changed = _change(address, fields, ("kind", "region_code", "text"))
    if changed:
        data = {"address": address.text, "changed": changed}
        record(type="customer.address_changed", subject=address.customer, actor=actor, data=data)
    return address


@transaction.atomic
def address_remove(*, address: Address, actor: Any) -> None:
    """Take a place off a file; the event keeps it."""
    customer, data = address.customer, {"kind": address.kind, "address": address.text}
    address.delete()
    record(type="customer.address_removed", subject=customer, actor=actor, data=data)


def index_refresh(customer: Customer) -> None:
    """Renew what the search finds the customer by."""
    codes = customer.identifiers.values_list("value", flat=True)
    people = [text for pair in customer.contacts.values_list("name", "phone") for text in pair]
    found = tokens([customer.name, customer.name_en, customer.number, *codes, *people])
    Customer.objects.filter(pk=customer.pk).update(search_tokens=found)


def _locked(customer: Customer) -> Customer:
    return Customer.objects.select_for_update().get(pk=customer.pk)


def _put(customer: Customer, kind: str, value: str) -> Identifier:
    checked = identity.check(kind, value)
    if not checked.ok:
        problem = checked.errors[0].message(reader_language())
        if checked.suggestion:
            problem += " " + _("Did you mean %(code)s?") % {"code": checked.suggestion}
        raise ValidationError({kind: problem})
    _refuse_taken(customer, kind, checked.value)
    identifier, _created = Identifier.objects.get_or_create(customer=customer, kind=kind, value=checked.value)
    return identifier


def _refuse_taken(customer: Customer, kind: str, value: str) -> None:
    held = Identifier.objects.filter(kind=kind, value=value, is_live=True).exclude(customer=customer)
    if holder := held.values_list("customer_id", flat=True).first():
        message = _("Another customer file has this code.")
        raise ValidationError({kind: ValidationError(message, code=TAKEN, params={"holder": holder})})


def _check(customer: Customer) -> None:
    _refuse_control_characters(customer)
    if customer.industry_code:
        try:
            customer.industry_code = identity.industry(customer.industry_code).code
        except InvalidIndustryCode as error:
            raise ValidationError({"industry_code": told(error)}) from None
    customer.full_clean(exclude=["search_tokens"])
    if customer.founded_on and customer.founded_on > dt.date.today():  # noqa: DTZ011 - a date of the civil calendar
        raise ValidationError({"founded_on": _("This date is in the future.")})


def _change(row: Any, fields: Mapping[str, Any], names: tuple[str, ...]) -> tuple[Any, dict[str, Any]]:
    """The row, locked and saved with what differs, and what that was."""
    current = type(row)._default_manager.select_for_update().get(pk=row.pk)
    changed = {}
    for name in names:
        if name in fields and getattr(current, name) != fields[name]:
            changed[name] = {"old": getattr(current, name), "new": fields[name]}
            setattr(current, name, fields[name])
    if changed:
        _checked_save(current)
    return current, changed


def _checked_save(row: models.Model) -> None:
    _refuse_control_characters(row)
    row.full_clean()
    row.save()


def _refuse_control_characters(row: models.Model) -> None:
    for field in row._meta.get_fields():
        text = getattr(row, field.name, None) if isinstance(field, models.CharField) else None
        if isinstance(text, str) and any(unicodedata.category(ch) == "Cc" for ch in text):
            raise ValidationError({field.name: _("This text holds a control character.")})


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('customer_number')")
        return f"C{cursor.fetchone()[0]:06d}"


def _shown(value: Any) -> Any:
    return None if value is None else str(value)
