"""Load the demo book: users by role and fictional customers with statements, invoices and payments.

Loading again does nothing, so that what people did with the book stays.
"""

from collections.abc import Callable, Iterator
from itertools import islice

from django.db import transaction

from xinheng.demo import Book, Company
from xinheng.server.accounts.models import User
from xinheng.server.accounts.services import user_create
from xinheng.server.assessment.models import Statement
from xinheng.server.assessment.services import assessment_run
from xinheng.server.assessment.services.norms import norms_are_stale, norms_build
from xinheng.server.config.demo_users import PASSWORD, USERS
from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.customers.search import tokens
from xinheng.server.customers.size import size_set
from xinheng.server.events.models import Event
from xinheng.server.receivables.models import Allocation, Invoice, Payment

CHUNK = 200


def users_load() -> dict[str, User]:
    """The demo users, made where they are missing."""
    found = {}
    for username, name, roles in USERS:
        user = User.objects.filter(username=username).first()
        found[username] = user or user_create(username=username, password=PASSWORD, roles=roles, display_name=name)
    return found


def load(book: Book, progress: Callable[[int], None] = lambda count: None, *, assess: bool = True) -> int:
    """Load what is not there yet of a book, a chunk a transaction. Returns how many customers were added."""
    users = users_load()
    salespeople = [users["sales1"], users["sales2"]]
    done = Customer.objects.filter(is_demo=True).count()
    companies = (book.company(index) for index in range(done + 1, book.customers + 1))
    added = 0
    while chunk := list(islice(companies, CHUNK)):
        _write(chunk, salespeople)
        added += len(chunk)
        progress(done + added)
    if assess:
        for customer in Customer.objects.filter(is_demo=True, assessments__isnull=True).order_by("pk").iterator():
            assessment_run(customer=customer, as_of=book.as_of)
        if norms_are_stale():
            norms_build()
    return added


@transaction.atomic
def _write(companies: list[Company], salespeople: list[User]) -> None:
    customers = Customer.objects.bulk_create(_customer(company, salespeople) for company in companies)
    pairs = list(zip(customers, companies, strict=True))
    Identifier.objects.bulk_create(Identifier(customer=c, kind="uscc", value=company.uscc) for c, company in pairs)
    Contact.objects.bulk_create(
        Contact(customer=c, name=company.contact, role="财务", phone=company.phone) for c, company in pairs
    )
    Statement.objects.bulk_create(_statements(pairs))
    invoices = Invoice.objects.bulk_create(
        Invoice(customer=c, number=d.number, issued_on=d.issued_on, due_on=d.due_on, amount=d.amount,
                disputed=d.disputed)
        for c, company in pairs for d in company.documents
    )  # fmt: skip
    documents = [d for _c, company in pairs for d in company.documents]
    paid = [(i, d) for i, d in zip(invoices, documents, strict=True) if d.paid_on and d.paid > 0]
    payments = Payment.objects.bulk_create(
        Payment(customer=i.customer, reference=f"PAY-{d.number}", received_on=d.paid_on, amount=d.paid) for i, d in paid
    )
    Allocation.objects.bulk_create(
        Allocation(payment=p, invoice=i, amount=d.paid) for p, (i, d) in zip(payments, paid, strict=True)
    )
    Event.objects.bulk_create(
        Event(type="customer.created", subject_type="customers.customer", subject_id=c.pk, subject_label=c.name,
              data={"number": c.number, "source": "demo"})
        for c in customers
    )  # fmt: skip


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
        search_tokens=tokens([company.name, number, company.uscc]),
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
                customer=customer,
                period_end=statement.period_end,
                audit_opinion=statement.audit_opinion.value,
                source="demo",
                lines={code: str(amount) for code, amount in statement.lines.items()},
            )
