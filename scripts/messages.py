"""Translations: compile them, check that none is missing, add what is new.

messages.py compile          .po → .mo where the .mo is older or absent
messages.py check            exit 1 when a used text has no Chinese, differs in placeholders, or is told in two ways
messages.py extract          add the texts without an entry to the .po of the room that uses them, to be translated
messages.py missing          print the texts that have no Chinese yet, one a line, with the room
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[1]
SERVER = PROJECT / "src" / "xinheng" / "server"
CATALOGUE = Path("locale", "zh_Hans", "LC_MESSAGES", "django.po")

# What the leading literals of each translation function are.
PLAIN, PLURAL = ("text",), ("text", "plural")
FUNCTIONS = {
    "_": PLAIN,
    "gettext": PLAIN,
    "gettext_noop": PLAIN,
    "ngettext": PLURAL,
    "pgettext": ("context", *PLAIN),
    "npgettext": ("context", *PLURAL),
}
FUNCTIONS |= {f"{name}_lazy": parts for name, parts in FUNCTIONS.items() if name != "_"}

LITERAL = r"u?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
CALL = re.compile(rf"\b(?P<name>n?p?gettext|_)\((?P<literals>{LITERAL}(?:,\s*{LITERAL})*)")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


class Use(NamedTuple):
    """One place that shows a text."""

    path: Path
    line: int
    text: str
    plural: str | None = None
    context: str | None = None


class Problem(NamedTuple):
    """A used text without a usable translation."""

    use: Use
    what: str


def catalogues(root: Path) -> list[Path]:
    return sorted(root.glob(f"*/{CATALOGUE.as_posix()}"))


def in_python(path: Path) -> Iterator[Use]:
    """Texts given to a translation function, `_(…)` or `translation.gettext(…)`, as plain literals."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        parts = FUNCTIONS.get(name, ())
        literals = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if parts and len(literals) >= len(parts):
            yield Use(path, node.lineno, **dict(zip(parts, literals, strict=False)))


def in_template(path: Path) -> Iterator[Use]:
    """Texts of translate and blocktranslate tags and of `_("…")` arguments, as Django itself reads them."""
    source = templatize(path.read_text("utf-8"))
    for found in CALL.finditer(source):
        literals = ast.literal_eval(f"({found['literals']},)")
        line = source.count("\n", 0, found.start()) + 1
        yield Use(path, line, **dict(zip(FUNCTIONS[found["name"]], literals, strict=False)))


def used(root: Path) -> Iterator[Use]:
    for path in sorted(root.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from in_python(path)
    for path in sorted(root.rglob("templates/**/*")):
        if path.suffix in {".html", ".txt"}:
            yield from in_template(path)


def _chinese(entry: polib.POEntry) -> str:
    # Chinese has one plural form, number 0.
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def problems(root: Path = SERVER) -> list[Problem]:
    """Every used text that would be shown wrongly in Chinese, in the order of files and lines."""
    known: dict[tuple[str | None, str], list[polib.POEntry]] = {}
    for catalogue in catalogues(root):
        for entry in polib.pofile(str(catalogue)):
            if not entry.obsolete:
                known.setdefault((entry.msgctxt, entry.msgid), []).append(entry)
    found = []
    for use in used(root):
        entries = [
            entry
            for entry in known.get((use.context, use.text), [])
            if not entry.fuzzy and _chinese(entry).strip() and (entry.msgid_plural or None) == use.plural
        ]
        if not entries:
            found.append(Problem(use, "has no Chinese"))
            continue
        wanted = sorted({*PLACEHOLDER.findall(use.text), *PLACEHOLDER.findall(use.plural or "")})
        if any(sorted(set(PLACEHOLDER.findall(_chinese(entry)))) != wanted for entry in entries):
            found.append(Problem(use, "has other placeholders in Chinese"))
        # Django merges the rooms' catalogues into one: of two tellings the order of rooms would choose.
        if len({_chinese(entry) for entry in entries}) > 1:
            found.append(Problem(use, f"is told in several ways: {' / '.join(sorted(map(_chinese, entries)))}"))
    return found


def missing(root: Path = SERVER) -> list[Use]:
    return [problem.use for problem in problems(root) if problem.what == "has no Chinese"]


def extract_all(root: Path = SERVER) -> int:
    """Add an empty entry for each missing text to the catalogue of its room; the number of entries added."""
    added = 0
    for use in missing(root):
        catalogue = root / use.path.relative_to(root).parts[0] / CATALOGUE
        catalogue.parent.mkdir(parents=True, exist_ok=True)
        book = polib.pofile(str(catalogue)) if catalogue.exists() else polib.POFile()
        if not book.metadata:
            book.metadata = {
                "Language": "zh_Hans",
                "Content-Type": "text/plain; charset=utf-8",
                "Content-Transfer-Encoding": "8bit",
                "Plural-Forms": "nplurals=1; plural=0;",
            }
        if book.find(use.text, msgctxt=use.context or False) is None:
            entry = polib.POEntry(msgid=use.text, msgctxt=use.context)
            if use.plural:
                entry.msgid_plural, entry.msgstr_plural = use.plural, {0: ""}
            book.append(entry)
            book.save(str(catalogue))
            added += 1
    return added


def compile_all(root: Path = SERVER) -> None:
    for catalogue in catalogues(root):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            polib.pofile(str(catalogue)).save_as_mofile(str(compiled))


def main(arguments: list[str], root: Path = SERVER) -> int:
    if not settings.configured:
        settings.configure(USE_I18N=True)
    match arguments:
        case ["compile"]:
            compile_all(root)
        case ["check"]:
            found = problems(root)
            for use, what in found:
                print(f"{os.path.relpath(use.path, PROJECT)}:{use.line}: {use.text!r} {what}")
            return 1 if found else 0
        case ["extract"]:
            print(f"{extract_all(root)} added")
        case ["missing"]:
            for room, text in sorted({(use.path.relative_to(root).parts[0], use.text) for use in missing(root)}):
                print(f"{room}\t{text!r}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
