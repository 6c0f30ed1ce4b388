"""The checks of the repository find what they are for, and the repository itself passes them."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def repository() -> Iterator[ModuleType]:
    script = Path(__file__).resolve().parents[1] / "scripts" / "repository.py"
    spec = importlib.util.spec_from_file_location("repository_script", script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


FOUND = [
    ("requirements/base.txt", "# from https://example.org/simple", "an address in a lock file"),
    ("package-lock.json", '  "resolved": "https://example.org/a.tgz",', "an address in a lock file"),
    ("Makefile", "\tpip install --index-url https://example.org", "the address of a registry"),
    ("docs/a.md", "see /root/notes", "a path of one machine"),
    ("src/xinheng/engine/a.py", "day = date.today()", "the engine reads no clock"),
    ("src/xinheng/server/customers/views.py", "c = Customer.objects.get(pk=pk)", "views ask selectors"),
    ("src/xinheng/server/customers/models.py", "limit = models.FloatField()", "money is a numeric column"),
    ("src/xinheng/server/events/services.py", "Event.objects.filter(pk=1).delete()", "events are only added"),
    ("src/xinheng/server/web/templates/a.html", '<p style="color: red">', "inline style or script"),
    ("src/xinheng/server/web/templates/a.html", '<a onclick="go()">', "inline style or script"),
    ("src/xinheng/server/web/templates/a.html", "<script>go()</script>", "inline script"),
    ("src/xinheng/server/customers/utils.py", "", "a catch-all module"),
    ("README.md", "[there](docs/nowhere.md)", "docs/nowhere.md is not there"),
    ("src/xinheng/cli/a.py", "\n" * 601, "601 lines"),
    ("docs/picture.png", "x" * 1_000_001, "over 1,000,000 bytes"),
]

PASSED = [
    ("package-lock.json", '        "url": "https://example.org/sponsors"'),
    ("src/xinheng/engine/a.py", "day = as_of"),
    ("src/xinheng/server/assessment/models.py", "score = models.FloatField()"),
    ("src/xinheng/server/customers/services.py", "c = Customer.objects.get(pk=pk)"),
    ("src/xinheng/server/web/templates/a.html", '<script src="/static/a.js" defer></script>'),
    ("src/xinheng/server/web/templates/a.html", '<script type="application/json">{}</script>'),
    ("src/xinheng/server/web/templates/a.html", '<c-figure label="x" class="style"/>'),
    ("README.md", "[decisions](docs/adr), [a page](https://example.org)"),
]


@pytest.mark.parametrize(("name", "line", "said"), FOUND)
def test_finds(repository: ModuleType, name: str, line: str, said: str) -> None:
    found = list(repository.findings(name, line.encode()))
    assert len(found) == 1
    assert found[0].startswith(name)
    assert said in found[0]


@pytest.mark.parametrize(("name", "line"), PASSED)
def test_passes(repository: ModuleType, name: str, line: str) -> None:
    assert list(repository.findings(name, line.encode())) == []


def test_every_rule_has_a_case(repository: ModuleType) -> None:
    without = {rule.say for rule in repository.RULES if not any(said in rule.say for _, _, said in FOUND)}
    assert without == {"a conflict that nobody resolved"}  # its marks in this file would stop a merge


def test_the_repository_holds(repository: ModuleType) -> None:
    if not (repository.PROJECT / ".git").exists():
        pytest.skip("not a git checkout")
    assert repository.main() == 0
