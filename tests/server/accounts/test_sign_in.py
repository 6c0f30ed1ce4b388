"""The front door: who comes in, and how often one may try."""

import pytest
from django.core.cache import cache
from django.test import Client

from factories.people import PASSWORD, person
from xinheng.server.accounts.choices import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_tried_yet():
    cache.clear()


def try_password(client: Client, password: str, username: str = "sales"):
    return client.post("/accounts/login/", {"login": username, "password": password})


def test_the_right_password_opens():
    person(Role.SALES)
    client = Client()
    answer = try_password(client, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "_auth_user_id" in client.session


def test_after_five_wrong_passwords_the_right_one_is_refused_too_until_the_window_passes(monkeypatch):
    person(Role.SALES)
    client = Client()
    for _ in range(5):
        answer = try_password(client, "wrong")
        assert answer.status_code == 200
        assert "Too many failed login attempts" not in answer.content.decode()
    refused = try_password(client, "wrong").content.decode()
    assert "Too many failed login attempts" in refused or "登录失败次数过多" in refused
    try_password(client, PASSWORD)
    assert "_auth_user_id" not in client.session

    import time

    later = time.time() + 301
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)
    assert try_password(client, PASSWORD).status_code == 302
    assert "_auth_user_id" in client.session


def test_writing_the_name_in_capitals_gives_no_further_tries():
    person(Role.SALES)
    client = Client()
    for name in ("sales", "Sales", "SALES", "sAles", "saLes"):
        try_password(client, "wrong", name)
    try_password(client, PASSWORD, "salEs")
    assert "_auth_user_id" not in client.session


def test_one_person_locked_out_locks_out_nobody_else():
    person(Role.SALES)
    person(Role.AUDITOR)
    client = Client()
    for _ in range(6):
        try_password(client, "wrong")
    assert try_password(Client(REMOTE_ADDR="10.9.8.7"), PASSWORD, "auditor").status_code == 302


def test_a_closed_account_stays_outside_and_its_session_ends():
    user = person(Role.SALES)
    inside = Client()
    try_password(inside, PASSWORD)
    user.is_active = False
    user.save()
    assert inside.get("/customers/").status_code == 302
    client = Client()
    try_password(client, PASSWORD)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("url", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_signs_up_or_resets_by_themselves(url):
    assert Client().get(url).status_code in (302, 404)
    assert "signup" not in Client().get("/accounts/login/").content.decode()
