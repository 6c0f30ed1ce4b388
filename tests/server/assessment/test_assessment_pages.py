"""The pages of assessments: what each says of the sample company, to whom, in both languages."""

import csv
import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from factories.people import signed_in
from xinheng.engine.rules.ruleset import RuleSet, shipped
from xinheng.server.accounts.choices import Role
from xinheng.server.assessment import explaining
from xinheng.server.assessment.history import history, movements, reader_of
from xinheng.server.assessment.models import Assessment, Override, OverrideWithdrawal, RuleSetVersion
from xinheng.server.assessment.overview import rating_card
from xinheng.server.assessment.ratios import periods_of, ratio_table
from xinheng.server.assessment.services import assessment_run, rating_override
from xinheng.server.customers.services import customer_create

pytestmark = pytest.mark.django_db
AS_OF = dt.date(2026, 6, 30)
WHY = "客户换了实际控制人"


def text_of(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def override(assessed, actor, grade="A"):
    until = timezone.localdate() + dt.timedelta(days=90)
    return rating_override(assessment=assessed, grade=grade, reason=WHY, valid_until=until, actor=actor)


# ── what is said ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sentence_says_grade_change_why_and_what_decides_the_limit(assessed, trading):
    reader = reader_of(assessed, "wan")
    with translation.override("en"):
        assert explaining.sentences(reader, assessed, None) == [
            "Rated BBB with 67.4 points.",
            "This is the customer's first assessment.",
            "Years in business speaks for it most, Payment index costs most.",
            "The proposed limit is 60.00 × 10k yuan; what decides is: Need.",
        ]
    with translation.override("zh-hans"):
        later = assessment_run(customer=trading, as_of=AS_OF + dt.timedelta(days=31))
        assert explaining.sentences(reader_of(later, "wan"), later, assessed)[1:2] == [
            f"等级与上次（2026-06-30）相同，总分低 {67.4 - round(later.score, 1):.1f} 分。"
        ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"eq": "-1.00"}, "Rated CCC: the score of 67.4 alone would give BBB. Equity is not positive: CCC at most."),
        ({"in_insolvency": True}, "Rated D. Default event: insolvency, or more than 90 days overdue."),
    ],
)
def test_a_cap_and_an_event_are_said_in_the_sentence(assessed, changes, sentence):
    results = {"eq": {"grade": "CCC", "grade__held": 7, "grade__cap_negative_equity": True},
               "in_insolvency": {"grade": "D", "grade__held": 10, "grade__event_default": True}}  # fmt: skip
    for fact in changes:
        assessed.results |= results[fact]
        assessed.grade = results[fact]["grade"]
    with translation.override("en"):
        assert explaining.grade_sentence(reader_of(assessed, "wan"), assessed) == sentence


def test_a_characteristic_opens_to_value_weight_function_and_inputs(assessed):
    with translation.override("zh-hans"):
        lines = explaining.characteristics(reader_of(assessed, "wan"), assessed, {})
    line = next(line for line in lines if line["id"] == "debt_ratio")
    assert (line["label"], line["value"], line["points"]) == ("资产负债率", "50.0%", 75)
    assert (round(line["earned"], 3), round(line["lost"], 3), line["share_of_card"]) == (4.725, 1.575, 0.063)
    assert [(a["at"], a["points"]) for a in line["anchors"]][:2] == [("35.0%", 100), ("50.0%", 75)]
    assert line["formula"]["words"] == "负债合计 ÷ 资产总计"
    assert line["formula"]["figures"] == "5,000.00 ÷ 10,000.00"
    assert line["formula"]["inputs"] == [("资产总计", "10,000.00 万元"), ("负债合计", "5,000.00 万元")]
    assert line["source"]["url"] == f"/assessments/of/{assessed.customer_id}/statements/"
    size = next(line for line in lines if line["id"] == "size")
    assert (size["value"], [row["text"] for row in size["rows"] if row["is_it"]]) == ("小型", ["小型"])
    assert round(sum(line["earned"] for line in lines), 6) == round(assessed.score, 6)


def test_no_reason_speaks_both_for_and_against(assessed):
    with translation.override("en"):
        reader = reader_of(assessed, "wan")
        ahead, behind = explaining.reasons(reader, explaining.characteristics(reader, assessed, {}))
    assert [reason["text"] for reason in ahead] == [
        "Years in business, 16.0 years: all of its 6.0 points",
        "Years as our customer, 5.0 years: 8.0 of 10.0 points",
        "Debt ratio, 50.0%: 4.7 of 6.3 points",
        "Return on equity, 15.3%: 3.1 of 3.5 points",
    ]
    assert [reason["id"] for reason in behind] == ["payment_index", "overdue_share", "public_record", "overdue_days"]
    assert behind[1]["text"] == "Overdue share, 50.0%: 5.5 of 6.0 points lost"


def test_what_is_missing_says_what_it_would_change(assessed):
    with translation.override("en"):
        rows = explaining.missing(reader_of(assessed, "wan"), assessed)
    found = [
        (row["label"], row["worst"]["grade"], round(row["best"]["score"], 1), row["best"]["grade"]) for row in rows
    ]
    assert found == [("Public record", "BBB", 72.4, "A")]


def test_the_arithmetic_of_each_limit_method_is_written_out(assessed):
    with translation.override("en"):
        told = explaining.limit(reader_of(assessed, "wan"))
    steps = {step["id"]: step for step in told["steps"]}
    assert (steps["limit_net_worth"]["words"], steps["limit_net_worth"]["figures"]) == (
        "Share of net worth × Total equity", "10% × 5,000.00",
    )  # fmt: skip
    assert steps["limit_net_worth"]["value"] == 5_000_000
    assert steps["limit_expected_loss"]["figures"] == "5.00 ÷ (0.70% × 45%)"
    assert steps["limit_proposed"]["figures"] == (
        "largest of (smallest of (500.00; 61.87; 1,587.30; 800.00) rounded down (10.00); 0)"
    )
    assert [id for id, step in steps.items() if step["is_binding"]] == ["limit_need"]
    assert told["chart"]["chosen"]["value"] == 60.0


def test_history_names_the_three_that_moved_most_and_they_sum_up(assessed, trading):
    later = assessment_run(customer=trading, as_of=AS_OF + dt.timedelta(days=31))
    rows = history([later, assessed], "wan")
    assert rows[0]["delta"] == round(later.score, 1) - 67.4
    assert len(rows[0]["moved"]) == 3
    assert rows[1]["moved"] == []
    every = movements(reader_of(assessed, "wan"), reader_of(later, "wan"))
    assert round(sum(m.delta for m in every), 6) == round(later.score - assessed.score, 6)


def test_ratios_over_the_periods_say_what_became_safer(stated):
    with translation.override("en"):
        periods = periods_of(stated, "wan")
        rows = {row["id"]: row for group in ratio_table(stated, periods) for row in group["rows"]}
    assert [period.end.year for period in periods] == [2024, 2025]
    debt = rows["d1"]
    assert debt["cells"][1]["value"] == "50.0%"
    assert debt["safer"] == "Lower is safer"
    growth = rows["g1"]
    assert (growth["cells"][0]["value"], growth["cells"][0]["note"]) == (None, "An input is not known.")
    assert (growth["cells"][1]["value"], growth["trend"]["word"]) == ("20.0%", "")


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", Role.values)
def test_every_role_reads_and_only_some_are_offered_the_acts(assessed, crew, role):
    client = signed_in(crew[role])
    of = f"/assessments/of/{assessed.customer_id}/"
    for path in ("/assessments/", of, f"{of}ratios/", f"/assessments/{assessed.pk}/"):
        text = text_of(client.get(path))
    assert ("/override/" in text) == (role in ("credit_manager", "risk_officer"))
    assert ("/run/" in text) == (role in ("sales", "credit_manager", "risk_officer"))
    assert text_of(client.post(f"/assessments/{assessed.pk}/replay/")).count("Equal: ") == 1


def test_who_may_not_see_the_customer_learns_nothing(assessed, crew):
    assessed.customer.owner = None
    assessed.customer.save()
    other = assessment_run(customer=assessed.customer, as_of=AS_OF)
    kept = override(other, crew["risk_officer"])
    client = signed_in(crew["sales"])
    of = f"/assessments/of/{assessed.customer_id}/"
    for path in (of, f"{of}ratios/", f"/assessments/{assessed.pk}/", f"/assessments/{other.pk}/against/{assessed.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/assessments/{assessed.pk}/replay/").status_code == 404
    assert client.post(f"{of}run/").status_code == 404
    assert "示例精密" not in text_of(client.get("/assessments/"))
    assert client.post(f"/assessments/overrides/{kept.pk}/withdraw/", {"reason": WHY}).status_code == 403
    assert (Assessment.objects.count(), OverrideWithdrawal.objects.count()) == (2, 0)


def test_a_refused_override_keeps_what_was_typed_and_writes_nothing(assessed, crew):
    sent = {"grade": "AAA", "reason": WHY, "valid_until": timezone.localdate().isoformat()}
    text = text_of(signed_in(crew["credit_manager"]).post(f"/assessments/{assessed.pk}/override/", sent), 400)
    assert "Your authority is 2 grades up or down from BBB. Beyond it decides: Risk officer." in text
    assert WHY in text
    assert Override.objects.count() == 0


def test_an_override_is_set_shown_and_taken_back_on_the_page(assessed, crew):
    client = signed_in(crew["credit_manager"])
    sent = {"grade": "A", "reason": WHY, "valid_until": (timezone.localdate() + dt.timedelta(days=30)).isoformat()}
    assert client.post(f"/assessments/{assessed.pk}/override/", sent).status_code == 302
    text = text_of(client.get(f"/assessments/{assessed.pk}/"))
    assert "Its probability of default is 0.25%; by the rules its limit would be 60.00 × 10k yuan." in text
    assert "In force is A, set by hand by Credit_Manager until" in text
    kept = Override.objects.get()
    text = text_of(client.post(f"/assessments/overrides/{kept.pk}/withdraw/", {"reason": ""}), 400)
    assert "Say why" in text
    assert client.post(f"/assessments/overrides/{kept.pk}/withdraw/", {"reason": "it was wrong"}).status_code == 302
    text = text_of(client.get(f"/assessments/{assessed.pk}/"))
    assert "taken back" in text
    assert "In force is A" not in text


@pytest.mark.parametrize(("act", "role"), [("override", "auditor"), ("override", "sales"), ("run", "auditor")])
def test_an_act_of_another_role_is_refused_and_nothing_written(assessed, crew, act, role):
    path = f"/assessments/of/{assessed.customer_id}/run/" if act == "run" else f"/assessments/{assessed.pk}/override/"
    sent = {"grade": "A", "reason": WHY, "valid_until": timezone.localdate().isoformat()}
    assert signed_in(crew[role]).post(path, sent).status_code == 403
    assert (Assessment.objects.count(), Override.objects.count()) == (1, 0)


def test_a_customer_without_facts_is_told_what_to_do(crew):
    nobody = customer_create(fields={"name": "示例空白有限公司", "owner": crew["sales"]}, identifiers={})
    client = signed_in(crew["credit_manager"])
    of = f"/assessments/of/{nobody.pk}/"
    assert "Not assessed yet" in text_of(client.get(of))
    assert "No ratios yet" in text_of(client.get(f"{of}ratios/"))
    assert client.post(f"{of}run/").status_code == 302
    text = text_of(client.get(f"/assessments/{Assessment.objects.get().pk}/"))
    assert "Not rated: 10.0% of the scorecard&#x27;s weight is known, 50% is needed." in text
    assert f'href="{of}statements/"' in text
    assert "Without a grade no limit is proposed." in text
    assert 'name="grade"' not in text  # beyond the credit manager's authority


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_assessment_whose_rules_are_gone_can_still_be_read(assessed, crew, language):
    RuleSetVersion.objects.update(documents={})
    crew["auditor"].language = language
    crew["auditor"].save()
    client = signed_in(crew["auditor"])
    text = text_of(client.get(f"/assessments/{assessed.pk}/"))
    assert "67.4" in text
    assert ("cannot be read any more" if language == "en" else "已无法读取") in text
    assert client.post(f"/assessments/{assessed.pk}/replay/").status_code == 200
    assert client.get(f"/assessments/of/{assessed.customer_id}/").status_code == 200


def test_an_older_version_is_shown_and_replayed_by_its_own_rules(assessed, trading, crew):
    documents = dict(shipped().documents)
    documents["limits.toml"] = "# an earlier printing\n" + documents["limits.toml"]
    rules = RuleSet(documents)
    assessed.rules = RuleSetVersion.objects.create(hash=rules.hash, documents=documents)
    assessed.save()
    newer = assessment_run(customer=trading, as_of=AS_OF)
    client = signed_in(crew["auditor"])
    assert "older than the rules in force" in text_of(client.get(f"/assessments/{assessed.pk}/"))
    told = text_of(client.post(f"/assessments/{assessed.pk}/replay/"))
    assert "Equal: " in told
    assert "older than those in force" in told
    compared = text_of(client.get(f"/assessments/{newer.pk}/against/{assessed.pk}/"))
    assert "They were made by different rules" in compared


def test_a_replay_that_differs_names_both_figures_in_place(assessed, crew):
    assessed.results["d1"] = 0.25
    assessed.save()
    answer = signed_in(crew["auditor"]).post(f"/assessments/{assessed.pk}/replay/", headers={"hx-request": "true"})
    text = text_of(answer)
    assert "Not equal: 1 figure" in text
    assert "Debt ratio" in text
    assert "0.25" in text
    assert "<html" not in text


# ── list ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def several(assessed, crew):
    """Beside the sample company one without a grade and one whose grade is set by hand."""
    made = [customer_create(fields={"name": name}, identifiers={}) for name in ("=示例甲有限公司", "示例乙有限公司")]
    kept = [assessment_run(customer=customer, as_of=AS_OF - dt.timedelta(days=30)) for customer in made]
    override(kept[1], crew["risk_officer"], "CCC")
    return [assessed, *kept]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [0, 1, 2]),
        ("grade=BBB", [0]),
        ("grade=CCC", [2]),
        ("grade=none", [1]),
        ("score_from=60&score_to=70", [0]),
        ("score_from=70", []),
        ("as_of_to=2026-06-01", [1, 2]),
        ("overridden=yes", [2]),
        ("overridden=no", [0, 1]),
        ("q=精密机械", [0]),
        ("score_from=abc", []),
    ],
)
def test_filters_show_exactly_what_passes(several, crew, query, shown):
    rows = signed_in(crew["auditor"]).get(f"/assessments/?{query}").context["table"].rows
    assert {row.record.pk for row in rows} == {several[i].pk for i in shown}


def test_the_list_is_sorted_by_the_grade_in_force(several, crew):
    rows = signed_in(crew["auditor"]).get("/assessments/?sort=standing").context["table"].rows
    assert [row.record.standing for row in rows] == ["BBB", "CCC", ""]


def test_the_export_is_what_is_seen_and_runs_no_formula(several, crew):
    answer = signed_in(crew["auditor"]).get("/assessments/?export=csv&sort=standing&as_of_to=2026-06-01")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert rows[0][:4] == ["Customer", "Number", "Grade", "By the rules"]
    assert [(row[0], row[2], row[3]) for row in rows[1:]] == [
        ("示例乙有限公司", "CCC", ""),
        ("'=示例甲有限公司", "", ""),
    ]
    book = signed_in(crew["auditor"]).get("/assessments/?export=xlsx")
    assert b"".join(book.streaming_content)[:2] == b"PK"


def test_the_number_of_queries_does_not_grow_with_the_rows(several, crew):
    client = signed_in(crew["auditor"])
    with CaptureQueriesContext(connection) as few:
        client.get("/assessments/")
    for number in range(6):
        customer = customer_create(fields={"name": f"示例{number}号有限公司", "owner": crew["sales"]}, identifiers={})
        assessment_run(customer=customer, as_of=AS_OF)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get("/assessments/").context["table"].rows) == 9
    assert len(few) == len(many) <= 9


def test_the_overview_card_has_trend_reasons_and_limit(assessed, trading):
    assessment_run(customer=trading, as_of=AS_OF + dt.timedelta(days=31))
    with translation.override("en"):
        card = rating_card(trading)
    assert round(card["line"][0], 1) == 67.4
    assert len(card["line"]) == 2
    assert (len(card["ahead"]), len(card["behind"])) == (3, 3)
    assert card["binding"] == "Need"
