"""The main job through the real product: files in, a rated customer out, read why, and another grade set by hand.

The product runs as a newcomer starts it: its own PostgreSQL, pages and worker; Chromium does what a person does.
"""

import csv
import datetime as dt
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from xinheng.demo import Book

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on this machine"),
]
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
#: a company that the served demo book of one customer does not have
COMPANY = Book(as_of=dt.date(2026, 10, 31)).company(77)
WORKER = 60_000  # ms that the worker may take for a file


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def served():
    """The address of `xinheng demo` with one customer, started for these tests and ended with Ctrl-C."""
    home = Path(tempfile.mkdtemp(prefix="xinheng-journey-"))
    home.chmod(0o755)
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL" and not k.startswith("XINHENG_")}
    environment |= {"XINHENG_DATA": str(home / "data"), "DJANGO_SETTINGS_MODULE": "xinheng.server.config.settings"}
    command = [sys.executable, "-c", "from xinheng.cli import main; main()", "demo", "--customers", "1"]
    log = (home / "log").open("w")
    process = subprocess.Popen(
        [*command, "--port", str(port)], stdout=log, stderr=subprocess.STDOUT, env=environment, start_new_session=True
    )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            if process.poll() is not None or _answers(address):
                break
            time.sleep(0.5)
        assert _answers(address), (home / "log").read_text()
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
        log.close()
        shutil.rmtree(home, ignore_errors=True)
    assert code == 0


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/accounts/login/", timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The company's own files, as a Chinese accounting system writes them: GBK, amounts in 万元, dates in words."""
    folder = tmp_path_factory.mktemp("files")
    codes = sorted({code for statement in COMPANY.statements for code in statement.lines})
    wan = {d.number: d.amount / 10_000 for d in COMPANY.documents}
    tables = {
        "customers": [["企业名称", "统一社会信用代码", "行业代码", "地区代码", "注册资本", "成立日期", "从业人数"],
                      [COMPANY.name, COMPANY.uscc, COMPANY.industry_code, COMPANY.region_code, "壹仟万元整",
                       f"{COMPANY.founded_on:%Y年%m月%d日}", COMPANY.employees]],
        "statements": [["企业名称", "报告期末", *codes]]
        + [[COMPANY.name, s.period_end, *(s.lines.get(code, "") for code in codes)] for s in COMPANY.statements],
        "invoices": [["企业名称", "发票号码", "开票日期", "到期日", "价税合计(万元)"]]
        + [[COMPANY.name, d.number, f"{d.issued_on:%Y/%m/%d}", d.due_on, f"{wan[d.number]:.6f}"]
           for d in COMPANY.documents]
        + [[COMPANY.name, "INV-X", "2026/02/30", "2026-03-31", "1,2.5"]],
        "payments": [["企业名称", "流水号", "到账日期", "金额", "发票号码"]]
        + [[COMPANY.name, f"P{d.number}", d.paid_on, f"{d.paid:,.2f}", d.number] for d in COMPANY.documents if d.paid],
    }  # fmt: skip
    found = {}
    for name, rows in tables.items():
        found[name] = folder / f"{name}.csv"
        with found[name].open("w", newline="", encoding="gbk") as stream:
            csv.writer(stream).writerows(rows)
    return found


@pytest.fixture(scope="module")
def chromium():
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield browser
        browser.close()


def sign_in(page, address, user):
    page.goto(address + "/accounts/login/")
    page.fill("[name=login]", user)
    page.fill("[name=password]", "xinheng-demo")
    page.click("form.entry button.primary")
    page.wait_for_url(address + "/")


def import_file(page, address, kind, path):
    """Upload, confirm the proposed columns, let the worker check, import the good rows; returns the page's sentence."""
    page.goto(address + "/imports/new/")
    page.select_option("[name=kind]", kind)
    page.set_input_files("[name=file]", str(path))
    page.click("main form button.primary")
    page.wait_for_url("**/columns/")
    accessible(page)
    page.click("#columns button.primary")
    page.wait_for_selector("input[name=policy]", timeout=WORKER)
    accessible(page)
    page.check("input[name=policy][value=good_rows]")
    page.click("main form.entry button.primary")
    page.wait_for_selector(".heading .badge.pass", timeout=WORKER)
    accessible(page)
    return page.inner_text("p.sentence")


def accessible(page):
    found = axe.Axe().run(page, options=WCAG).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == []


def say_language(page, language):
    page.click("details.menu > summary")
    page.click(f"button[name=language][value={language}]")
    page.wait_for_load_state("load")


def test_from_files_to_a_grade_set_by_hand(served, files, chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 860}, locale="zh-CN")
    sign_in(page, served, "manager")

    assert import_file(page, served, "customers", files["customers"]).startswith("导入完成：新增 1")
    assert import_file(page, served, "statements", files["statements"]).startswith("导入完成：新增 3")
    sentence = import_file(page, served, "invoices", files["invoices"])
    assert sentence.startswith("导入完成：新增 24")
    assert "2 处错误" in sentence  # the day that the calendar does not have, and the amount that is none
    paid = sum(1 for document in COMPANY.documents if document.paid)
    assert import_file(page, served, "payments", files["payments"]).startswith(f"导入完成：新增 {paid}")

    page.fill("#find", COMPANY.name[:4])
    page.press("#find", "Enter")
    page.click(f"main a:has-text('{COMPANY.name}')")
    page.wait_for_selector(f"h1:has-text('{COMPANY.name}')")

    page.locator("form[action$='/run/'] button").first.click()
    page.wait_for_url("**/assessments/*/")
    page.locator('figure[data-chart="waterfall"] svg').first.wait_for()
    assert "得分" in page.inner_text(".sentence")
    accessible(page)

    say_language(page, "en")
    assert page.inner_text(".sentence").startswith("Rated ")
    page.click('a[href="#override-form"]')
    page.locator("input[name=grade]:not(:checked)").first.check()
    page.fill("#reason", "The parent has guaranteed all orders.")
    accessible(page)
    with page.expect_navigation():
        page.click("#override-form button.primary")
    assert "In force is" in page.inner_text(".sentence")
    assert "The parent has guaranteed all orders." in page.inner_text("main")
