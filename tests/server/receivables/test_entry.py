"""Entering invoices and payments: what is refused leaves nothing behind, and the database guards the sums."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from factories.customers import customer, invoice, paid
from factories.people import people, person, signed_in
from xinheng.server.accounts.choices import Role
from xinheng.server.events.models import Event
from xinheng.server.receivables.models import Allocation, Invoice, Payment
from xinheng.server.receivables.services import invoice_add, invoice_dispute_set, payment_add

pytestmark = pytest.mark.django_db
MAY_ENTER = {Role.COLLECTOR, Role.CREDIT_MANAGER}
PAYMENT = {"reference": "R-1", "received_on": dt.date(2026, 3, 1), "amount": Decimal(250), "currency": "CNY"}
INVOICE = {
    "number": "INV-1", "kind": "invoice", "issued_on": dt.date(2026, 3, 1), "due_on": dt.date(2026, 3, 31),
    "amount": Decimal(100), "currency": "CNY", "disputed": False,
}  # fmt: skip


@pytest.fixture
def owing():
    """Three open invoices of 100, 200 and 300, the middle one disputed."""
    buyer = customer()
    invoice(buyer, "C", "2026-01-01", "2026-03-01", "300")
    invoice(buyer, "B", "2026-01-01", "2026-02-15", "200", disputed=True)
    invoice(buyer, "A", "2026-01-01", "2026-02-01", "100")
    return buyer


def ids(buyer):
    return dict(buyer.invoices.values_list("number", "pk"))


def settled(buyer):
    return dict(Allocation.objects.filter(invoice__customer=buyer).values_list("invoice__number", "amount"))


def test_a_payment_settles_the_oldest_first_and_passes_disputes_over(owing):
    payment = payment_add(customer=owing, fields=PAYMENT, allocations=None, actor=None)
    assert settled(owing) == {"A": 100, "C": 150}
    event = Event.objects.get(type="payment.added")
    assert event.data["settles"] == {"A": "100.00", "C": "150.00"}
    assert (event.subject_id, payment.amount) == (owing.pk, 250)


def test_parts_can_be_chosen_and_the_rest_stays_unapplied(owing):
    payment_add(customer=owing, fields=PAYMENT, allocations={ids(owing)["B"]: Decimal(120)}, actor=None)
    assert settled(owing) == {"B": 120}


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"A": "100.01"}, "allocate"),
        ({"A": "0"}, "allocate"),
        ({"A": "-1"}, "allocate"),
        ({"A": "100", "B": "150.01"}, "amount"),
        ({"NONE": "1"}, "allocate"),
    ],
)
def test_too_much_is_refused_and_nothing_is_written(owing, parts, field):
    known = ids(owing) | {"NONE": 0}
    given = {known[number]: Decimal(part) for number, part in parts.items()}
    with pytest.raises(ValidationError) as refusal:
        payment_add(customer=owing, fields=PAYMENT, allocations=given, actor=None)
    assert next(iter(refusal.value.message_dict)).startswith(field)
    assert Payment.objects.count() == Allocation.objects.count() == 0
    assert not Event.objects.filter(type="payment.added").exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "A"}, "number"),
        ({"due_on": dt.date(2026, 2, 28)}, "due_on"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"kind": "credit_note"}, "amount"),
        ({"issued_on": dt.date(2999, 1, 1), "due_on": dt.date(2999, 1, 1)}, "issued_on"),
    ],
)
def test_a_wrong_invoice_is_refused_and_nothing_is_written(owing, wrong, field):
    with pytest.raises(ValidationError) as refusal:
        invoice_add(customer=owing, fields=INVOICE | wrong, actor=None)
    assert list(refusal.value.message_dict) == [field]
    assert Invoice.objects.count() == 3
    assert not Event.objects.filter(type="invoice.added").exists()


def test_a_repeated_payment_is_refused(owing):
    payment_add(customer=owing, fields=PAYMENT, allocations=None, actor=None)
    with pytest.raises(ValidationError) as refusal:
        payment_add(customer=owing, fields=PAYMENT, allocations=None, actor=None)
    assert list(refusal.value.message_dict) == ["reference"]
    assert Payment.objects.count() == 1


def test_a_dispute_needs_a_reason_and_is_an_event(owing):
    one = owing.invoices.get(number="A")
    with pytest.raises(ValidationError):
        invoice_dispute_set(invoice=one, disputed=True, actor=None, reason=" ")
    assert not owing.invoices.get(number="A").disputed
    invoice_dispute_set(invoice=one, disputed=True, actor=None, reason="数量不符")
    assert owing.invoices.get(number="A").disputed
    assert Event.objects.get(type="invoice.disputed").reason == "数量不符"


# ── what the database itself refuses ─────────────────────────────────────────────────────────────────────────────


def refused(name):
    """The next statements fail by the constraint of this name."""
    return pytest.raises(IntegrityError, check=lambda error: error.__cause__.diag.constraint_name == name)


def test_no_invoice_is_settled_twice(owing):
    one = owing.invoices.get(number="A")
    paid(one, "2026-02-01", "60")
    with refused("allocation_within_invoice"), transaction.atomic():
        paid(one, "2026-02-02", "40.01")
    assert Allocation.objects.count() == 1


def test_no_payment_is_spent_twice(owing):
    first, second = owing.invoices.order_by("number")[:2]
    payment = paid(first, "2026-02-01", "60", of="100")
    with refused("allocation_within_payment"), transaction.atomic():
        Allocation.objects.create(payment=payment, invoice=second, amount=Decimal("40.01"))
    Allocation.objects.create(payment=payment, invoice=second, amount=Decimal(40))
    with refused("allocation_within_payment"), transaction.atomic():
        Allocation.objects.filter(invoice=second).update(amount=Decimal(41))


def test_a_payment_settles_only_its_own_customer_and_currency(owing):
    other = invoice(customer("示例另一家"), "X", "2026-01-01", "2026-02-01", "100")
    dollars = invoice(owing, "USD", "2026-01-01", "2026-02-01", "100", currency="USD")
    payment = paid(owing.invoices.get(number="A"), "2026-02-01", "60", of="100")
    for foreign in (other, dollars):
        with refused("allocation_same_customer"), transaction.atomic():
            Allocation.objects.create(payment=payment, invoice=foreign, amount=Decimal(1))


def test_amounts_do_not_shrink_below_what_is_settled(owing):
    one = owing.invoices.get(number="A")
    payment = paid(one, "2026-02-01", "60")
    with refused("amount_covers_allocations"), transaction.atomic():
        Invoice.objects.filter(pk=one.pk).update(amount=Decimal(59))
    with refused("amount_covers_allocations"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(amount=Decimal(59))
    Invoice.objects.filter(pk=one.pk).update(amount=Decimal(60))


# ── the pages ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", Role)
def test_who_may_enter_invoices_and_payments(owing, role):
    everybody = people()
    owing.owner = everybody["sales"]
    owing.save()
    client = signed_in(everybody[role])
    of = f"/receivables/of/{owing.pk}"
    before = Event.objects.count()
    new = {"number": "N", "kind": "invoice", "issued_on": "2026年3月1日", "terms_days": "30", "amount": "壹佰元整"}
    payment = {"reference": "R", "received_on": "2026-03-01", "amount": "250"}
    answers = [
        client.post(f"{of}/invoices/new/", new).status_code,
        client.post(f"{of}/payments/new/", payment).status_code,
        client.post(f"{of}/invoices/{ids(owing)['A']}/dispute/", {"disputed": "yes", "reason": "数量"}).status_code,
    ]
    may = role in MAY_ENTER
    assert answers == [302 if may else 403] * 3
    assert (Invoice.objects.count(), Payment.objects.count(), Allocation.objects.count()) == (
        (4, 1, 2) if may else (3, 0, 0)
    )
    assert Event.objects.count() - before == (3 if may else 0)
    assert client.get(f"{of}/").status_code == 200
    if may:
        entered = Invoice.objects.get(number="N")
        assert (entered.amount, entered.due_on) == (100, dt.date(2026, 3, 31))


def test_the_proposal_shows_the_oldest_first_and_writes_nothing(owing):
    client = signed_in(person(Role.COLLECTOR))
    sent = {"reference": "R", "received_on": "2026-03-01", "amount": "250", "act": "propose"}
    page = client.post(f"/receivables/of/{owing.pk}/payments/new/", sent)
    assert page.status_code == 200
    form = page.context["form"]
    values = {item.number: field.value() for item, field in form.rows()}
    assert values == {"A": "100.00", "B": None, "C": "150.00"}
    assert Payment.objects.count() == 0


def test_a_refused_page_keeps_what_was_typed(owing):
    client = signed_in(person(Role.COLLECTOR))
    part = f"allocate_{ids(owing)['A']}"
    sent = {"reference": "R-9", "received_on": "2026-03-01", "amount": "50", "act": "save", part: "150"}
    page = client.post(f"/receivables/of/{owing.pk}/payments/new/", sent)
    text = page.content.decode()
    assert page.status_code == 400
    assert 'value="R-9"' in text
    assert "Only 100.00 are open on A." in text
    assert Payment.objects.count() == 0


def test_others_customers_have_no_account(owing):
    stranger = signed_in(person(Role.SALES))
    for page in ("", "?export=xlsx"):
        assert stranger.get(f"/receivables/of/{owing.pk}/{page}").status_code == 404


def test_an_archived_customer_gets_no_new_documents(owing):
    owing.archived_at = timezone.now()
    owing.save()
    client = signed_in(person(Role.COLLECTOR))
    assert client.get(f"/receivables/of/{owing.pk}/").status_code == 200
    assert client.get(f"/receivables/of/{owing.pk}/payments/new/").status_code == 404
