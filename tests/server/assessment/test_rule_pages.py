"""Pages of the rules: every document in words, in both languages, with its examples answered as expected."""

import pytest

from factories.people import person, signed_in
from xinheng.engine.rules.ruleset import DEFAULT_DOCUMENTS, GATE_DOCUMENTS, shipped

pytestmark = pytest.mark.django_db
SLUGS = [name.removesuffix(".toml") for name in (*DEFAULT_DOCUMENTS, *GATE_DOCUMENTS)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_document_reads_and_its_examples_agree(language):
    client = signed_in(person("auditor", language=language))
    listed = client.get("/assessments/rules/").content.decode()
    for slug in SLUGS:
        assert f"/assessments/rules/{slug}/" in listed
        answer = client.get(f"/assessments/rules/{slug}/")
        text = answer.content.decode()
        assert answer.status_code == 200
        assert ("differs" if language == "en" else "不一致") not in text
        assert "coalesce" not in text.split("<pre>")[0]


def test_each_rule_has_an_anchor_of_its_own():
    client = signed_in(person("auditor"))
    rules = shipped()
    for slug in ("ratios", "composite", "warnings", "limits"):
        text = client.get(f"/assessments/rules/{slug}/").content.decode()
        forms = [form.id for form in rules.forms.values() if rules.document_of(form.id) == f"{slug}.toml"]
        assert [name for name in forms if f'id="{name}"' not in text] == []
    assert "50%" in client.get("/assessments/rules/composite/").content.decode()


def test_a_document_downloads_byte_for_byte_and_unknown_ones_are_not_found():
    client = signed_in(person("auditor"))
    answer = client.get("/assessments/rules/ratios/download/")
    assert answer.content.decode() == shipped().documents["ratios.toml"]
    assert answer["Content-Disposition"] == 'attachment; filename="ratios.toml"'
    for slug in ("nothing", "statement_lines"):
        assert client.get(f"/assessments/rules/{slug}/").status_code == 404
        assert client.get(f"/assessments/rules/{slug}/download/").status_code == 404
