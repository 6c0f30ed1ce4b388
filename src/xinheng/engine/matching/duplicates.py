"""The same company found twice in a book of any size: keys, candidate pairs in DuckDB, scores, proposals.

Memory is bounded by the batch and by what DuckDB may use: keys and pairs are files, and nothing is held for every
record in Python. It proposes pairs; nobody but a person merges.
"""

from __future__ import annotations

import csv
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import duckdb

from ..errors import BadInput, Language
from .blocking import EXACT, blocking_keys
from .records import PROPOSED, Record, compare_prepared, prepare

#: the most files that may share a key and still all be compared with one another
MOST_IN_BLOCK = 40
BATCH = 20_000
_FIELDS = tuple(f.name for f in fields(Record))


class BookUnreadable(BadInput):
    """A book that has no column `id` or `name`. Data: `missing`."""

    code = "book_unreadable"
    zh = "客户表缺少列：{missing}"
    en = "The book lacks the columns {missing}"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A proposed pair: `reasons` are sentences in both languages, what the names say first."""

    a: str
    b: str
    value: float
    name_value: float
    reasons: tuple[tuple[str, str], ...]

    def message(self, language: Language = "en") -> str:
        """All reasons in one paragraph."""
        at, mark = (0, "；") if language == "zh" else (1, "; ")
        return mark.join(reason[at].rstrip("。.") for reason in self.reasons)


@dataclass
class Run:
    """What a run has done so far; filled while the proposals are read."""

    rows: int = 0
    candidates: int = 0
    proposed: int = 0
    skipped_keys: dict[str, int] = field(default_factory=dict)  # kind of key → keys that too many files share


def find_duplicates(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    least: float = PROPOSED,
    processes: int = 1,
    most_in_block: int = MOST_IN_BLOCK,
    batch: int = BATCH,
    run: Run | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Duplicate]:
    """Pairs of a book that may be one company.

    Args:
        relation: a table or view of the connection with `id` and `name` and any of the other fields of `Record`. Ids
            are unique; the connection is busy until the last proposal is read, and should have a memory limit.
        least: proposals below it are not told.
        processes: how many score at once; 1 scores in this process.
        most_in_block: keys that more files share are left out, except identifiers; `run.skipped_keys` counts them.
        batch: records or pairs handed to a process at once.
    Returns: proposals, in the order in which they are found; each pair once, the id first in the book first.
    Raises: BookUnreadable.
    """
    seen = run if run is not None else Run()
    book = '"' + relation.replace('"', '""') + '"'
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {book}").fetchall()]
    if missing := [name for name in ("id", "name") if name not in columns]:
        raise BookUnreadable(missing=", ".join(missing))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="xinheng-duplicates-")))
        pool = None
        if processes > 1:
            # A forked DuckDB would hang on its threads: the scorers start fresh.
            fresh = multiprocessing.get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(processes, mp_context=fresh))
        wanted = ", ".join(
            f"coalesce({name}::VARCHAR, '') AS {name}" if name in columns else f"'' AS {name}" for name in _FIELDS
        )
        source = f"SELECT row_number() OVER () AS n, {wanted} FROM {book}"
        connection.execute(f"COPY ({source}) TO '{folder}/records.parquet' (FORMAT parquet)")
        seen.rows = _one(connection, f"SELECT count(*) FROM '{folder}/records.parquet'")
        say(f"{seen.rows:,} records")
        if not seen.rows:
            return
        _write_keys(connection, folder, batch, pool, processes)
        seen.candidates = _write_pairs(connection, folder, most_in_block, seen)
        say(f"{seen.candidates:,} candidate pairs")
        for found in _scored(connection, folder, batch, pool, processes, least):
            seen.proposed += len(found)
            yield from found


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _batches(connection: duckdb.DuckDBPyConnection, query: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
    cursor = connection.execute(query)
    while rows := cursor.fetchmany(size):
        yield rows


_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


def _each(
    work: Callable[[_Given], _Found], given: Iterable[_Given], pool: ProcessPoolExecutor | None, processes: int
) -> Iterator[_Found]:
    """Work on every item, a few ahead of the reader at most."""
    if pool is None:
        yield from map(work, given)
        return
    waiting: deque[Future[_Found]] = deque()
    for item in given:
        waiting.append(pool.submit(work, item))
        if len(waiting) > 2 * processes:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _write_keys(
    connection: duckdb.DuckDBPyConnection, folder: Path, batch: int, pool: ProcessPoolExecutor | None, processes: int
) -> None:
    rows = _batches(connection, f"SELECT n, {', '.join(_FIELDS)} FROM '{folder}/records.parquet'", batch)
    numbered = ((folder / f"keys_{at:06d}.csv", part) for at, part in enumerate(rows))
    for _ in _each(_keys_of, numbered, pool, processes):
        pass
    read = (
        f"read_csv('{folder}/keys_*.csv', header=false, columns={{'kind': 'VARCHAR', 'k': 'VARCHAR', 'n': 'BIGINT'}})"
    )
    connection.execute(
        f"COPY (SELECT kind, hash(kind, k) AS k, n FROM {read}) TO '{folder}/keys.parquet' (FORMAT parquet)"
    )
    for path in folder.glob("keys_*.csv"):
        path.unlink()


def _keys_of(given: tuple[Path, Sequence[tuple[Any, ...]]]) -> None:
    """Keys of a batch of records into a file; runs in a scoring process."""
    path, rows = given
    with path.open("w", encoding="utf-8", newline="") as lines:
        write = csv.writer(lines).writerow
        for n, *values in rows:
            for kind, key in dict.fromkeys(blocking_keys(prepare(Record(*values)))):
                write((kind, key, n))


def _write_pairs(connection: duckdb.DuckDBPyConnection, folder: Path, most: int, run: Run) -> int:
    """Candidate pairs into a file, each once; files with two right and different USCCs are no candidates."""
    keys = f"'{folder}/keys.parquet'"
    exact = ", ".join(f"'{kind}'" for kind in sorted(EXACT))
    skipped = connection.execute(
        f"SELECT kind, count(*) FROM (SELECT kind, k FROM {keys} WHERE kind NOT IN ({exact}) GROUP BY ALL "
        f"HAVING count(*) > {most:d}) GROUP BY kind ORDER BY kind"
    ).fetchall()
    run.skipped_keys.update(skipped)
    connection.execute(f"""
        COPY (
            WITH shared AS (
                SELECT k, min(n) AS first, kind IN ({exact}) AS decides FROM {keys} GROUP BY kind, k
                HAVING count(*) > 1 AND (kind IN ({exact}) OR count(*) <= {most:d})
            ), member AS (SELECT k, n, first, decides FROM {keys} JOIN shared USING (k)),
            pair AS (
                SELECT first AS a, n AS b FROM member WHERE decides AND n <> first
                UNION ALL
                SELECT x.n, y.n FROM member x JOIN member y ON x.k = y.k AND x.n < y.n
                WHERE NOT x.decides AND NOT y.decides
            ), right_code AS (SELECT n, k FROM {keys} WHERE kind = 'uscc')
            SELECT DISTINCT a, b FROM pair
            LEFT JOIN right_code one ON one.n = a LEFT JOIN right_code other ON other.n = b
            WHERE one.k IS NULL OR other.k IS NULL OR one.k = other.k
            ORDER BY a, b
        ) TO '{folder}/pairs.parquet' (FORMAT parquet)""")
    return _one(connection, f"SELECT count(*) FROM '{folder}/pairs.parquet'")


def _scored(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    batch: int,
    pool: ProcessPoolExecutor | None,
    processes: int,
    least: float,
) -> Iterator[list[Duplicate]]:
    sides = ", ".join(f"{side}.{name}" for side in ("one", "other") for name in _FIELDS)
    query = (
        f"SELECT {sides} FROM '{folder}/pairs.parquet' JOIN '{folder}/records.parquet' one ON one.n = a "
        f"JOIN '{folder}/records.parquet' other ON other.n = b ORDER BY a, b"
    )
    handed = ((least, rows) for rows in _batches(connection, query, batch))
    yield from _each(_duplicates_of, handed, pool, processes)


def _duplicates_of(given: tuple[float, Sequence[tuple[str, ...]]]) -> list[Duplicate]:
    """Proposals among a batch of pairs; runs in a scoring process."""
    least, rows = given
    width, found = len(_FIELDS), []
    for row in rows:
        one, other = _prepared(Record(*row[:width])), _prepared(Record(*row[width:]))
        score = compare_prepared(one, other)
        if score.value >= least:
            told = [part.message for part in score.name.parts] + [evidence.message for evidence in score.evidence]
            reasons = tuple((say("zh"), say("en")) for say in (told or [score.message]))
            found.append(Duplicate(one.record.id, other.record.id, score.value, score.name.value, reasons))
    return found


_prepared = lru_cache(maxsize=16_384)(prepare)
