#!/usr/bin/env python3
"""Build and fill the virtual environment. Standard library only: it runs before anything is installed,
and nothing newer than Python 3.7 in its syntax, so that an old interpreter reads the message meant for it.

    environment.py create VENV              make the virtual environment
    environment.py install REQUIREMENTS     install the locked packages, and this project on top of them
    environment.py browser                  have a Chromium for the browser tests

Each step can be repeated: what is already done is recognised by content and left alone.
Exit code 3 means that the machine lacks something; the message says what to do about it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
PROJECT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Chromium draws Chinese as empty boxes without a font that has it.
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")


class Missing(Exception):
    """The machine lacks something; the text says what, and how to mend it."""


def run(*command: str, **environment: str) -> None:
    """Run a command, its output passed through; a failure ends us with its own exit code."""
    print("+ " + " ".join(command), flush=True)
    done = subprocess.run(command, cwd=PROJECT, env={**os.environ, **environment}, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def apt_install(*packages: str) -> None:
    """Install Debian packages when we may, else say the command that does."""
    by_hand = "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages)
    if not shutil.which("apt-get"):
        raise Missing("this machine has no apt-get; install with its own package manager: " + ", ".join(packages))
    if os.geteuid() != 0:
        raise Missing("only root may install packages. Run:\n    " + by_hand)
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-y", "-q", "--no-install-recommends", *packages, DEBIAN_FRONTEND="noninteractive")


def python_is_usable(python: Path) -> bool:
    """Whether an interpreter is there, starts, and is new enough."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON!r})"
    try:
        return subprocess.run([str(python), "-c", test], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def require_python() -> None:
    """Refuse an interpreter that is too old, naming a newer one where the machine has it."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11") if shutil.which(name)]
    remedy = f"Run: make setup PYTHON={newer[0]}" if newer else "Install it, then: make setup PYTHON=python3.11"
    found = f"{sys.version_info[0]}.{sys.version_info[1]}"
    raise Missing(f"Python 3.11 or newer is needed, this one ({sys.executable}) is {found}. {remedy}")


def create(venv: Path) -> None:
    """Make the virtual environment; one whose interpreter still works is kept."""
    require_python()
    if python_is_usable(venv / "bin" / "python"):
        return
    try:
        import ensurepip
        import venv as _
    except ImportError:
        uv = shutil.which("uv")
        if uv:
            run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv))
            return
        print("Python here cannot make virtual environments (ensurepip is missing).", flush=True)
        apt_install(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    run(sys.executable, "-m", "venv", "--clear", str(venv))


def fingerprint(*parts: bytes) -> str:
    """One hash over the contents that decide an installation, and over where it stands."""
    whole = hashlib.sha256(json.dumps([sys.version, sys.prefix, str(PROJECT)]).encode())
    for part in parts:
        whole.update(b"\0" + part)
    return whole.hexdigest()


def is_done(name: str, print_of_it: str) -> bool:
    stamp = Path(sys.prefix) / "installed" / name
    return stamp.is_file() and stamp.read_text() == print_of_it


def mark_done(name: str, print_of_it: str) -> None:
    stamp = Path(sys.prefix) / "installed" / name
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(print_of_it)


def installer() -> list:
    """`uv pip install` where uv is found (seconds instead of a minute), else pip."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


def install(requirements: Path) -> None:
    """Install what the lock names, hashes checked, and then the project itself, editable."""
    if sys.prefix == sys.base_prefix:
        raise Missing("refusing to install outside a virtual environment; use `make setup`")
    locked = fingerprint(requirements.read_bytes())
    if not is_done(requirements.name, locked):
        started = time.monotonic()
        run(*installer(), "--require-hashes", "-r", str(requirements))
        mark_done(requirements.name, locked)
        print(f"{requirements}: installed in {time.monotonic() - started:.0f} s")
    project = fingerprint((PROJECT / "pyproject.toml").read_bytes())
    if not is_done("project", project):
        run(*installer(), "--no-deps", "--no-build-isolation", "--editable", ".")
        mark_done("project", project)


def browser() -> None:
    """See that a Chromium is there. Without it the browser tests skip, saying so; in CI that is a failure."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    try:
        apt_install(*BROWSER_PACKAGES)
    except Missing as missing:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            raise
        print(f"No Chromium found, so the browser tests will be skipped: {missing}")


def main(arguments: list) -> int:
    try:
        if arguments[:1] == ["create"] and len(arguments) == 2:
            create(Path(arguments[1]).absolute())
        elif arguments[:1] == ["install"] and len(arguments) == 2:
            install(Path(arguments[1]))
        elif arguments == ["browser"]:
            browser()
        else:
            print(__doc__)
            return 2
    except Missing as missing:
        print(f"environment: {missing}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
