"""Acts on assessments: run, override within authority, take back, replay; nothing is written on a refusal."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone, translation

from factories.people import person
from xinheng.engine.rules.ruleset import RuleSet, shipped
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.models import Assessment, Override, OverrideWithdrawal, RuleSetVersion
from xinheng.server.assessment.selectors import grade_distribution, newest_assessments
from xinheng.server.assessment.services import (
    RulesUnreadable,
    assessment_replay,
    assessment_run,
    assessor,
    grades_within_authority,
    override_withdraw,
    rating_override,
    runner_of,
    stored_facts,
)
from xinheng.server.customers.models import Customer
from xinheng.server.customers.services import customer_create
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 6, 30)
WHY = "客户换了实际控制人"


def days(count):
    return timezone.localdate() + dt.timedelta(days=count)


def override(assessed, actor, grade="A", reason=WHY, until=90):
    return rating_override(assessment=assessed, grade=grade, reason=reason, valid_until=days(until), actor=actor)


def standing(assessed):
    return Assessment.objects.get(pk=assessed.pk).effective_grade


# ── run ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sample_company_is_assessed_to_the_last_digit(assessed):
    assert (assessed.grade, round(assessed.score, 4), assessed.pd) == ("BBB", 67.4367, 0.007)
    assert (assessed.limit_proposed, assessed.results["limit_binding"]) == (600_000, "limit_need")
    assert {name: assessed.results[name] for name in ("l1", "d1", "d8")} == {"l1": 1.5, "d1": 0.5, "d8": 5.8}
    assert (assessed.facts["eq"], assessed.facts["purchases_12m"]) == ("50000000", "3600000.00")
    event = Event.objects.get(type="assessment.made")
    assert event.data == {"assessment": assessed.pk, "grade": "BBB", "score": assessed.score}


def test_a_customer_without_any_fact_is_kept_unrated(crew):
    nobody = customer_create(fields={"name": "示例空白有限公司"}, identifiers={}, actor=crew["sales"])
    kept = assessment_run(customer=nobody, actor=crew["sales"], as_of=AS_OF)
    assert (kept.grade, kept.score, kept.pd, kept.limit_proposed) == ("", None, None, None)
    assert assessment_replay(kept)[1] == []


def test_a_debt_overdue_for_more_than_90_days_is_d_whatever_the_score(trading, crew):
    kept = assessment_run(customer=trading, actor=crew["sales"], as_of=AS_OF + dt.timedelta(days=120))
    assert (kept.grade, kept.pd, kept.limit_proposed) == ("D", 1.0, 0)
    assert kept.results["grade__event_default"] is True
    assert kept.results["grade__by_score"] < 10


@pytest.fixture(scope="module")
def guarded_again(django_db_setup, django_db_blocker):
    """Of the module, since it must end after the flush that follows the test."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event ENABLE TRIGGER event_no_truncate")


@pytest.fixture
def committed(guarded_again, transactional_db):
    """What the test writes is really committed; the spine, which lets nobody empty it, is emptied afterwards."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER event_no_truncate")


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_are_both_kept_with_one_version_of_the_rules(committed, trading, crew):
    RuleSetVersion.objects.all().delete()
    ready, failures = threading.Barrier(2), []

    def run():
        try:
            ready.wait()
            assessment_run(customer=Customer.objects.get(pk=trading.pk), actor=crew["sales"], as_of=AS_OF)
        except BaseException as error:  # shown below, in the thread of the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert RuleSetVersion.objects.count() == 1
    assert [a.grade for a in Assessment.objects.all()] == ["BBB", "BBB"]
    assert Event.objects.filter(type="assessment.made").count() == 2


# ── override ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_authority_is_two_grades_for_the_credit_manager_and_the_scale_for_the_risk_officer(crew):
    assert grades_within_authority(crew["credit_manager"], "BBB") == ["AA", "A", "BB", "B"]
    assert grades_within_authority(crew["credit_manager"], "AAA") == ["AA", "A"]
    assert grades_within_authority(crew["risk_officer"], "BBB") == ["AAA", "AA", "A", "BB", "B", "CCC", "CC", "C", "D"]
    assert len(grades_within_authority(crew["risk_officer"], "")) == 10
    assert grades_within_authority(crew["credit_manager"], "") == []
    assert grades_within_authority(crew["auditor"], "BBB") == []


def test_an_override_is_in_force_until_it_ends(assessed, crew, monkeypatch):
    override(assessed, crew["credit_manager"])
    assert standing(assessed) == "A"
    assert newest_assessments(crew["auditor"]).get().standing == "A"
    assert grade_distribution(crew["auditor"]) == [("A", 1)]
    event = Event.objects.get(type="assessment.overridden")
    told = (event.reason, event.data["from"], event.data["to"], event.data["valid_until"], event.actor)
    assert told == (WHY, "BBB", "A", days(90).isoformat(), crew["credit_manager"])
    later = days(91)
    monkeypatch.setattr(timezone, "localdate", lambda *_: later)
    assert standing(assessed) == "BBB"
    assert newest_assessments(crew["auditor"]).get().standing == "BBB"
    assert grade_distribution(crew["auditor"]) == [("BBB", 1)]


@pytest.mark.parametrize(
    ("role", "grade", "reason", "until", "field"),
    [
        ("credit_manager", "AAA", WHY, 90, "grade"),
        ("credit_manager", "CCC", WHY, 90, "grade"),
        ("credit_manager", "BBB", WHY, 90, "grade"),
        ("risk_officer", "E", WHY, 90, "grade"),
        ("risk_officer", "A", "  no ", 90, "reason"),
        ("risk_officer", "A", WHY, -1, "valid_until"),
        ("risk_officer", "A", WHY, 367, "valid_until"),
    ],
)
def test_what_is_beyond_authority_or_unfounded_is_refused_and_nothing_written(
    assessed, crew, role, grade, reason, until, field
):
    with pytest.raises(ValidationError) as refusal:
        override(assessed, crew[role], grade, reason, until)
    assert list(refusal.value.message_dict) == [field]
    assert Override.objects.count() == 0
    assert not Event.objects.filter(type="assessment.overridden").exists()


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"credit_manager", "risk_officer"}))
def test_other_roles_may_not_override_and_nothing_is_written(assessed, crew, role):
    with pytest.raises(PermissionDenied):
        override(assessed, crew[role])
    assert Override.objects.count() == 0


def test_an_older_assessment_is_not_overridden(assessed, trading, crew):
    assessment_run(customer=trading, as_of=AS_OF)
    with translation.override("en"), pytest.raises(ValidationError, match="newer"):
        override(assessed, crew["risk_officer"])
    assert Override.objects.count() == 0


def test_a_newer_override_takes_the_place_of_the_older_for_good(assessed, crew):
    override(assessed, crew["credit_manager"], "A", until=300)
    second = override(assessed, crew["credit_manager"], "BB")
    assert standing(assessed) == "BB"
    override_withdraw(override=second, reason="the news was wrong", actor=crew["credit_manager"])
    assert standing(assessed) == "BBB"
    assert newest_assessments(crew["auditor"]).get().standing == "BBB"


def test_taking_back_needs_a_reason_and_happens_once(assessed, crew):
    kept = override(assessed, crew["credit_manager"])
    with pytest.raises(ValidationError):
        override_withdraw(override=kept, reason=" ", actor=crew["credit_manager"])
    assert (OverrideWithdrawal.objects.count(), standing(assessed)) == (0, "A")
    override_withdraw(override=kept, reason="the news was wrong", actor=crew["credit_manager"])
    event = Event.objects.get(type="assessment.override_withdrawn")
    assert (event.data["from"], event.data["to"], event.reason) == ("A", "BBB", "the news was wrong")
    with pytest.raises(ValidationError):
        override_withdraw(override=kept, reason="the news was wrong", actor=crew["credit_manager"])
    assert OverrideWithdrawal.objects.count() == 1


def test_who_could_not_have_set_a_grade_cannot_take_it_back(assessed, crew):
    kept = override(assessed, crew["risk_officer"], "AAA")
    for role in ("credit_manager", "sales"):
        with pytest.raises(PermissionDenied):
            override_withdraw(override=kept, reason="the news was wrong", actor=crew[role])
    assert (OverrideWithdrawal.objects.count(), standing(assessed)) == (0, "AAA")


def test_two_roles_have_the_wider_authority(assessed):
    both = person(Role.SALES, Role.RISK_OFFICER, username="both")
    assert override(assessed, both, "AAA").grade == "AAA"


# ── replay ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def other_rules(**changes):
    """The shipped documents with a text exchanged in the limits, as an older version of them."""
    documents = dict(shipped().documents)
    for old, new in changes.values():
        assert old in documents["limits.toml"]
        documents["limits.toml"] = documents["limits.toml"].replace(old, new, 1)
    rules = RuleSet(documents)
    return RuleSetVersion.objects.create(hash=rules.hash, documents=documents)


def test_replay_gives_the_kept_answer_again(assessed):
    answer, differing = assessment_replay(assessed)
    assert (answer.grade, answer.score, differing) == ("BBB", assessed.score, [])


def test_a_result_that_was_altered_is_named_with_old_and_new(assessed):
    assessed.results["d1"] = 0.25
    assessed.save()
    _answer, differing = assessment_replay(Assessment.objects.get(pk=assessed.pk))
    assert [(d.name, d.kept, d.again) for d in differing] == [("d1", 0.25, 0.5)]


def test_an_older_version_of_the_rules_is_replayed_by_its_own_documents(assessed):
    version = other_rules(step=('name = "limit_step"\nvalue = 100000', 'name = "limit_step"\nvalue = 10000'))
    assert runner_of(version).one(stored_facts(assessed, assessor())).limit == 610_000
    assessed.rules = version
    assessed.save()
    again, differing = assessment_replay(Assessment.objects.get(pk=assessed.pk))
    assert (again.rules_hash, again.limit) == (version.hash, 610_000)
    assert [(d.name, d.kept, d.again) for d in differing] == [("limit_proposed", "600000.00", "610000.00")]


@pytest.mark.parametrize("documents", [{}, {"composite.toml": "not = [toml"}, {"composite.toml": ""}])
def test_rules_that_are_missing_or_altered_are_told_from_a_difference(assessed, documents):
    version = assessed.rules
    version.documents = documents
    version.save()
    with pytest.raises(RulesUnreadable):
        assessment_replay(Assessment.objects.get(pk=assessed.pk))


def test_rules_that_are_whole_but_lack_the_scorecard_cannot_be_read(assessed):
    rules = RuleSet({"ratios.toml": shipped().documents["ratios.toml"]})
    assessed.rules = RuleSetVersion.objects.create(hash=rules.hash, documents=dict(rules.documents))
    with pytest.raises(RulesUnreadable):
        assessment_replay(assessed)


def test_a_fact_that_the_catalogue_lost_is_told_from_a_difference(assessed):
    assessed.facts["fact_of_old"] = 1
    with pytest.raises(RulesUnreadable):
        assessment_replay(assessed)
