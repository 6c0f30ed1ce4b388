"""What tests of several rooms share."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The database without a surrounding transaction, for tests in which several act at once; emptied afterwards.

    The usual way of emptying it would have to remove events, which the database refuses.
    """
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
            cursor.execute("TRUNCATE events_event, customers_customer, accounts_user CASCADE")
            cursor.execute("ALTER TABLE events_event ENABLE TRIGGER USER")
