"""One journey in a real browser: open an assessment, read why, open a bar, set a grade by hand, replay."""

import pytest

from factories import browser as driven
from factories.people import person
from factories.rated_company import AS_OF, stated_company, trade
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.models import Override
from xinheng.server.assessment.services import assessment_run

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(driven.BROWSER is None, reason="there is no Chromium on this machine"),
]
WORDS = {
    "en": ("Rated BBB with 67.4 points.", "10% × 5,000.00", "In force is A", "Equal:"),
    "zh-hans": ("评级 BBB", "10% × 5,000.00", "现行等级为", "一致："),
}


@pytest.fixture(scope="module")
def chromium():
    with driven.chromium() as browser:
        yield browser


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_the_grade_to_its_reason_an_override_and_a_replay(chromium, language):
    manager = person(Role.CREDIT_MANAGER, language=language)
    customer = stated_company(owner=manager)
    first = assessment_run(customer=customer, as_of=AS_OF)
    trade(customer)
    assessed = assessment_run(customer=customer, as_of=AS_OF, actor=manager)
    rated, arithmetic, in_force, equal = WORDS[language]
    page, complaints = driven.opened(chromium, manager, viewport={"width": 1280, "height": 900})
    page.goto(f"{driven.BASE}/assessments/{assessed.pk}/", wait_until="networkidle")

    assert rated in page.locator(".sentence").inner_text()
    assert arithmetic in page.locator("#limit").inner_text()

    # A click on a bar of the chart opens the characteristic below it, with its formula and figures.
    bar = page.locator('figure[data-chart="waterfall"] svg').first
    bar.wait_for()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 30, box["y"] + 6 + 27 * 1.5)
    opened = page.locator("details.line[open]")
    opened.wait_for()
    assert opened.get_attribute("id") == "c-payment_index"
    page.evaluate("location.hash = 'c-debt_ratio'")
    page.locator("#c-debt_ratio[open]").wait_for()
    assert "5,000.00 ÷ 10,000.00" in page.locator("#c-debt_ratio").inner_text()

    page.click('a[href="#override-form"]')
    page.check('input[name=grade][value="A"]')
    page.fill("#reason", "客户换了实际控制人")
    assert driven.shortcomings(page) == []
    page.click("#override-form button.primary")
    page.wait_for_url(f"**/assessments/{assessed.pk}/")
    page.wait_for_load_state("networkidle")
    assert in_force in page.locator(".sentence").inner_text()
    assert Override.objects.get().grade == "A"

    page.click('form[hx-target="#replay"] button')
    page.locator("#replay .notice").wait_for()
    assert equal in page.locator("#replay").inner_text()
    assert driven.shortcomings(page) == []

    of = f"/assessments/of/{customer.pk}/"
    for path in (of, f"{of}ratios/", f"/assessments/{assessed.pk}/against/{first.pk}/", "/assessments/"):
        page.goto(driven.BASE + path, wait_until="networkidle")
        assert driven.shortcomings(page) == [], path
    assert complaints == []
