"""What must hold of the repository as a whole; part of `make check`. Prints each finding, exits 1 if there is one.

The rules of lines are a table: which files, what must not stand there, and what to say. What review says twice is added
here, with its case in `tests/test_repository.py`.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
MOST_LINES = 600
MOST_BYTES = 1_000_000
CATCH_ALL = re.compile(r"(^|/)(utils?|common|misc|helpers)(\.py|/)")
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)#\s]+)(#[^)]*)?\)")
#: the rules below would find themselves, and their test the lines that it breaks on purpose
OWN = {"scripts/repository.py", "tests/test_repository.py"}


@dataclass(frozen=True)
class Rule:
    """No line of the files whose path fits `where` may hold `what`, unless it holds `but`."""

    where: str
    what: str
    say: str
    but: str = r"(?!)"

    def holds_for(self, line: str) -> bool:
        return not re.search(self.what, line) or bool(re.search(self.but, line))


RULES = (
    Rule(r"^(requirements/|package-lock\.json$|\.npmrc$)", r"https?://", "an address in a lock file",
         but=r'^\s*"(url|funding)"'),
    Rule(r"^(requirements/|Makefile$|\.npmrc$|scripts/)", r"--(extra-)?index-url|^registry=",
         "the address of a registry"),
    Rule(r".", r"(?<![\w.])/(work|root)/\w|/tmp/xh", "a path of one machine"),
    Rule(r".", r"^(<{7}|>{7}) ", "a conflict that nobody resolved"),
    Rule(r"^src/xinheng/engine/.*\.py$", r"\b(datetime|date|time)\.(now|today|utcnow|time)\(",
         "the engine reads no clock"),
    Rule(r"^src/xinheng/.*/views(/\w+)?\.py$", r"\.objects\.get\(", "views ask selectors, within the user's scope"),
    Rule(r"^src/xinheng/server/.*models.*\.py$", r"(amount|limit|balance|exposure|capital)\w* = .*FloatField\(",
         "money is a numeric column"),
    Rule(r"^src/xinheng/server/.*\.py$", r"\bEvent\.objects\b.*\.(update|delete)\(", "events are only added"),
    Rule(r"^src/.*\.html$", r"\sstyle=|<style|\son[a-z]+=[\"']|javascript:",
         "inline style or script; the policy blocks it"),
    Rule(r"^src/.*\.html$", r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", "inline script; the policy blocks it"),
)  # fmt: skip


def tracked() -> list[str]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return [name for name in answer.stdout.split("\0") if name and (PROJECT / name).is_file()]


def findings(name: str, content: bytes) -> Iterator[str]:
    """What is wrong with one file, given by its path in the repository."""
    if len(content) > MOST_BYTES:
        yield f"{name}: over {MOST_BYTES:,} bytes"
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        return
    if name.endswith(".py") and len(lines) > MOST_LINES:
        yield f"{name}: {len(lines)} lines, over {MOST_LINES}; split it by topic"
    if name.endswith(".py") and CATCH_ALL.search(name):
        yield f"{name}: a catch-all module; name it for what it does"
    if name.endswith(".md"):
        yield from _dead_links(name, lines)
    if name in OWN:
        return
    for rule in RULES:
        if re.search(rule.where, name):
            yield from (f"{name}:{i}: {rule.say}" for i, line in enumerate(lines, 1) if not rule.holds_for(line))


def _dead_links(name: str, lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        for found in LINK.finditer(line):
            target = found["target"]
            is_file = "://" not in target and not target.startswith("mailto:")
            if is_file and not ((PROJECT / name).parent / target).exists():
                yield f"{name}:{number}: {target} is not there"


def main() -> int:
    found = [finding for name in tracked() for finding in findings(name, (PROJECT / name).read_bytes())]
    print("\n".join(found) or "repository: nothing to mend")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
