"""The spine: written with its act or not at all, never rewritten, read as sentences."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import IntegrityError
from django.utils import translation

from factories.people import person
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.events import catalogue
from xinheng.server.events.models import Event
from xinheng.server.events.selectors import latest, timeline
from xinheng.server.events.services import record, record_many

pytestmark = pytest.mark.django_db


def test_an_event_falls_with_its_act():
    user = person(Role.SALES)
    before = Event.objects.count()

    @transaction.atomic
    def act():
        record(type="account.changed", subject=user)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert Event.objects.count() == before


def test_it_keeps_the_name_of_the_actor_and_when_it_happened():
    user = person(Role.SALES)
    then = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
    event = record(type="account.changed", subject=user, actor=user, occurred_at=then)
    told = record(type="account.changed", subject=user)
    user.display_name = "Somebody Else"
    user.save()
    event.refresh_from_db()
    told.refresh_from_db()
    assert (event.actor_label, event.occurred_at) == ("Sales", then)
    assert abs(told.occurred_at - told.recorded_at) < dt.timedelta(minutes=1)
    assert [entry.actor for entry in timeline(user, limit=2)] == ["", "Sales"]


@pytest.mark.parametrize("type", ["created", "Account.Created", "account.created.twice", "account created", ""])
def test_a_type_reads_room_act(type):
    user = person(Role.SALES)
    before = Event.objects.count()
    with pytest.raises(ValueError):
        record(type=type, subject=user)
    with pytest.raises(ValueError):
        record_many(type=type, subjects=[(user, {})])
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.create(type=type, subject_type="accounts.user", subject_id=1, subject_label="x")
    assert Event.objects.count() == before


def test_an_unsaved_row_is_no_subject():
    with pytest.raises(ValueError):
        record(type="account.created", subject=User(username="x"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET reason = 'better'",
        "UPDATE events_event SET id = id + 1",
        "DELETE FROM events_event",
        "TRUNCATE events_event",
        "INSERT INTO events_event SELECT * FROM events_event ON CONFLICT (id) DO UPDATE SET reason = 'better'",
    ],
)
def test_the_past_is_not_rewritten(statement):
    person(Role.SALES)
    kept = list(Event.objects.values())
    connection.check_constraints()  # TRUNCATE waits for no deferred check
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Event.objects.values()) == kept


def test_nor_through_the_model():
    user = person(Role.SALES)
    event = Event.objects.get()
    event.reason = "better"
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        event.delete()
    assert timeline(user)[0].event.reason == ""


def test_newest_first_and_only_of_the_subject():
    one, two = person(Role.SALES), person(Role.AUDITOR)
    record(type="account.changed", subject=one)
    assert [entry.event.type for entry in timeline(one)] == ["account.changed", "account.created"]
    assert len(timeline(two)) == 1
    assert len(timeline(one, limit=1)) == 1


def test_latest_shows_only_what_the_reader_may_see():
    one, _two = person(Role.SALES), person(Role.AUDITOR)
    assert len(latest()) == 2
    assert [entry.event.subject_id for entry in latest(subjects={"accounts.user": [one.pk]})] == [one.pk]
    assert latest(subjects={}) == []


def test_sentences_take_their_figures_from_the_event(monkeypatch):
    monkeypatch.setattr(catalogue, "_SENTENCES", {})
    catalogue.register({"a.b": "Moved %(what)s to %(where)s", "a.c": lambda data: f"{data['n']} rows"})
    assert catalogue.sentence("a.b", {"what": "100% of it"}) == "Moved 100% of it to —"
    assert catalogue.sentence("a.c", {"n": 3}) == "3 rows"
    assert catalogue.sentence("a.unknown") == "a.unknown"
    with pytest.raises(ValueError, match="twice"):
        catalogue.register({"a.b": "another"})


def test_every_named_type_has_its_chinese():
    with translation.override("zh-hans"):
        told = {type: catalogue.sentence(type, {}) for type in catalogue._SENTENCES}
    assert len(told) > 10
    assert {type for type, text in told.items() if text.isascii()} == set()
