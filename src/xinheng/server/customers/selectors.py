"""Questions about customers. Every query begins with what the user may see."""

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from xinheng.engine import identity
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.selectors import roles_of
from xinheng.server.customers.models import Customer, Identifier
from xinheng.server.customers.search import pairs

#: Longer than any name; what is longer finds nothing rather than filling the database with work.
LONGEST_SEARCH = 200


def is_scoped(user: Any) -> bool:
    """Whether the user sees own customers only: a salesperson without another role does, and nobody without a role."""
    return roles_of(user) <= {Role.SALES.value}


def customers_in_scope(user: Any) -> QuerySet[Customer]:
    """Customers in the user's scope, archived files among them: a salesperson has own ones, other roles all."""
    if not roles_of(user):
        return Customer.objects.none()
    return Customer.objects.filter(owner=user) if is_scoped(user) else Customer.objects.all()


def customers_visible(user: Any) -> QuerySet[Customer]:
    """The live customers in the user's scope: a salesperson without another role sees own ones, others all."""
    return customers_in_scope(user).filter(archived_at__isnull=True)


def customers_search(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those whose names, contacts, number or codes contain the text's character pairs. A blank text leaves all."""
    if not text.strip():
        return customers
    wanted = pairs(text) if len(text) <= LONGEST_SEARCH else set()
    return customers.filter(search_tokens__contains=sorted(wanted)) if wanted else customers.none()


def customers_ranked(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """The same customers, best first: number or code as written, whole name, beginning of the name, any other."""
    text = text.strip()
    ranks = Case(
        When(_exactly(text), then=Value(0)),
        When(Q(name=text) | Q(name_en__iexact=text), then=Value(1)),
        When(Q(name__startswith=text) | Q(name_en__istartswith=text), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    return customers.annotate(rank=ranks).order_by("rank", "number")


def customer_by_code(customers: QuerySet[Customer], text: str) -> Customer | None:
    """The one customer that has this number or registered code, written in full."""
    if not text.strip() or len(text) > LONGEST_SEARCH or "\x00" in text:
        return None
    found = list(customers.filter(_exactly(text.strip()))[:2])
    return found[0] if len(found) == 1 else None


def _exactly(text: str) -> Q:
    code = identity.normalise(text)
    holders = Identifier.objects.filter(value=code, is_live=True).values("customer_id")
    return Q(number__in=[text, text.upper()]) | Q(pk__in=holders)


def code_holder(user: Any, kind: str, value: str) -> Customer | None:
    """The live file that holds a code, where the user may see it."""
    holders = Identifier.objects.filter(kind=kind, value=value, is_live=True).values("customer_id")
    return customers_in_scope(user).filter(pk__in=holders).first()
