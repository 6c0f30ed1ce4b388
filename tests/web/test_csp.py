"""No page carries inline code or anything from elsewhere, and every answer forbids it."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from django.test import Client

from xinheng.demo import Book
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.services import preferences_set, user_create
from xinheng.server.assessment.services import assessment_run
from xinheng.server.config.demo import load
from xinheng.server.customers.models import Customer

DATA_BLOCKS = {"application/json", "application/ld+json"}  # the browser never runs these


class Inline(HTMLParser):
    """Collects what a strict policy would stop: inline scripts, styles, handlers, foreign addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") not in DATA_BLOCKS):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"{name} of <{tag}>")
            if address.startswith("javascript:"):
                self.found.append(f"{name}={value}")
            loads = name in {"src", "data"} or (name == "href" and tag in {"link", "use", "image"})
            if loads and address.startswith(("http:", "https:", "//")):
                self.found.append(f"{value} from elsewhere")


def inline(page: str) -> list[str]:
    parser = Inline()
    parser.feed(page)
    return parser.found


def directives(answer) -> dict[str, list[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


def assert_strict(answer) -> None:
    policy = directives(answer)
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["base-uri"] in (["'self'"], ["'none'"])
    assert policy["form-action"] == ["'self'"]
    for code in ("script-src", "style-src"):
        assert policy.get(code, ["'self'"]) == ["'self'"]
    assert not [source for sources in policy.values() for source in sources if "unsafe" in source or "*" in source]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ("<script>1</script>", ["<script>"]),
        ('<script type="module">1</script>', ["<script>"]),
        ('<script type="application/json">{}</script><script src="/static/a.js"></script>', []),
        ("<style>p{}</style>", ["<style>"]),
        ('<p style="color:red">', ["style of <p>"]),
        ('<p onclick="f()" hx-on:click="f()">', ["onclick of <p>", "hx-on:click of <p>"]),
        ('<a href="javascript:f()">', ["href=javascript:f()"]),
        ('<link href="https://elsewhere.example/a.css">', ["https://elsewhere.example/a.css from elsewhere"]),
        ('<a href="https://elsewhere.example/">', []),
    ],
)
def test_what_counts_as_inline(page, found):
    assert inline(page) == found


@pytest.fixture
def paths(db):
    """The addresses of the product's pages, with a rated customer behind them."""
    load(Book(1), assess=False)
    customer = Customer.objects.get()
    assessment = assessment_run(customer=customer, as_of=dt.date(2026, 10, 31))
    of = f"/assessments/of/{customer.pk}/"
    return {
        "home": "/",
        "customers": "/customers/",
        "new customer": "/customers/new/",
        "customer": f"/customers/{customer.pk}/",
        "edit": f"/customers/{customer.pk}/edit/",
        "statements": f"{of}statements/",
        "ratings": of,
        "assessments": "/assessments/",
        "assessment": f"/assessments/{assessment.pk}/",
        "rules": "/assessments/rules/",
        "components": "/components/",
        "help": "/help/",
        "password": "/accounts/password/",
        "sign out": "/accounts/logout/",
    }


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_carry_no_inline_code(paths, language):
    roles = [Role.CREDIT_MANAGER, Role.ADMINISTRATOR]
    client = Client()
    user = user_create(username="reader", password="a long password 1", roles=roles)
    client.force_login(preferences_set(user=user, language=language))
    for name, path in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, name
        assert_strict(answer)
        assert inline(answer.content.decode()) == [], name
        assert f'lang="{"en" if language == "en" else "zh"}' in answer.content.decode(), name


@pytest.mark.django_db
def test_login_page_is_strict_and_open():
    answer = Client().get("/accounts/login/")
    assert answer.status_code == 200
    assert_strict(answer)
    assert inline(answer.content.decode()) == []
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_refusals_are_strict_too():
    client = Client()
    client.force_login(user_create(username="auditor", password="a long password 1", roles=[Role.AUDITOR]))
    refusals = {404: client.get("/nowhere/"), 403: client.get("/customers/new/")}
    for status, answer in refusals.items():
        assert answer.status_code == status
        assert_strict(answer)
        assert inline(answer.content.decode()) == []


def test_the_page_of_a_failure_needs_nothing_but_itself():
    """Django renders it without a request, a person or a database."""
    assert inline(render_to_string("500.html")) == []
