#!/usr/bin/env python3
"""Pictures of pages of a running server: both languages, two widths, light and dark, into docs/screenshots/local/.

    screenshots.py [--base ADDRESS] [--user NAME] [--only zh,1280,light] [PATH…]

Without paths: the pages that everybody meets. Look at the pictures; that is the whole test. Exit code 1 when a page
answers with an error, writes to the browser's console (a broken content policy does), or is wider than the screen.
"""

import argparse
import itertools
import re
import shutil
import sys
from pathlib import Path

from environment import BROWSERS, PROJECT, Missing
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = PROJECT / "docs" / "screenshots" / "local"
PATHS = (
    "/accounts/login/", "/", "/customers/", "/customers/new/", "/customers/1/", "/assessments/of/1/statements/",
    "/assessments/of/1/", "/assessments/", "/assessments/1/", "/assessments/rules/", "/imports/", "/components/",
    "/help/", "/nowhere/",
)  # fmt: skip
LANGUAGES = {"zh": "zh-hans", "en": "en"}
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-component-update"]
PASSWORD = "xinheng-demo"  # noqa: S105  that of the demo book, which is nobody's secret


def sign_in(page: Page, base: str, user: str, language: str) -> None:
    """Sign in as a demo user and choose the language, which is kept with the user."""
    page.goto(base + "/accounts/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("form.entry button.primary")
    page.wait_for_url(base + "/")
    if page.locator("html").get_attribute("lang") != {"zh-hans": "zh-Hans"}.get(language, language):
        page.click("details.menu > summary")
        page.click(f"button[name=language][value={language}]")
        page.wait_for_load_state("load")


def picture(page: Page, base: str, path: str, name: str) -> list[str]:
    """Take one picture; returns what is wrong with the page."""
    noise: list[str] = []
    listen = lambda message: noise.append(message.text) if message.type in ("error", "warning") else None  # noqa: E731
    page.on("console", listen)
    page.on("pageerror", lambda error: noise.append(str(error)))
    answer = page.goto(base + path, wait_until="load")
    page.wait_for_timeout(700)  # charts grow for a third of a second
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    page.remove_listener("console", listen)
    wrong = [text for text in noise if "status of 404" not in text]
    status = answer.status if answer else 0
    if status >= 500 or (status >= 400 and path != "/nowhere/"):
        wrong.append(f"answered {status}")
    if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        wrong.append(f"{wide} px wider than the screen")
    return wrong


def shoot(browser: Browser, options: argparse.Namespace) -> int:
    problems = 0
    wanted = set(filter(None, options.only.split(",")))
    for (short, language), width, theme in itertools.product(LANGUAGES.items(), WIDTHS, THEMES):
        if not wanted <= {short, str(width), theme}:
            continue
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 860},
            color_scheme="dark" if theme == "dark" else "light",
            locale="zh-CN" if short == "zh" else "en-US",
            reduced_motion="reduce",
        )
        page = context.new_page()
        signed_in = False
        for path in options.paths or PATHS:
            if not signed_in and "/login/" not in path:
                sign_in(page, options.base, options.user, language)
                signed_in = True
            name = f"{re.sub(r'[^a-z0-9]+', '-', path.lower()).strip('-') or 'home'}_{short}_{width}_{theme}"
            for wrong in picture(page, options.base, path, name):
                problems += 1
                print(f"{name}: {wrong}")
        context.close()
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="http://127.0.0.1:8000", help="address of a running server")
    parser.add_argument("--user", default="manager", help="demo user")
    parser.add_argument("--only", default="", help="such as zh,1280,light")
    parser.add_argument("paths", nargs="*")
    options = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium:
        raise Missing("no Chromium; run: make setup-dev")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        problems = shoot(browser, options)
        browser.close()
    print(f"pictures in {FOLDER.relative_to(Path.cwd()) if FOLDER.is_relative_to(Path.cwd()) else FOLDER}")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Missing as missing:
        print(f"screenshots: {missing}", file=sys.stderr)
        sys.exit(3)
