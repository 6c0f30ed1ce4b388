"""Translations: compile them, check that none is missing, list what is used.

messages.py compile          .po → .mo where the .po is newer
messages.py check            exit 1 when a used text has no Chinese, or its placeholders differ
messages.py missing          print the texts that have no Chinese yet, one a line, with the room
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

SERVER = Path(__file__).resolve().parents[1] / "src" / "xinheng" / "server"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext"}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def catalogues(root: Path) -> list[Path]:
    return sorted(root.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"))


def in_python(path: Path) -> Iterator[tuple[int, str]]:
    """Texts given to a translation function as a plain literal."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


def in_template(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of translate and blocktranslate tags, as Django itself reads them."""
    source = templatize(path.read_text("utf-8"))
    for found in re.finditer(r"gettext\(u?(?P<literal>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", source):
        yield source.count("\n", 0, found.start()) + 1, ast.literal_eval(found["literal"])


def used(root: Path) -> Iterator[tuple[Path, int, str]]:
    for path in sorted(root.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from ((path, line, text) for line, text in in_python(path))
    for path in sorted(root.rglob("templates/**/*.html")):
        yield from ((path, line, text) for line, text in in_template(path))


def problems(root: Path = SERVER) -> list[tuple[Path, int, str, str]]:
    """(file, line, text, what is wrong) for each used text without a usable translation."""
    known: dict[str, polib.POEntry] = {}
    for catalogue in catalogues(root):
        known |= {entry.msgid: entry for entry in polib.pofile(str(catalogue))}
    found = []
    for path, line, text in used(root):
        entry = known.get(text)
        if entry is None or not entry.msgstr or entry.fuzzy:
            found.append((path, line, text, "has no Chinese"))
        elif set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgstr)):
            found.append((path, line, text, "has other placeholders in Chinese"))
    return found


def compile_all(root: Path = SERVER) -> None:
    for catalogue in catalogues(root):
        compiled = catalogue.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < catalogue.stat().st_mtime:
            polib.pofile(str(catalogue)).save_as_mofile(str(compiled))


def main(arguments: list[str]) -> int:
    settings.configure(USE_I18N=True)
    match arguments:
        case ["compile"]:
            compile_all()
        case ["check"]:
            found = problems()
            for path, line, text, what in found:
                print(f"{path.relative_to(SERVER.parents[2])}:{line}: {text!r} {what}")
            return 1 if found else 0
        case ["missing"]:
            for room, text in sorted({(path.relative_to(SERVER).parts[0], text) for path, _, text, _ in problems()}):
                print(f"{room}\t{text!r}")
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
