"""From PostgreSQL's own words to an error with a remedy."""

from __future__ import annotations

from pathlib import Path

from xinheng.database.errors import ClusterInUse, DatabaseError, DataDamaged, DiskFull, StartFailed

DAMAGE = (
    *("checkpoint record", "PANIC", "invalid page", "corrupt", "could not read", "could not find the database system"),
    *("required WAL directory", "database subdirectory", "incorrect checksum"),
)


def explain(
    text: str, *, home: Path, data: Path, log: Path, otherwise: type[DatabaseError] = StartFailed
) -> DatabaseError:
    """The error that PostgreSQL's own words (its messages are always in English here) speak of."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return DiskFull(path=home)
    if "is still in use" in text or 'lock file "postmaster.pid" already exists' in text:
        return ClusterInUse(path=data)
    last = next((line for line in reversed(text.splitlines()) if "FATAL" in line or "PANIC" in line), "")
    if any(words in text for words in DAMAGE):
        return DataDamaged(path=data, detail=last or text[-300:])
    return otherwise(detail=last or text[-600:] or "no reason given", log=log)
