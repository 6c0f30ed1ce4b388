"""The pages in a real browser: wide and narrow, by day and by night, with and without JavaScript.

No server listens: what the browser asks for is answered by Django's test client within the test's own transaction.
"""

import contextvars
import datetime as dt
import os
import shutil
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client

from xinheng.demo import Book
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.services import user_create
from xinheng.server.assessment.services import assessment_run
from xinheng.server.config.demo import load
from xinheng.server.customers.models import Customer

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine"),
]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
BASE = "http://127.0.0.1"
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def chromium():
    # The driver keeps an event loop in this thread, which Django would take for asynchronous code of ours.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield browser
        browser.close()
        connections.close_all()  # those of this context; a session left open would hold the test database
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def pages(db):
    """Addresses of a small book with one rated customer."""
    load(Book(3), assess=False)
    customer = Customer.objects.order_by("pk").first()
    assessment = assessment_run(customer=customer, as_of=dt.date(2026, 10, 31))
    of = f"/assessments/of/{customer.pk}/"
    return ["/", "/customers/", f"/customers/{customer.pk}/", f"{of}statements/", of, "/assessments/",
            f"/assessments/{assessment.pk}/", "/assessments/rules/", "/components/", "/help/"]  # fmt: skip


def opened(chromium, *, signed_in=True, **options):
    """A page of the browser whose requests Django answers, and the list of what the browser complains about."""
    client = Client()
    if signed_in:
        roles = [Role.CREDIT_MANAGER, Role.ADMINISTRATOR]
        client.force_login(user_create(username="reader", password="a long password 1", roles=roles))

    context = contextvars.copy_context()  # the driver calls back in another, where Django would open its own connection

    def respond(route):
        address = urlsplit(route.request.url)
        if address.path.startswith("/static/"):
            found = finders.find(address.path.removeprefix("/static/"))
            route.fulfill(path=found) if found else route.fulfill(status=404)
            return
        target = f"{address.path}?{address.query}" if address.query else address.path
        answer = context.run(client.get, target, headers={"host": "127.0.0.1", "accept-language": "zh-CN"})
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    page = chromium.new_context(locale="zh-CN", **options).new_page()
    page.route("**/*", respond)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def shortcomings(page, path):
    """What is too wide for the screen or inaccessible."""
    assert page.goto(BASE + path, wait_until="networkidle").status == 200
    assert page.url == BASE + path
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if too_wide > 0:
        yield f"{path} is {too_wide} px wider than the screen"
    for violation in axe.Axe().run(page, options=WCAG).response["violations"]:
        where = "; ".join(str(node["target"]) for node in violation["nodes"][:4])
        yield f"{path} {violation['id']}: {where}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_pages_fit_are_accessible_and_stay_within_the_policy(chromium, pages, width, scheme):
    page, complaints = opened(chromium, viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = [short for path in pages for short in shortcomings(page, path)]
    assert complaints == []
    assert found == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_door_is_accessible(chromium, width):
    page, complaints = opened(chromium, signed_in=False, viewport={"width": width, "height": 900})
    assert list(shortcomings(page, "/accounts/login/")) == []
    assert complaints == []


def test_everything_is_there_without_javascript(chromium, pages):
    page, _ = opened(chromium, java_script_enabled=False)
    for path in pages:
        assert page.goto(BASE + path).status == 200
        assert page.url == BASE + path
        assert page.locator("h1").count() == 1, path
        for table in page.locator("figure[data-chart] table").all():
            assert table.is_visible(), path


def test_charts_are_drawn_and_give_way_to_their_table(chromium, pages):
    page, complaints = opened(chromium, viewport={"width": 1280, "height": 900})
    drawn = 0
    for path in pages:
        page.goto(BASE + path, wait_until="networkidle")
        for figure in page.locator("figure[data-chart]").all():
            figure.scroll_into_view_if_needed()
            figure.locator("svg").first.wait_for()
            assert figure.locator("figcaption").inner_text().strip(), path
            assert not figure.locator("table").is_visible()
            figure.locator("button").first.click()
            assert figure.locator("table").is_visible()
            drawn += 1
    assert drawn > 0
    assert complaints == []
