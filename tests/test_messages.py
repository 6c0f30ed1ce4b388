"""The translations' keeper: what it finds in a small tree, and that the project itself lacks nothing."""

import importlib.util
from pathlib import Path
from types import ModuleType

import polib
import pytest


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    script = Path(__file__).resolve().parents[1] / "scripts" / "messages.py"
    spec = importlib.util.spec_from_file_location("messages_script", script)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def room(root: Path, name: str, *, po: str, python: str = "", template: str = "") -> Path:
    catalogue = root / name / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(HEADER + po, "utf-8")
    (root / name / "views.py").write_text(python, "utf-8")
    page = root / name / "templates" / name / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text(template, "utf-8")
    return catalogue


def told(messages: ModuleType, root: Path) -> list[tuple[str, int, str, str]]:
    return [(use.path.name, use.line, use.text, what) for use, what in messages.problems(root)]


def test_a_missing_translation_is_named_with_file_and_line(messages, tmp_path, capsys):
    room(
        tmp_path,
        "customers",
        po='msgid "Customer"\nmsgstr "客户"\n\nmsgid "Empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "Guess"\nmsgstr "猜"\n',
        python='_("Customer")\n_("Invoice")\ntranslation.gettext_lazy("Limit")\n_("Empty")\n_("Guess")\n',
        template="{% load i18n %}\n{% translate 'Customer' %}\n"
        "<p title=\"{% translate 'Grade' %}\">{{ _('Score') }}</p>\n",
    )
    assert told(messages, tmp_path) == [
        ("views.py", 2, "Invoice", "has no Chinese"),
        ("views.py", 3, "Limit", "has no Chinese"),
        ("views.py", 4, "Empty", "has no Chinese"),
        ("views.py", 5, "Guess", "has no Chinese"),
        ("page.html", 3, "Grade", "has no Chinese"),
        ("page.html", 3, "Score", "has no Chinese"),
    ]
    assert messages.main(["check"], tmp_path) == 1
    assert "customers/views.py:2: 'Invoice' has no Chinese" in capsys.readouterr().out


def test_placeholders_have_to_be_the_same(messages, tmp_path):
    room(
        tmp_path,
        "customers",
        po='msgid "Until %(day)s"\nmsgstr "至 %(date)s"\n\nmsgid "By %(who)s"\nmsgstr "由 %(who)s"\n',
        template="{% load i18n %}{% blocktranslate %}Until {{ day }}{% endblocktranslate %}\n"
        "{% blocktranslate %}By {{ who }}{% endblocktranslate %}",
    )
    assert told(messages, tmp_path) == [("page.html", 1, "Until %(day)s", "has other placeholders in Chinese")]


def test_plurals_and_contexts_are_texts_of_their_own(messages, tmp_path):
    room(
        tmp_path,
        "customers",
        po='msgid "%(n)s row"\nmsgid_plural "%(n)s rows"\nmsgstr[0] "%(n)s 行"\n\n'
        'msgctxt "month"\nmsgid "May"\nmsgstr "五月"\n',
        python='ngettext("%(n)s row", "%(n)s rows", n)\npgettext("month", "May")\n_("May")\n',
        template='{% load i18n %}{% translate "May" context "month" %}{% translate "May" context "verb" %}\n'
        "{% blocktranslate count n=n %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
    )
    assert told(messages, tmp_path) == [
        ("views.py", 3, "May", "has no Chinese"),
        ("page.html", 1, "May", "has no Chinese"),
    ]


def test_two_rooms_may_not_tell_one_text_differently(messages, tmp_path):
    room(tmp_path, "customers", po='msgid "Name"\nmsgstr "名称"\n', python='_("Name")\n')
    room(tmp_path, "accounts", po='msgid "Name"\nmsgstr "姓名"\n')
    assert told(messages, tmp_path) == [("views.py", 1, "Name", "is told in several ways: 名称 / 姓名")]


def test_extract_adds_each_missing_text_once_to_its_room(messages, tmp_path):
    catalogue = room(tmp_path, "customers", po='msgid "A"\nmsgstr "甲"\n', python='_("A")\n_("B")\n_("B")\n')
    other = room(tmp_path, "accounts", po="", python='pgettext("c", "D")\n')
    assert messages.extract_all(tmp_path) == 2
    assert [(e.msgctxt, e.msgid, e.msgstr) for e in polib.pofile(str(catalogue))] == [
        (None, "A", "甲"),
        (None, "B", ""),
    ]
    assert [(e.msgctxt, e.msgid, e.msgstr) for e in polib.pofile(str(other))] == [("c", "D", "")]
    assert messages.extract_all(tmp_path) == 0
    assert messages.main(["check"], tmp_path) == 1  # an entry is not a translation


def test_compile_writes_what_django_reads(messages, tmp_path):
    catalogue = room(tmp_path, "customers", po='msgid "Customer"\nmsgstr "客户"\n')
    messages.compile_all(tmp_path)
    assert polib.mofile(str(catalogue.with_suffix(".mo"))).find("Customer").msgstr == "客户"


def test_the_project_lacks_no_translation(messages):
    assert len({use.text for use in messages.used(messages.SERVER)}) > 150
    assert messages.problems() == []
