"""Where this user's data lie, and how a private file comes there."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_home() -> Path:
    """Where this user's data live: XINHENG_DATA, else the user's data directory, else (root) /var/lib/xinheng."""
    if named := os.environ.get("XINHENG_DATA"):
        return Path(named).absolute()
    return Path("/var/lib/xinheng") if os.geteuid() == 0 else platformdirs.user_data_path("xinheng")


def media_home() -> Path:
    """Where uploaded files lie: XINHENG_MEDIA, else beside the database."""
    return Path(os.environ.get("XINHENG_MEDIA") or data_home() / "media")


def write_private(path: Path, text: str) -> None:
    """A file that only its owner reads, there whole or not at all."""
    temporary = path.with_name(f"{path.name}.partial")
    temporary.unlink(missing_ok=True)
    with open(temporary, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def sync_directory(path: Path) -> None:
    """Have a rename in this directory survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
