"""One journey in a real browser: find a customer, read it, add a contact, correct the capital, archive, restore."""

from decimal import Decimal

import pytest

from factories import browser as driven
from factories.customers import CODE, customer, invoice, paid
from factories.people import person
from xinheng.server.accounts.choices import Role
from xinheng.server.customers.models import Customer
from xinheng.server.events.models import Event

pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python.sync_playwright")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,
    pytest.mark.skipif(driven.BROWSER is None, reason="there is no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def chromium():
    with driven.chromium() as browser:
        yield browser


@pytest.fixture
def trading():
    """A customer that owes, and another that shares a part of its name."""
    customer("示例精密铸造有限公司")
    one = customer(code=CODE, industry_code="C34", region_code="320582", employees=120)
    for month in range(1, 6):
        late = invoice(one, f"INV-{month}", f"2026-0{month}-01", f"2026-0{month}-28", f"{month}0000")
        paid(late, f"2026-0{month + 1}-20", f"{month}000")
    return one


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_from_a_part_of_the_name_through_the_file(chromium, trading, width, scheme):
    manager = person(Role.CREDIT_MANAGER, language="zh-hans")
    page, complaints = driven.opened(
        chromium, manager, viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN"
    )

    def settled(url):
        page.wait_for_url(f"{driven.BASE}{url}")
        page.wait_for_load_state("networkidle")
        assert driven.shortcomings(page) == []

    of = f"/customers/{trading.pk}"
    page.goto(f"{driven.BASE}/customers/", wait_until="networkidle")
    page.fill("#find", "精密机")
    page.press("#find", "Enter")
    page.wait_for_url("**/customers/?q=*")
    assert page.locator("table.rows tbody tr").count() == 1
    assert driven.shortcomings(page) == []
    page.locator("table.rows tbody td").nth(1).click()  # the whole row leads there
    settled(f"{of}/")
    assert "已逾期" in page.locator(".sentence").inner_text()
    assert page.locator("dl.figures > div").count() == 5

    page.click('a[href$="/file/"]')
    settled(f"{of}/file/")
    page.click("#contacts summary")
    page.fill("#id_contact-name", "欧阳示例")
    page.fill("#id_contact-phone", "010-5550199")
    page.click("#contacts form.entry button.primary")
    page.locator("#contacts td", has_text="欧阳示例").wait_for()
    assert trading.contacts.get().phone == "010-5550199"

    page.click("#identifiers summary")
    page.select_option("#id_identifier-kind", "uscc")
    page.locator("#id_identifier-value").press_sequentially(CODE.replace("913", "918"))
    page.locator("#identifier-check .problem").wait_for()
    assert CODE in page.locator("#identifier-check").inner_text()
    assert driven.shortcomings(page) == []

    page.goto(f"{driven.BASE}{of}/edit/", wait_until="networkidle")
    assert driven.shortcomings(page) == []
    page.fill("#id_registered_capital", "很多")
    page.click("form.entry button.primary")
    page.locator(".errorlist").first.wait_for()
    assert page.input_value("#id_registered_capital") == "很多"
    assert driven.shortcomings(page) == []
    page.fill("#id_registered_capital", "壹佰万元整")
    page.click("form.entry button.primary")
    settled(f"{of}/file/")
    assert Customer.objects.get(pk=trading.pk).registered_capital == Decimal(1_000_000)

    page.click("details.menu summary:has-text('') >> nth=-1")
    page.click("[data-dialog=archive]")
    page.fill("#archive-reason", "重复建档")
    page.click("#archive button.danger")
    page.locator(".badge.stop").wait_for()
    assert Customer.objects.get(pk=trading.pk).archived_at is not None
    page.wait_for_load_state("networkidle")
    page.click(f'form[action="{of}/restore/"] button')
    page.locator(".badge.stop").wait_for(state="detached")
    assert Customer.objects.get(pk=trading.pk).archived_at is None
    told = Event.objects.filter(subject_type="customers.customer", subject_id=trading.pk).order_by("pk")
    assert [event.type.partition(".")[2] for event in told] == [
        "created", "contact_added", "changed", "archived", "restored",
    ]  # fmt: skip

    page.goto(f"{driven.BASE}/receivables/of/{trading.pk}/", wait_until="networkidle")
    page.locator("figure[data-chart] svg").first.wait_for()
    assert driven.shortcomings(page) == []
    page.goto(f"{driven.BASE}/receivables/of/{trading.pk}/payments/new/", wait_until="networkidle")
    page.fill("#id_reference", "R-1")
    page.fill("#id_amount", "3万")
    page.click("#allocation button")
    page.locator("#allocation input").first.wait_for()
    page.wait_for_function("document.querySelector('#allocation input').value !== ''")
    assert [field.input_value() for field in page.locator("#allocation input").all()][:2] == ["9000.00", "18000.00"]
    assert driven.shortcomings(page) == []
    refused = "the server responded with a status of 400"  # the capital that could not be read
    assert [complaint for complaint in complaints if refused not in complaint] == []
