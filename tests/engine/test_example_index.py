"""The index of worked examples names what exists."""

import re
from pathlib import Path

from xinheng.engine.rules.ruleset import DEFAULT_DOCUMENTS, GATE_DOCUMENTS, shipped

ROOT = Path(__file__).parents[2]
INDEX = (ROOT / "docs" / "reference" / "worked-examples.md").read_text("utf-8")


def test_every_entry_of_the_index_exists():
    tests = re.findall(r"`(test_\w+\.py)::(test_\w+)`", INDEX)
    missing = [
        (file, name)
        for file, name in tests
        if f"def {name}(" not in (ROOT / "tests" / "engine" / file).read_text("utf-8")
    ]
    documents = {
        f"{document.removesuffix('.toml')}#{example.id}"
        for documents in (DEFAULT_DOCUMENTS, GATE_DOCUMENTS)
        for document, examples in shipped(documents).examples.items()
        for example in examples
    }
    examples = re.findall(r"`(\w+#\w+)`", INDEX)
    assert (missing, [name for name in examples if name not in documents]) == ([], [])
    assert min(len(tests), len(examples)) > 20


def test_every_rule_document_stands_in_the_index():
    named = {name for name, _example in re.findall(r"`(\w+)#(\w+)`", INDEX)}
    every = {name.removesuffix(".toml") for name in (*DEFAULT_DOCUMENTS, *GATE_DOCUMENTS)}
    assert every - named == {"warnings"}  # thresholds are examples of their own document
