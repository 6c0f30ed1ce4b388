"""Questions about customers. Every query begins with what the user may see."""

from typing import Any

from django.db.models import QuerySet

from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.selectors import roles_of
from xinheng.server.customers.models import Customer
from xinheng.server.customers.search import pairs


def customers_visible(user: Any) -> QuerySet[Customer]:
    """The live customers in the user's scope: a salesperson without another role sees own ones, others all."""
    customers = Customer.objects.filter(archived_at__isnull=True)
    roles = roles_of(user)
    if not roles:
        return customers.none()
    if roles <= {Role.SALES.value}:
        return customers.filter(owner=user)
    return customers


def customers_search(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose names, number or codes contain the text's character pairs."""
    wanted = pairs(text)
    return customers.filter(search_tokens__contains=sorted(wanted)) if wanted else customers
