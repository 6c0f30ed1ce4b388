"""A customer's file: who may do what to it, what is refused, and what two people do at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories.customers import CODE, customer, invoice
from factories.people import people, person, signed_in
from xinheng.demo import Book
from xinheng.server.accounts.choices import Role
from xinheng.server.config.demo import load
from xinheng.server.customers.forms import CustomerForm
from xinheng.server.customers.models import Contact, Customer, Identifier
from xinheng.server.customers.services import contact_add, customer_archive, customer_restore, customer_update
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db
OTHER_CODE = "91440300708461136T"
MAY_EDIT = {Role.SALES, Role.REVIEWER, Role.CREDIT_MANAGER}
MAY_ARCHIVE = {Role.CREDIT_MANAGER}


def types():
    return list(Event.objects.filter(subject_type="customers.customer").order_by("pk").values_list("type", flat=True))


def sent(one=None, **changed):
    """What the form sends for a file (as it is shown), with changes."""
    form = {"name": "示例", "kind": "enterprise", "status": "active"}
    if one is not None:
        shown = CustomerForm(customer=one)
        form = {bound.html_name: bound.value() for bound in shown if bound.value() is not None}
        form |= {f"initial-{name}": value for name, value in form.items() if name != "version"}
    return form | changed


# ── acts by role ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def everybody():
    return people()


@pytest.fixture
def file(everybody):
    """A file of the salesperson's with one part of each kind."""
    one = customer(owner=everybody["sales"], code=CODE)
    contact_add(customer=one, fields={"name": "联系人甲"}, actor=None)
    one.addresses.create(kind="office", text="示例路 1 号")
    return one


#: act → (address, who may, event, what is sent); later ones use what earlier ones left, so the order is theirs.
ACTS = {
    "edit": ("edit/", MAY_EDIT, "customer.changed", {}),
    "contact": ("contacts/", MAY_EDIT, "customer.contact_added", {"contact-name": "乙", "contact-phone": "010-555"}),
    "contact_edit": ("contacts/{contact}/", MAY_EDIT, "customer.contact_changed", {"contact-name": "联系人丙"}),
    "contact_remove": ("remove/contact/{contact}/", MAY_EDIT, "customer.contact_removed", {}),
    "address": (
        "addresses/", MAY_EDIT, "customer.address_added",
        {"address-kind": "delivery", "address-text": "示例路 2 号", "address-region_code": "上海市"},
    ),
    "address_edit": (
        "addresses/{address}/", MAY_EDIT, "customer.address_changed",
        {"address-kind": "office", "address-text": "示例路 3 号"},
    ),
    "address_remove": ("remove/address/{address}/", MAY_EDIT, "customer.address_removed", {}),
    "code": (
        "codes/", MAY_EDIT, "customer.identifier_added",
        {"identifier-kind": "lei", "identifier-value": "5493001KJTIIGC8Y1R12"},
    ),
    "code_remove": ("remove/code/{code}/", MAY_EDIT, "customer.identifier_removed", {}),
    "reassign": ("reassign/", MAY_ARCHIVE, "customer.reassigned", {"reassign-reason": "换区"}),
    "archive": ("archive/", MAY_ARCHIVE, "customer.archived", {"reason": "重复建档"}),
    "restore": ("restore/", MAY_ARCHIVE, "customer.restored", {}),
}  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_who_may_do_what(everybody, file, role):
    client = signed_in(everybody[role])
    parts = {"contact": file.contacts.get().pk, "address": file.addresses.get().pk, "code": file.identifiers.get().pk}
    for act, (path, may, event, given) in ACTS.items():
        form = sent(file, employees="77") if act == "edit" else given
        before = types()
        answer = client.post(f"/customers/{file.pk}/{path.format(**parts)}", form)
        assert answer.status_code == (302 if role in may else 403), act
        assert types() == before + ([event] if role in may else []), act


def test_others_customers_are_not_there(file):
    stranger = signed_in(person(Role.SALES, username="stranger"))
    parts = {"contact": file.contacts.get().pk, "address": file.addresses.get().pk, "code": file.identifiers.get().pk}
    before = types()
    for path, may, _event, given in ACTS.values():
        answer = stranger.post(f"/customers/{file.pk}/{path.format(**parts)}", given)
        assert answer.status_code == (404 if may == MAY_EDIT else 403), path
    assert types() == before
    for page in ("", "file/", "edit/"):
        assert stranger.get(f"/customers/{file.pk}/{page}").status_code == 404


def test_a_part_of_another_file_is_not_removed(everybody, file):
    other = customer("示例另一家")
    contact = contact_add(customer=other, fields={"name": "别家联系人"}, actor=None)
    client = signed_in(everybody["credit_manager"])
    assert client.post(f"/customers/{file.pk}/remove/contact/{contact.pk}/").status_code == 404
    assert Contact.objects.filter(pk=contact.pk).exists()


# ── entry ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_entered_as_people_write(everybody):
    form = sent(
        name="示例机械有限公司", uscc=f" {CODE.lower()} ", industry_code="C34 通用设备制造业",
        region_code="江苏省苏州市", founded_on="二〇一〇年三月五日", registered_capital="壹佰万元整", employees="120",
    )  # fmt: skip
    answer = signed_in(everybody["sales"]).post("/customers/new/", form)
    one = Customer.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{one.pk}/")
    assert (one.industry_code, one.region_code, one.founded_on) == ("C34", "320500", dt.date(2010, 3, 5))
    assert (one.registered_capital, one.capital_currency, one.employees) == (Decimal(1_000_000), "CNY", 120)
    assert (one.owner, one.identifiers.get().value) == (everybody["sales"], CODE)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [("500", 5_000_000, "CNY"), ("1.2亿", 120_000_000, "CNY"), ("300万美元", 3_000_000, "USD"), ("", None, "CNY")],
)
def test_capital_is_read_with_its_unit(everybody, text, amount, currency):
    signed_in(everybody["sales"]).post("/customers/new/", sent(registered_capital=text))
    one = Customer.objects.get()
    assert (one.registered_capital, one.capital_currency) == (amount, currency)
    assert CustomerForm(sent(one), customer=one).changed_data == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""), ("name", "x" * 201), ("name", "示\x00例"), ("industry_code", "C99"),
        ("industry_code", "没有这个"), ("region_code", "没有这个"), ("region_code", "990000"),
        ("founded_on", "2010-02-30"), ("founded_on", "3000-01-01"),
        ("registered_capital", "很多"), ("registered_capital", "-1"), ("registered_capital", "1" * 40),
        ("registered_capital", "0.0000001"), ("employees", "-1"), ("employees", "99999999999"), ("kind", "nonsense"),
        ("uscc", CODE[:-1] + "4"), ("uscc", "\x00"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_beside_the_field_and_nothing_is_written(everybody, field, text):
    page = signed_in(everybody["sales"]).post("/customers/new/", sent(**{field: text}))
    assert page.status_code == 400
    assert list(page.context["form"].errors) == [field]
    assert Customer.objects.count() == Identifier.objects.count() == 0
    assert types() == []


def test_a_taken_code_names_its_file_to_those_who_may_see_it(everybody, file):
    for role, named in (("credit_manager", True), ("reviewer", True)):
        page = signed_in(everybody[role]).post("/customers/new/", sent(uscc=CODE))
        assert (f"The file {file.number}" in page.context["form"].errors["uscc"][0]) is named
    stranger = signed_in(person(Role.SALES, username="stranger"))
    page = stranger.post("/customers/new/", sent(uscc=CODE))
    assert page.context["form"].errors["uscc"] == ["Another customer file has this code."]
    assert Customer.objects.count() == 1


def test_a_code_is_checked_while_one_types(everybody, file):
    client = signed_in(everybody["reviewer"])

    def told(text):
        return client.get("/customers/codes/check/", {"kind": "uscc", "uscc": text}).content.decode()

    assert "The check is right" in told(OTHER_CODE)
    assert file.number in told(CODE)
    assert f"Did you mean {CODE}?" in told(CODE.replace("913", "918"))
    assert "problem" in told("\x00")
    assert told("") == ""
    assert client.get("/customers/codes/check/", {"kind": "nonsense", "uscc": "1"}).content == b""
    stranger = signed_in(person(Role.SALES, username="stranger"))
    hidden = stranger.get("/customers/codes/check/", {"kind": "uscc", "uscc": CODE})
    assert file.number not in hidden.content.decode()


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("industries", "C351", "C351 采矿、冶金、建筑专用设备制造"),
        ("industries", "棉纺织", "C171 棉纺织及印染精加工"),
        ("regions", "苏州", "320500 江苏省苏州市"),
        ("regions", "31", "310000 上海市"),
    ],
)
def test_pickers_offer_names_with_their_codes(kind, text, first):
    client = signed_in(person(Role.REVIEWER, language="zh-hans"))
    page = client.get(f"/customers/places/{kind}/", {"q": text}).content.decode()
    assert page.startswith(f'<option value="{first}">')
    assert page.count("<option") <= 30


# ── two at once ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_another_changed_meanwhile_is_shown_and_nothing_typed_is_lost(everybody, file):
    opened = sent(file)
    customer_update(
        customer=file, version=file.version, fields={"employees": 50, "address": "新址"}, actor=everybody["reviewer"]
    )
    client = signed_in(everybody["sales"])
    page = client.post(f"/customers/{file.pk}/edit/", opened | {"employees": "60", "name_en": "Specimen"})
    assert page.status_code == 409
    told = {one.label: (one.theirs, one.typed, one.actor) for one in page.context["meanwhile"]}
    assert told == {"employees": ("50", "60", "Reviewer"), "registered address": ("新址", None, "Reviewer")}
    file.refresh_from_db()
    assert (file.employees, file.name_en) == (50, "")
    form = page.context["form"]
    again = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    again |= {f"initial-{name}": form.data.get(f"initial-{name}", "") for name in again if name != "version"}
    assert (again["employees"], again["address"], again["name_en"]) == ("60", "新址", "Specimen")
    assert client.post(f"/customers/{file.pk}/edit/", again).status_code == 302
    file.refresh_from_db()
    assert (file.employees, file.address, file.name_en) == (60, "新址", "Specimen")


def test_saving_an_unchanged_form_is_no_event(everybody, file):
    before = types()
    assert signed_in(everybody["sales"]).post(f"/customers/{file.pk}/edit/", sent(file)).status_code == 302
    assert types() == before


# ── archive and restore ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_archived_file_is_read_restored_and_not_edited(everybody, file):
    manager = signed_in(everybody["credit_manager"])
    manager.post(f"/customers/{file.pk}/archive/", {"reason": ""})
    file.refresh_from_db()
    assert file.archived_at is None
    manager.post(f"/customers/{file.pk}/archive/", {"reason": "重复建档"})
    assert Event.objects.get(type="customer.archived").reason == "重复建档"
    assert manager.get(f"/customers/{file.pk}/file/").status_code == 200
    before = types()
    assert manager.get(f"/customers/{file.pk}/edit/").status_code == 302
    assert types() == before
    manager.post(f"/customers/{file.pk}/restore/")
    file.refresh_from_db()
    assert file.archived_at is None
    assert types()[-1] == "customer.restored"


def test_a_file_whose_code_was_taken_meanwhile_stays_archived(everybody, file):
    customer_archive(customer=file, actor=None, reason="重复建档")
    customer("后来者", code=CODE)
    with pytest.raises(ValidationError):
        customer_restore(customer=file, actor=None)
    page = signed_in(everybody["credit_manager"]).post(f"/customers/{file.pk}/restore/", follow=True)
    assert "Another customer file has this code." in page.content.decode()
    file.refresh_from_db()
    assert file.archived_at is not None


def test_handing_over_moves_the_file_out_of_sight(everybody, file):
    heir = person(Role.SALES, username="heir")
    client = signed_in(everybody["credit_manager"])
    client.post(f"/customers/{file.pk}/reassign/", {"reassign-owner": heir.pk})
    assert signed_in(heir).get(f"/customers/{file.pk}/").status_code == 200
    assert signed_in(everybody["sales"]).get(f"/customers/{file.pk}/").status_code == 404
    auditor = client.post(f"/customers/{file.pk}/reassign/", {"reassign-owner": everybody["auditor"].pk})
    assert auditor.status_code == 400  # only salespeople have customers
    file.refresh_from_db()
    assert file.owner == heir


# ── what the pages say ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_overview_says_the_state_and_what_is_missing(everybody):
    one = customer("示例", industry_code="C34")
    invoice(one, "A", "2026-01-01", "2026-02-01", "100")
    page = signed_in(everybody["credit_manager"]).get(f"/customers/{one.pk}/")
    assert page.context["sentence"].startswith("100.0% of what the customer owes is overdue, the oldest item by ")
    missing = {entry.text: entry.url for entry in page.context["missing"]}
    assert {"Social credit code", "Size class", "Contact", "Financial statements", "Assessment"} <= set(missing)
    assert missing["Social credit code"] == f"/customers/{one.pk}/file/#identifiers"
    assert len(page.context["figures"]) <= 5


def test_the_size_class_says_how_it_was_told(everybody):
    one = customer("示例", industry_code="C34", employees=350)
    size = signed_in(everybody["auditor"]).get(f"/customers/{one.pk}/file/").context["size"]
    assert [(row["label"], row["value"], str(row["alone"])) for row in size["rows"]] == [
        ("employees", 350, "Medium"), ("revenue", None, ""),
    ]  # fmt: skip
    assert (str(size["best_possible"]), size["reason"]) == ("Medium", "It needs: revenue.")


@pytest.mark.parametrize("page", ["", "file/", "edit/"])
def test_the_cost_of_a_file_does_not_grow_with_its_parts(everybody, file, page):
    client = signed_in(everybody["credit_manager"])
    client.get(f"/customers/{file.pk}/{page}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"/customers/{file.pk}/{page}")
    for i in range(20):
        contact_add(customer=file, fields={"name": f"联系人{i}"}, actor=None)
        file.addresses.create(kind="office", text=f"示例路 {i} 号")
    with CaptureQueriesContext(connection) as many:
        client.get(f"/customers/{file.pk}/{page}")
    assert len(few) == len(many) <= 20


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_role_reads_the_pages_in_both_languages(language):
    load(Book(1), assess=False)
    one = Customer.objects.get()
    for role in Role:
        client = signed_in(person(role, username=f"{role}-reader", language=language))
        status = 404 if role is Role.SALES else 200
        for page in (f"/customers/{one.pk}/", f"/customers/{one.pk}/file/", f"/receivables/of/{one.pk}/"):
            assert client.get(page).status_code == status
