"""Opening many customer files at once, for imports: the same rows as `customer_create` leaves, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.customers.search import tokens
from xinheng.server.customers.size import size_set
from xinheng.server.events.services import record_many

_BATCH = 500


@dataclass(frozen=True)
class NewCustomer:
    """A file to open. Values and identifiers are checked by the caller; a blank number is given one.

    `identifiers` maps a kind to its normalised value, `contact` holds name and phone or is empty.
    """

    fields: Mapping[str, Any]
    identifiers: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def customers_create(*, customers: Sequence[NewCustomer], actor: Any, source: Mapping[str, Any]) -> list[Customer]:
    """Open files for all of them, with one event each.

    Args: source: where they come from, kept in each event.
    Raises: IntegrityError when a number or an identifier is taken; nothing is written then.
    """
    numbers = iter(_free_numbers(sum(1 for new in customers if not new.fields.get("number"))))
    opened = []
    for new in customers:
        fields = {key: value for key, value in new.fields.items() if value is not None}
        customer = Customer(**(fields | {"number": fields.get("number") or next(numbers)}))
        size_set(customer)
        customer.search_tokens = tokens(
            [customer.name, customer.name_en, customer.number, *new.identifiers.values(), *new.contact.values()]
        )
        opened.append(customer)
    Customer.objects.bulk_create(opened, batch_size=_BATCH)
    pairs = list(zip(opened, customers, strict=True))
    Identifier.objects.bulk_create(
        [
            Identifier(customer=customer, kind=kind, value=value)
            for customer, new in pairs
            for kind, value in new.identifiers.items()
        ],
        batch_size=_BATCH,
    )
    Contact.objects.bulk_create(
        [Contact(customer=customer, **new.contact) for customer, new in pairs if new.contact], batch_size=_BATCH
    )
    record_many(
        type="customer.created",
        subjects=[(customer, {"number": customer.number, **source}) for customer in opened],
        actor=actor,
    )
    return opened


def _free_numbers(count: int) -> list[str]:
    """Numbers from the sequence that nobody has typed in before."""
    free: list[str] = []
    while len(free) < count:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('customer_number') FROM generate_series(1, %s)", [count - len(free)])
            drawn = [f"C{value:06d}" for (value,) in cursor.fetchall()]
        taken = set(Customer.objects.filter(number__in=drawn).values_list("number", flat=True))
        free += [number for number in drawn if number not in taken]
    return free
