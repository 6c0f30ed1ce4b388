"""Accounts: who gives them, what a role may do, and that every act leaves its event."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from factories.people import PASSWORD, people, person, signed_in
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.accounts.permissions import ACTS, MAY, may
from xinheng.server.accounts.services import password_give, user_deactivate, user_reactivate, user_update
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return person(Role.ADMINISTRATOR)


def types(user):
    found = Event.objects.filter(subject_type="accounts.user", subject_id=user.pk).order_by("pk")
    return list(found.values_list("type", flat=True))


def new_account(**changed):
    return {
        "username": "li.mei",
        "display_name": "李梅",
        "password": "violet-harbour-93",
        "language": "zh-hans",
        "roles": ["sales"],
    } | changed


def test_every_act_has_a_name_and_the_auditor_may_none():
    assert set(ACTS) == set(MAY)
    assert not [act for act, roles in MAY.items() if Role.AUDITOR in roles]


def test_an_administrator_opens_an_account(admin):
    answer = signed_in(admin).post("/accounts/users/new/", new_account())
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/users/")
    user = User.objects.get(username="li.mei")
    assert (user.display_name, user.language, user.check_password("violet-harbour-93")) == ("李梅", "zh-hans", True)
    assert list(user.groups.values_list("name", flat=True)) == ["sales"]
    event = Event.objects.get(subject_id=user.pk, subject_type="accounts.user")
    assert (event.type, event.actor, event.actor_label) == ("account.created", admin, "Administrator")
    assert "violet" not in str(event.data)


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "12345678901"},
        {"password": "short"},
        {"username": "ADMINISTRATOR"},
        {"username": "li mei"},
        {"username": "li\x00mei"},
        {"roles": ["emperor"]},
        {"roles": []},
        {"language": "xx"},
    ],
)
def test_a_wrong_account_is_refused_and_nothing_is_written(admin, wrong):
    before = Event.objects.count()
    answer = signed_in(admin).post("/accounts/users/new/", new_account(**wrong))
    assert answer.status_code == 200
    assert User.objects.count() == 1
    assert Event.objects.count() == before


def test_a_change_keeps_old_and_new(admin):
    user = person(Role.SALES)
    user_update(user=user, roles=["sales", "credit_manager"], display_name="Sales", language="en", actor=admin)
    event = Event.objects.get(type="account.changed")
    assert event.data == {"roles": {"old": ["sales"], "new": ["credit_manager", "sales"]}}
    user_update(user=user, roles=["sales", "credit_manager"], display_name="Sales", language="en", actor=admin)
    assert Event.objects.filter(type="account.changed").count() == 1


def test_closing_and_opening_again(admin):
    user = person(Role.SALES)
    with pytest.raises(ValidationError):
        user_deactivate(user=user, actor=admin, reason="  ")
    user_deactivate(user=user, actor=admin, reason="left the company")
    user.refresh_from_db()
    assert not user.is_active
    user_reactivate(user=user, actor=admin)
    assert types(user) == ["account.created", "account.deactivated", "account.reactivated"]
    assert Event.objects.get(type="account.deactivated").reason == "left the company"


def test_the_last_administrator_stays(admin):
    with pytest.raises(ValidationError):
        user_deactivate(user=admin, actor=None, reason="oops")
    with pytest.raises(ValidationError):
        user_update(user=admin, roles=["sales"], display_name="x", language="en", actor=admin)
    admin.refresh_from_db()
    assert admin.is_active
    assert admin.groups.filter(name="administrator").exists()
    assert types(admin) == ["account.created"]
    second = person(Role.ADMINISTRATOR, username="second")
    user_deactivate(user=admin, actor=second, reason="handed over")
    assert not User.objects.get(pk=admin.pk).is_active


def test_nobody_closes_the_own_account(admin):
    person(Role.ADMINISTRATOR, username="second")
    with pytest.raises(ValidationError):
        user_deactivate(user=admin, actor=admin, reason="tired")


def test_a_given_password_is_checked_and_ends_sessions(admin):
    user = person(Role.SALES)
    client = Client()
    client.post("/accounts/login/", {"login": "sales", "password": PASSWORD})
    with pytest.raises(ValidationError):
        password_give(user=user, password="password", actor=admin)
    assert client.get("/accounts/profile/").status_code == 200
    password_give(user=user, password="violet-harbour-93", actor=admin)
    assert client.get("/accounts/profile/").status_code == 302


def test_changing_ones_own_password_is_an_event():
    user = person(Role.SALES)
    client = signed_in(user)
    sent = {"oldpassword": PASSWORD, "password1": "violet-harbour-93", "password2": "violet-harbour-93"}
    assert client.post("/accounts/password/", sent).status_code == 302
    assert User.objects.get(pk=user.pk).check_password("violet-harbour-93")
    assert types(user) == ["account.created", "account.password_changed"]


MANAGING = ["/accounts/users/", "/accounts/users/new/", "/accounts/users/{pk}/"]


@pytest.mark.parametrize("role", Role.values)
def test_only_administrators_manage_accounts(role):
    everybody = people()
    target = everybody["sales"]
    client = signed_in(everybody[role])
    expected = 200 if role == "administrator" else 403
    assert [client.get(url.format(pk=target.pk)).status_code for url in MANAGING] == [expected] * 3
    for url, sent in (("state", {"state": "closed", "reason": "x"}), ("password", {"password": "violet-harbour-93"})):
        answer = client.post(f"/accounts/users/{target.pk}/{url}/", sent)
        assert answer.status_code == (302 if role == "administrator" else 403)
    target.refresh_from_db()
    assert target.is_active is (role != "administrator")
    assert target.check_password(PASSWORD) is (role != "administrator")


@pytest.mark.parametrize("role", Role.values)
def test_everybody_sees_the_own_profile(role):
    user = person(role)
    page = signed_in(user).get("/accounts/profile/").content.decode()
    for act, label in ACTS.items():
        assert (str(label) in page) is may(user, act)


@pytest.mark.parametrize(
    ("sent", "language", "unit"),
    [
        ({"language": "zh-hans"}, "zh-hans", "wan"),
        ({"amount_unit": "yi"}, "en", "yi"),
        ({"language": "tlh", "amount_unit": "shells"}, "en", "wan"),
    ],
)
def test_language_and_unit_are_kept(sent, language, unit):
    user = person(Role.SALES)
    answer = signed_in(user).post("/accounts/preferences/", sent | {"next": "//evil.example/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user.refresh_from_db()
    assert (user.language, user.amount_unit) == (language, unit)


@pytest.mark.parametrize(("language", "text"), [("en", "Sign out"), ("zh-hans", "退出")])
def test_pages_speak_the_persons_language_whatever_the_browser_says(language, text):
    user = person(Role.SALES, language=language)
    other = "zh-CN" if language == "en" else "en-GB"
    page = signed_in(user).get("/accounts/profile/", headers={"accept-language": other})
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page.content.decode()
    assert text in page.content.decode()
