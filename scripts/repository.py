"""What must hold of the repository as a whole; part of `make check`. Prints each finding, exits 1 if there is one."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_LINES = 600
MOST_BYTES = 1_000_000
LOCKS = re.compile(r"^(requirements/.*|package-lock\.json|\.npmrc)$")
ADDRESS = re.compile(r"https?://")
SPONSOR = re.compile(r'"(url|funding)"')
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root)/[a-z]")
CATCH_ALL = re.compile(r"(^|/)(utils|common|misc|helpers)(\.py|/)")
CLOCK = re.compile(r"\b(datetime|date)\.(now|today|utcnow)\(")


def tracked() -> list[str]:
    answer = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    return [name for name in answer.stdout.split("\0") if name and Path(name).is_file()]


def findings(name: str, content: bytes) -> Iterator[str]:
    if len(content) > MOST_BYTES:
        yield f"{name}: over {MOST_BYTES:,} bytes"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return
    lines = text.splitlines()
    if LOCKS.match(name):
        yield from (f"{name}:{i}: an address in a lock file" for i, line in enumerate(lines, 1)
                    if ADDRESS.search(line) and not SPONSOR.search(line))  # fmt: skip
    if name.endswith(".py"):
        if len(lines) > MOST_LINES:
            yield f"{name}: {len(lines)} lines, over {MOST_LINES}; split it by topic"
        if CATCH_ALL.search(name):
            yield f"{name}: a catch-all module; name it for what it does"
    if name.startswith("src/xinheng/engine/") and name.endswith(".py"):
        yield from (f"{name}:{i}: the engine reads no clock" for i, line in enumerate(lines, 1) if CLOCK.search(line))
    if name.startswith(("src/", "docs/", "scripts/", "tests/")) and name != "scripts/repository.py":
        yield from (f"{name}:{i}: a path of one machine" for i, line in enumerate(lines, 1)
                    if MACHINE_PATH.search(line))  # fmt: skip


def main() -> int:
    found = [finding for name in tracked() for finding in findings(name, Path(name).read_bytes())]
    print("\n".join(found) or "repository: nothing to mend")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
