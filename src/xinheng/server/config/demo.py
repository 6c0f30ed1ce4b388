"""Load the demo book: users by role and fictional customers with statements, invoices, payments and assessments.

Loading again does nothing, so that what people did with the book stays; loading that was killed goes on where it was.
Every chunk is one transaction, and memory is that of a chunk.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from django.db import connection, transaction

from xinheng.demo import Book, Company
from xinheng.server.accounts.models import User
from xinheng.server.accounts.services import user_create
from xinheng.server.assessment.models import Assessment, Statement
from xinheng.server.assessment.services.batch import assessments_run
from xinheng.server.assessment.services.norms import norms_are_stale, norms_build
from xinheng.server.config.demo_copy import copy_instances, copy_rows, new_ids
from xinheng.server.config.demo_users import PASSWORD, USERS
from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.customers.search import tokens
from xinheng.server.customers.size import size_set
from xinheng.server.events.models import Event
from xinheng.server.receivables.models import Allocation, Invoice, Payment

CHUNK = 1_000
#: Before books kept their day.
_FIRST_DAY = dt.date(2026, 10, 31)

#: What is being done ("customers", "assessments") and how much of it of how much.
Progress = Callable[[str, int, int], None]


def users_load() -> dict[str, User]:
    """The demo users, made where they are missing."""
    found = {}
    for username, name, roles in USERS:
        user = User.objects.filter(username=username).first()
        found[username] = user or user_create(username=username, password=PASSWORD, roles=roles, display_name=name)
    return found


def book_in_place(asked: Book) -> Book:
    """The asked book with the seed and the day of the one that is there, if one is: a book is never mixed of two."""
    first = Customer.objects.filter(is_demo=True).order_by("pk").first()
    if first is None:
        return asked
    made = Event.objects.filter(
        subject_type=Customer._meta.label_lower, subject_id=first.pk, type="customer.created"
    ).first()
    data = made.data if made else {}
    day = dt.date.fromisoformat(data["as_of"]) if "as_of" in data else _FIRST_DAY
    return replace(asked, seed=data.get("seed", asked.seed), as_of=day)


def load(book: Book, progress: Progress = lambda what, done, total: None, *, assess: bool = True) -> int:
    """Load what is not there yet of a book. Returns how many customers were added."""
    users = users_load()
    salespeople = [users["sales1"], users["sales2"]]
    done = Customer.objects.filter(is_demo=True).count()
    companies = (book.company(index) for index in range(done + 1, book.customers + 1))
    added = 0
    while chunk := list(islice(companies, CHUNK)):
        _write(chunk, book, salespeople)
        added += len(chunk)
        progress("customers", done + added, book.customers)
    if added:
        _analyse(Customer, Identifier, Contact, Statement, Invoice, Payment, Allocation)
    if assess:
        _assess(book.as_of, progress)
        if norms_are_stale():
            norms_build()
    return added


def _assess(as_of: dt.date, progress: Progress) -> None:
    unrated = Customer.objects.filter(is_demo=True, assessments__isnull=True).order_by("pk")
    total, done, last = unrated.count(), 0, 0
    while chunk := list(unrated.filter(pk__gt=last)[:CHUNK]):
        assessments_run(customers=chunk, as_of=as_of)
        done, last = done + len(chunk), chunk[-1].pk
        progress("assessments", done, total)
    if total:
        _analyse(Assessment, Event)


def _analyse(*models: Any) -> None:
    """Tell the planner how much there is now, before the first page asks."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models))


@transaction.atomic
def _write(companies: list[Company], book: Book, salespeople: list[User]) -> None:
    customers = [_customer(company, salespeople) for company in companies]
    copy_instances(customers)
    pairs = list(zip(customers, companies, strict=True))
    copy_rows(Identifier, ("customer_id", "kind", "value"), ((c.pk, "uscc", company.uscc) for c, company in pairs))
    copy_rows(
        Contact,
        ("customer_id", "name", "role", "phone"),
        ((c.pk, company.contact, "财务", company.phone) for c, company in pairs),
    )
    copy_instances(list(_statements(pairs)))
    documents = [(c.pk, d) for c, company in pairs for d in company.documents]
    invoices = new_ids(Invoice, len(documents))
    copy_rows(
        Invoice,
        ("id", "customer_id", "number", "issued_on", "due_on", "amount", "disputed"),
        (
            (pk, customer, d.number, d.issued_on, d.due_on, d.amount, d.disputed)
            for pk, (customer, d) in zip(invoices, documents, strict=True)
        ),
    )
    paid = [(i, customer, d) for i, (customer, d) in zip(invoices, documents, strict=True) if d.paid_on and d.paid > 0]
    payments = new_ids(Payment, len(paid))
    copy_rows(
        Payment,
        ("id", "customer_id", "reference", "received_on", "amount"),
        (
            (pk, customer, f"PAY-{d.number}", d.paid_on, d.paid)
            for pk, (_i, customer, d) in zip(payments, paid, strict=True)
        ),
    )
    copy_rows(
        Allocation,
        ("payment_id", "invoice_id", "amount"),
        ((pk, invoice, d.paid) for pk, (invoice, _c, d) in zip(payments, paid, strict=True)),
    )
    copy_instances([_opened(customer, company, book) for customer, company in pairs])


def _customer(company: Company, salespeople: list[User]) -> Customer:
    number = f"D{company.index:06d}"
    customer = Customer(
        number=number,
        name=company.name,
        owner=salespeople[company.salesperson],
        industry_code=company.industry_code,
        region_code=company.region_code,
        address=company.address,
        founded_on=company.founded_on,
        customer_since=company.customer_since,
        registered_capital=company.registered_capital,
        employees=company.employees,
        is_demo=True,
        search_tokens=tokens([company.name, number, company.uscc, company.contact]),
    )
    if company.statements:
        newest = company.statements[0]
        lines = newest.lines
        size_set(customer, revenue=lines.get("rev"), total_assets=lines.get("ta"), period_end=newest.period_end)
    else:
        size_set(customer)
    return customer


def _statements(pairs: list[tuple[Customer, Company]]) -> Iterator[Statement]:
    for customer, company in pairs:
        for statement in company.statements:
            yield Statement(
                customer_id=customer.pk,
                period_end=statement.period_end,
                audit_opinion=statement.audit_opinion.value,
                source="demo",
                lines={code: str(amount) for code, amount in statement.lines.items()},
            )


def _opened(customer: Customer, company: Company, book: Book) -> Event:
    """The event of the file, which also tells the story that its figures were drawn from, and the day of the book."""
    story = f"演示：{company.story_zh} · Demo: {company.story_en}"
    return Event(
        type="customer.created",
        subject_type=Customer._meta.label_lower,
        subject_id=customer.pk,
        subject_label=customer.name,
        data={
            "number": customer.number, "source": "demo", "seed": book.seed, "as_of": book.as_of.isoformat(),
            "story": company.story, "group": company.group,
        },
        reason=f"{company.group} · {story}" if company.group else story,
    )  # fmt: skip
