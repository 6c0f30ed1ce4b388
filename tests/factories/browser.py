"""A real browser whose requests Django answers within the test's own transaction: no server listens.

Use: `with chromium() as browser: page, complaints = opened(browser, user)`. What a form sends is answered too; a
redirect after it becomes a page that leads on, since the driver does not let redirects be answered.
"""

import contextvars
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.db import connections
from django.test import Client

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
BASE = "http://127.0.0.1"
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, and a thread in which Django may be called although the driver's event loop runs in it."""
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
            yield browser
            browser.close()
            connections.close_all()  # those of this context; a session left open would hold the test database
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def opened(browser: Any, user: Any, **options: Any) -> tuple[Any, list[str]]:
    """A page signed in as `user`, and the list of what the browser complains about."""
    client = Client()
    client.force_login(user)
    context = contextvars.copy_context()  # the driver calls back in another, where Django would open its own connection

    def respond(route: Any) -> None:
        request = route.request
        address = urlsplit(request.url)
        if address.path.startswith("/static/"):
            found = finders.find(address.path.removeprefix("/static/"))
            route.fulfill(path=found) if found else route.fulfill(status=404)
            return
        target = f"{address.path}?{address.query}" if address.query else address.path
        headers = {"host": "127.0.0.1", **{name: request.headers[name] for name in SENT if name in request.headers}}
        if request.method == "POST":
            kind = request.headers["content-type"]
            answer = context.run(client.post, target, request.post_data_buffer, content_type=kind, headers=headers)
        else:
            answer = context.run(client.get, target, headers=headers)
        if answer.status_code == 302:
            onward = f'<!doctype html><meta http-equiv="refresh" content="0;url={answer["Location"]}">'
            route.fulfill(status=200, content_type="text/html", body=onward)
        else:
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    page = browser.new_context(**options).new_page()
    page.route("**/*", respond)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


SENT = ("hx-request", "hx-target", "hx-current-url", "accept-language")


def shortcomings(page: Any) -> list[str]:
    """What of the page as it stands is too wide for the screen or inaccessible."""
    from axe_playwright_python.sync_playwright import Axe

    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found = [f"{too_wide} px wider than the screen"] if too_wide > 0 else []
    for violation in Axe().run(page, options=WCAG).response["violations"]:
        found.append(f"{violation['id']}: " + "; ".join(str(node["target"]) for node in violation["nodes"][:4]))
    return found
