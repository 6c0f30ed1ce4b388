"""The spine's own rules, where no database may be touched."""

import pytest

from xinheng.server.accounts.models import User
from xinheng.server.events.services import NotInTransaction, record


def test_an_event_needs_the_transaction_of_its_act():
    """Refused before anything is sent: this test has no access to the database at all."""
    with pytest.raises(NotInTransaction):
        record(type="account.created", subject=User(pk=1))
