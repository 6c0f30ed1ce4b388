"""Pages of statements: whole request to whole effect; who may what; on a refusal nothing is written."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories.people import person, signed_in
from factories.sample_company import HEAD, sample, typed
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment.forms.statements import Entry, texts_of
from xinheng.server.assessment.models import Statement, StatementDraft
from xinheng.server.assessment.services.statements import draft_keep, statement_save
from xinheng.server.customers.services import customer_create
from xinheng.server.events.models import Event

pytestmark = pytest.mark.django_db
END = dt.date(2025, 12, 31)
MAY_ENTER = {Role.SALES, Role.CREDIT_MANAGER}


@pytest.fixture
def manager():
    return person(Role.CREDIT_MANAGER)


@pytest.fixture
def customer(manager):
    return customer_create(fields={"name": "示例精密机械有限公司", "owner": manager}, actor=manager)


@pytest.fixture
def client(manager):
    return signed_in(manager)


def kept(customer, **given):
    whole = {"customer": customer, "period_end": END, "lines": sample()} | given
    return statement_save(**whole)


def of(customer, page=""):
    return f"/assessments/of/{customer.pk}/statements/{page}"


def sent(lines=None, prior=None, **head):
    return HEAD | typed(lines or sample()) | typed(prior or {}, "p-") | head


def shown(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def nothing_kept():
    return not Statement.objects.exists() and not Event.objects.filter(type__startswith="statement.").exists()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_and_only_some_enter(customer, role):
    """The allowed and the refused differ in nothing but the role."""
    one = kept(customer)
    user = person(role, username="reader")
    customer.owner = user
    customer.save()
    client, allowed = signed_in(user), role in MAY_ENTER
    assert [client.get(url).status_code for url in (of(customer), f"/assessments/statements/{one.pk}/")] == [200, 200]
    restate = f"/assessments/statements/{one.pk}/restate/"
    for url in (of(customer, "new/"), restate):
        assert client.get(url).status_code == (200 if allowed else 403)
    changed = sent(sample(inv=17_000_000, orec=2_000_000), act="keep", reason="adjusted by the auditor",
                   seen="2025-12-31/consolidated/1")  # fmt: skip
    assert client.post(restate, changed).status_code == (302 if allowed else 403)
    assert Statement.objects.count() == (2 if allowed else 1)
    assert client.post(of(customer, "draft/"), changed).status_code == (200 if allowed else 403)
    assert StatementDraft.objects.count() == int(allowed)


def test_another_salespersons_customer_is_not_found(customer):
    one = kept(customer)
    client = signed_in(person(Role.SALES))
    for url in (of(customer), of(customer, "new/"), f"/assessments/statements/{one.pk}/",
                f"/assessments/statements/{one.pk}/restate/"):  # fmt: skip
        assert client.get(url).status_code == 404
    for url in (of(customer, "new/"), of(customer, "draft/"), of(customer, "discard/"),
                f"/assessments/statements/{one.pk}/restate/"):  # fmt: skip
        assert client.post(url, sent(act="keep")).status_code == 404
    assert (Statement.objects.count(), StatementDraft.objects.count()) == (1, 0)


def test_the_first_step_is_offered_where_nothing_is_kept(client, customer):
    answer = shown(client.get(of(customer)))
    assert "No statement is kept for this customer yet" in answer
    assert f'href="{of(customer, "new/")}"' in answer


def test_a_statement_is_typed_added_up_and_kept_with_the_year_before(client, customer, manager):
    answer = client.post(of(customer, "new/"), sent(prior=sample("prior"), act="keep", source="annual report"))
    now = Statement.objects.get(period_end=END)
    assert answer["Location"] == f"/assessments/statements/{now.pk}/"
    assert now.as_engine().lines == sample()  # the totals, which were not typed, included
    before = Statement.objects.get(period_end=dt.date(2024, 12, 31))
    ours = {
        code: amount for code, amount in sample("prior").items() if code != "ce1"
    }  # no flows of cash to tell it from
    assert before.as_engine().lines == ours
    assert now.opening_amounts["inv"] == 16_000_000
    page = shown(client.get(answer["Location"]))
    assert "Adds up" in page
    assert "annual report" in page
    assert str(manager) in page


def test_amounts_are_read_as_people_write_them(client, customer):
    given = {"c-cash": "１，２００", "c-ar": "(3.5)", "c-inv": "壹佰万元整", "c-ca": "1,296.5", "c-nca": "0"}
    client.post(of(customer, "new/"), HEAD | given | {"entry_unit": "10000", "act": "keep"})
    assert Statement.objects.get().as_engine().lines == {
        "cash": 12_000_000, "ar": -35_000, "inv": 1_000_000, "ca": 12_965_000, "nca": 0, "ta": 12_965_000,
    }  # fmt: skip


def test_what_cannot_be_read_is_told_at_the_field_and_on_top_and_all_of_it_stays(client, customer):
    answer = client.post(of(customer, "new/"), sent(act="keep") | {"c-oca": "12,34", "source": "typed by hand"})
    page = shown(answer)
    assert answer.status_code == 400
    assert nothing_kept()
    assert '<a href="#id_c-oca">Other current assets</a>' in page
    assert 'id="id_c-oca_error"' in page
    assert 'name="c-oca" value="12,34"' in page
    assert 'name="c-cash" value="12000000"' in page
    assert 'value="typed by hand"' in page


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({"period_end": "2999-12-31"}, "id_period_end"),
        ({"period_end": "yesterday"}, "id_period_end"),
        ({"months": "13"}, "id_months"),
        ({"scope": "segment"}, "id_scope"),
        ({"currency": "yuan"}, "id_currency"),
        ({"entry_unit": "7"}, "id_entry_unit"),
        ({"c-cash": "5 USD"}, "id_c-cash"),
        ({"months": "6", "p-rev": "100"}, "id_p-rev"),
    ],
)
def test_what_cannot_be_kept_leads_to_its_field(client, customer, given, target):
    answer = client.post(of(customer, "new/"), sent(act="keep") | given)
    assert (answer.status_code, nothing_kept()) == (400, True)
    assert f'<a href="#{target}">' in shown(answer)


def test_an_empty_statement_is_not_kept(client, customer):
    assert client.post(of(customer, "new/"), HEAD | {"act": "keep"}).status_code == 400
    assert nothing_kept()


def test_what_does_not_add_up_is_kept_only_by_somebody_who_says_so(client, customer):
    unbalanced = sent(sample(cash=12_100_000), act="keep") | {"c-ca": "60000000"}
    answer = client.post(of(customer, "new/"), unbalanced)
    consent = re.search(r'name="consent" value="(\w+)"', shown(answer))[1]
    assert (answer.status_code, nothing_kept()) == (400, True)
    # What was agreed to for other figures counts for nothing.
    other = client.post(of(customer, "new/"), unbalanced | {"consent": consent, "c-cash": "12200000"})
    assert (other.status_code, nothing_kept()) == (400, True)
    answer = client.post(of(customer, "new/"), unbalanced | {"consent": consent})
    one = Statement.objects.get()
    assert answer["Location"] == f"/assessments/statements/{one.pk}/"
    assert Event.objects.get(type="statement.kept").data["findings"][0]["difference"] == "-100000"
    place = f"s{one.pk}-V1-ca"
    for page in (shown(client.get(answer["Location"])), shown(client.get(of(customer)))):
        assert f'<a href="#{place}">' in page
        assert f'<tr class="told stop" id="{place}">' in page


def test_adding_up_keeps_nothing(client, customer):
    answer = client.post(of(customer, "new/"), sent(act="compute"))
    assert (answer.status_code, nothing_kept()) == (200, True)
    assert 'name="c-ta" value="" placeholder="100,000,000"' in shown(answer)


def test_a_typed_total_is_kept_and_compared(client, customer):
    answer = shown(client.post(of(customer, "new/"), sent(act="compute") | {"c-ta": "99,000,000"}))
    assert 'name="c-ta" value="99,000,000"' in answer
    assert "Total assets should be the sum of its lines" in answer


def test_a_kept_period_needs_to_be_seen_and_a_reason(client, customer):
    kept(customer)
    answer = client.post(of(customer, "new/"), sent(sample(inv=17_000_000, orec=2_000_000), act="keep"))
    assert answer.status_code == 400
    assert "Version 1 of this period is kept by now" in shown(answer)
    seen = re.search(r'name="seen" value="([^"]+)"', shown(answer))[1]
    again = sent(sample(inv=17_000_000, orec=2_000_000), act="keep", seen=seen)
    answer = client.post(of(customer, "new/"), again)
    assert (answer.status_code, 'id="id_reason_error"' in shown(answer), Statement.objects.count()) == (400, True, 1)
    assert client.post(of(customer, "new/"), again | {"reason": "audited"}).status_code == 302
    assert [one.version for one in Statement.objects.order_by("version")] == [1, 2]


def test_a_restatement_that_crosses_with_another_is_stopped(client, customer):
    one = kept(customer)
    url = f"/assessments/statements/{one.pk}/restate/"
    page = shown(client.get(url))
    assert 'name="seen" value="2025-12-31/consolidated/1"' in page
    assert 'name="c-inv" value="18,000,000"' in page
    kept(customer, lines=sample(inv=1), reason="by a colleague")
    mine = sent(sample(inv=2), act="keep", reason="mine", seen="2025-12-31/consolidated/1")
    answer = client.post(url, mine | {"period_end": "2020-12-31"})  # the period of a version does not move
    assert answer.status_code == 400
    assert Statement.objects.count() == 2


def test_versions_are_shown_with_their_differences(client, customer, manager):
    first = kept(customer, actor=manager)
    second = kept(customer, lines=sample(inv=17_000_000, orec=2_000_000), reason="reclassified", actor=manager)
    page = shown(client.get(f"/assessments/statements/{second.pk}/"))
    assert "2 differences from the version before" in page
    assert "reclassified" in page
    assert "Replaced by version 2." in shown(client.get(f"/assessments/statements/{first.pk}/"))
    table = shown(client.get(of(customer) + "?versions=all"))
    assert table.count(" differs") == 2
    assert " differs" not in shown(client.get(of(customer)))


def test_scopes_stand_apart_and_periods_are_chosen(client, customer):
    years = [kept(customer, period_end=dt.date(year, 12, 31)) for year in range(2019, 2026)]
    kept(customer, scope="parent")
    page = shown(client.get(of(customer) + "?scope=consolidated"))
    assert [str(year) for year in range(2019, 2026) if f">{year}-12-31</a><span" in page] == [
        "2022",
        "2023",
        "2024",
        "2025",
    ]
    page = shown(client.get(of(customer) + f"?scope=consolidated&p={years[0].pk}&p={years[2].pk}&p=x&p=0"))
    assert [str(year) for year in range(2019, 2026) if f">{year}-12-31</a><span" in page] == ["2019", "2021"]
    page = shown(client.get(of(customer) + "?scope=parent"))
    assert page.count("-12-31</a><span") == 1


def test_unknown_is_a_dash_and_a_loss_stands_in_parentheses(client, customer, manager):
    manager.amount_unit = "yuan"
    manager.save()
    kept(customer, lines={"cil": Decimal(-400_000), "rev": Decimal(0)})
    kept(customer, period_end=dt.date(2024, 12, 31), lines={"cil": Decimal(1)})
    page = shown(client.get(of(customer)))
    assert "(400,000.00)" in page
    row = re.search(r'<th scope="row">Operating revenue</th>(.*?)</tr>', page)[1]
    assert ">0.00</td>" in row
    assert row.count("—") == 3  # the year before, the change, its share


def test_flows_of_periods_of_other_length_are_not_compared(client, customer):
    kept(customer)
    kept(customer, period_end=dt.date(2026, 6, 30), months=6)
    page = shown(client.get(of(customer)))
    change = r'<th scope="row">{}</th>.*?class="n change">(.*?)</td>'
    assert "—" in re.search(change.format("Operating revenue"), page)[1]
    assert "0.00" in re.search(change.format("Inventories"), page)[1]


def test_a_draft_is_kept_while_typing_restored_and_thrown_away(client, customer, manager):
    answer = client.post(of(customer, "draft/"), HEAD | {"c-cash": "12 或", "c-ar": "20,000", "evil": "x"})
    assert answer.status_code == 200
    assert 'data-unread="c-cash"' in shown(answer)
    draft = StatementDraft.objects.get()
    assert (draft.user, draft.data["c-cash"], "evil" in draft.data) == (manager, "12 或", False)
    page = shown(client.get(of(customer, "new/")))
    assert 'name="c-cash" value="12 或"' in page
    assert 'name="c-ar" value="20,000"' in page
    colleague = person(Role.CREDIT_MANAGER, username="colleague")
    assert "12 或" not in shown(signed_in(colleague).get(of(customer, "new/")))
    assert client.post(of(customer, "discard/")).status_code == 302
    assert not StatementDraft.objects.exists()
    assert nothing_kept()


def test_drafts_of_a_correction_and_of_a_new_period_stand_apart(client, customer, manager):
    one = kept(customer)
    draft_keep(user=manager, customer=customer, basis=None, data=HEAD | {"c-ta": "1"})
    client.post(of(customer, f"draft/?basis={one.pk}"), HEAD | {"c-ta": "2"})
    assert sorted((draft.basis_id, draft.data["c-ta"]) for draft in StatementDraft.objects.exclude(basis=None)) == [
        (one.pk, "2")
    ]
    changed = sent(
        sample(inv=17_000_000, orec=2_000_000), act="keep", reason="adjusted", seen="2025-12-31/consolidated/1"
    )
    assert client.post(f"/assessments/statements/{one.pk}/restate/", changed).status_code == 302
    assert [draft.basis for draft in StatementDraft.objects.all()] == [None]


def test_the_kept_year_before_fills_the_opening_column_and_follows_unit_and_period(client, customer):
    kept(customer, period_end=dt.date(2024, 12, 31), lines=sample("prior"))
    page = shown(client.get(of(customer, "new/?period_end=2025-12-31")))
    assert 'name="p-inv" value="16,000,000"' in page
    fields = dict(re.findall(r'name="(p-[\w]+)" value="([^"]*)"', page))
    mark = re.search(r'name="p-from" value="([^"]+)"', page)[1]
    moved = HEAD | {name: text for name, text in fields.items() if text} | {"p-from": mark}
    in_wan = shown(client.post(of(customer, "new/"), moved | {"entry_unit": "10000", "p-ar": "1,599", "act": "lay"}))
    assert 'name="p-inv" value="1,600"' in in_wan
    assert 'name="p-ar" value="1,599"' in in_wan  # typed by somebody, so it stays as it is
    elsewhere = shown(client.post(of(customer, "new/"), moved | {"period_end": "2024-12-31", "act": "lay"}))
    assert 'name="p-inv" value=""' in elsewhere


def test_a_printed_opening_that_differs_is_named_in_place(client, customer):
    kept(customer, period_end=dt.date(2024, 12, 31), lines=sample("prior"))
    data = sent(act="keep") | {"p-inv": "15500000"}
    answer = client.post(of(customer, "new/"), data)
    assert "the opening balance is not the prior closing one" in shown(answer)
    assert nothing_kept() is False
    assert Statement.objects.count() == 1


def test_an_untouched_version_comes_back_as_it_is():
    given = sample(ca=59_000_000)
    texts = texts_of(given, Decimal(10_000), "c-")
    assert ("c-ca" in texts, "c-tl" in texts, texts["c-cash"]) == (True, False, "1,200")
    entry = Entry(HEAD | texts | {"entry_unit": "10000"}, customer=None)
    assert entry.current.lines == given


def test_the_number_of_queries_does_not_grow_with_periods(client, customer):
    def counted():
        with CaptureQueriesContext(connection) as queries:
            client.get(of(customer))
        return len(queries)

    kept(customer)
    client.get(of(customer))
    few = counted()
    for year in range(2010, 2025):
        kept(customer, period_end=dt.date(year, 12, 31))
    assert counted() == few <= 10
