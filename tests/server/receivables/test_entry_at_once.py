"""Two who settle the same invoice at the same moment."""

import datetime as dt
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from factories.customers import customer, invoice, paid
from xinheng.server.receivables.models import Allocation, Payment
from xinheng.server.receivables.services import payment_add


def at_once(act):
    """Run `act(name)` for two names in two threads and sessions at once; what each came to."""
    start, outcomes = Barrier(2), []

    def run(name):
        start.wait(timeout=10)
        try:
            act(name)
            outcomes.append("done")
        except (ValidationError, IntegrityError):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


@pytest.fixture
def claim(committed):
    return invoice(customer(), "A", "2026-01-01", "2026-02-01", "100")


def test_by_the_service(claim):
    def act(name):
        fields = {"reference": name, "received_on": dt.date(2026, 3, 1), "amount": Decimal(100), "currency": "CNY"}
        part = {claim.pk: Decimal(100)}
        payment_add(customer=claim.customer, fields=fields, allocations=part, actor=None)

    assert at_once(act) == ["done", "refused"]
    assert Payment.objects.count() == Allocation.objects.count() == 1


def test_past_the_service_the_database_refuses_as_well(claim):
    days = {"one": "2026-03-01", "two": "2026-03-02"}
    assert at_once(lambda name: paid(claim, days[name], "100")) == ["done", "refused"]
    assert Allocation.objects.count() == 1
