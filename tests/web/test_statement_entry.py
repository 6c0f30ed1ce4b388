"""The entry page of statements in a real browser: it adds up as one types, by the engine's own sums."""

import random
from decimal import Decimal

import pytest

from factories import browser as driven
from factories.people import person
from factories.sample_company import sample, typed
from xinheng.engine.statements import LINES, completed, sums
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.models import Statement, StatementDraft
from xinheng.server.customers.services import customer_create
from xinheng.server.events.models import Event

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(driven.BROWSER is None, reason="there is no Chromium on this machine"),
]
#: Types into many fields at once, as fast as a script can; the last one tells the page.
TYPE = """typed => {
  let field;
  for (const [name, text] of Object.entries(typed)) {
    field = document.getElementById(`id_${name}`);
    field.value = text;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
TOLD = """codes => Object.fromEntries(codes.map(code => {
  const field = document.getElementById(`id_c-${code}`);
  return [code, field.value || field.placeholder];
}))"""


@pytest.fixture(scope="module")
def chromium():
    with driven.chromium() as browser:
        yield browser


@pytest.fixture
def manager():
    return person(Role.CREDIT_MANAGER)


@pytest.fixture
def entry(manager):
    """The address of the entry page of a customer of whom nothing is kept."""
    customer = customer_create(fields={"name": "示例精密机械有限公司"}, actor=manager)
    return f"{driven.BASE}/assessments/of/{customer.pk}/statements/new/?period_end=2025-12-31"


def keep(page):
    page.click("button[value=keep]")
    page.wait_for_load_state("networkidle")


def test_the_sample_company_is_typed_balances_and_is_kept(chromium, entry, manager):
    page, complaints = driven.opened(chromium, manager, viewport={"width": 1280, "height": 900})
    page.goto(entry, wait_until="networkidle")
    first = {"c-cash": "1200", "c-tfa": "200.00"}
    page.select_option("[name=entry_unit]", "10000")
    page.focus("#id_c-cash")
    page.wait_for_load_state("networkidle")
    assert page.locator("[name=entry_unit]").input_value() == "10000"
    for name, text in first.items():
        page.focus(f"#id_{name}")
        page.keyboard.type(text)
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "id_c-cash"
    assert page.locator("#id_c-ca").get_attribute("placeholder") == "1,400"
    lines = {code: amount / 10_000 for code, amount in sample().items()}
    page.evaluate(TYPE, typed(lines))
    assert page.locator("#id_c-ta").get_attribute("placeholder") == "10,000"
    assert page.locator("[data-told-at=tle]").inner_text() == "Balanced"
    page.locator("#entry-state li.pass").nth(5).wait_for()
    assert StatementDraft.objects.get().data["c-inv"] == "1800"
    assert driven.shortcomings(page) == []
    keep(page)
    assert page.locator("h1").inner_text() == "2025-12-31 Full year"
    kept = Statement.objects.get()
    assert (kept.as_engine().lines, kept.entry_unit) == (sample(), 10_000)
    assert not StatementDraft.objects.exists()
    assert driven.shortcomings(page) == []
    assert complaints == []


def test_what_does_not_add_up_is_told_in_place_and_kept_as_given(chromium, entry, manager):
    page, complaints = driven.opened(chromium, manager, viewport={"width": 390, "height": 844})
    page.goto(entry, wait_until="networkidle")
    page.evaluate(TYPE, typed(sample(cash=12_100_000)) | {"c-ca": "60,000,000"})
    assert page.locator("#id_c-ca").input_value() == "60,000,000"
    finding = page.locator("[data-told-at=ca] [data-server]")
    finding.wait_for()
    assert "Total current assets should be the sum of its lines" in finding.inner_text()
    assert "(100,000)" in finding.inner_text()
    keep(page)
    assert Statement.objects.count() == 0
    assert driven.shortcomings(page) == []
    page.check("[name=consent]")
    keep(page)
    one = Statement.objects.get()
    assert (one.lines["cash"], one.lines["ca"]) == ("12100000", "60000000")
    assert Event.objects.get(type="statement.kept").data["findings"][0]["identity"] == "V1"
    place = page.locator(f"#s{one.pk}-V1-ca")
    assert "Difference (10.00)" in place.inner_text()
    page.click(f"a[href='#s{one.pk}-V1-ca'] >> nth=0")
    assert place.is_visible()
    assert driven.shortcomings(page) == []
    page.goto(entry.partition("new/")[0], wait_until="networkidle")
    assert driven.shortcomings(page) == []
    assert [text for text in complaints if "400" not in text] == []  # the browser tells of every refusal


def test_the_page_adds_up_as_the_engine_does(chromium, entry, manager):
    """Random lines, some totals among them, with decimals and in brackets: every figure is the engine's."""
    some = random.Random(20_190_430)
    page, complaints = driven.opened(chromium, manager)
    page.goto(entry)
    for many in (5, 12, 25, 40, 60, 100, 140) * 3:
        lines = {
            code: Decimal(some.randint(-(10**14), 10**14)) / some.choice((1, 10, 100))
            for code in some.sample(sorted(LINES), min(many, len(LINES)))
        }
        texts = {code: f"（{-amount:,}）" if amount < 0 else str(amount) for code, amount in lines.items()}
        page.evaluate(TYPE, {f"c-{code}": texts.get(code, "") for code in LINES})
        told = page.evaluate(TOLD, list(sums()))
        ours = {code: Decimal(text.replace(",", "")) for code, text in told.items() if text and code not in lines}
        assert ours == {code: amount for code, amount in completed(lines).items() if code not in lines}
    assert complaints == []


def test_rare_lines_wait_and_are_found_by_typing(chromium, entry, manager):
    page, _ = driven.opened(chromium, manager)
    page.goto(entry, wait_until="networkidle")
    row = page.locator("[data-code=ts]")
    assert not row.is_visible()
    page.fill("#find-line", "库存股")
    assert row.is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_c-ts"
    assert not page.locator("[data-code=spr]").is_visible()
    page.locator(".entry-section:has([data-code=spr]) [data-more]").click()
    assert page.locator("[data-code=spr]").is_visible()


def test_the_page_works_without_javascript(chromium, entry, manager):
    page, _ = driven.opened(chromium, manager, java_script_enabled=False)
    page.goto(entry)
    assert page.locator("[data-code=ts]").is_visible()
    page.fill("#id_c-cash", "70")
    page.fill("#id_c-inv", "30")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("#id_c-ca").get_attribute("placeholder") == "100"
    assert Statement.objects.count() == 0
