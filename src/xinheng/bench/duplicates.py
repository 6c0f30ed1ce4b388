"""`bench duplicates`: the bulk search over a generated book whose duplicates are known."""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.duplicates_book import write_book
from xinheng.bench.workplace import tree_mb
from xinheng.engine.matching import Run, find_duplicates

SEED = 20261125


def measure(*, customers: int, memory: str, processes: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Search a book of so many files.

    Returns: rows, seconds of the search alone, peak_mb of all processes together, pairs proposed, precision, recall,
        and what was skipped.
    """
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-") as folder:
        book = Path(folder) / "book.csv"
        # In a process of its own: what the generator holds is not the search's.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as aside:
            written = aside.submit(write_book, book, customers, SEED).result()
        say(f"{written.files:,} files, {len(written.pairs):,} pairs of one company")
        config = {"memory_limit": memory, "threads": 2, "temp_directory": folder}
        with duckdb.connect(config=config) as connection, _Watch() as watch:
            read = f"read_csv('{book}', all_varchar=true, header=true)"
            connection.execute(f"CREATE VIEW book AS SELECT * FROM {read}")
            run, hits, wrong = Run(), 0, Counter[str]()
            examples: list[str] = []
            began = time.perf_counter()
            for found in find_duplicates(connection, "book", processes=processes, run=run, say=say):
                if (found.a, found.b) in written.pairs or (found.b, found.a) in written.pairs:
                    hits += 1
                else:
                    wrong["pairs"] += 1
                    if len(examples) < 10:
                        examples.append(f"{found.a} {found.b} {found.value:.2f} {found.message('en')}")
            seconds = time.perf_counter() - began
    for line in examples:
        say(f"wrong: {line}")
    return {
        "rows": run.rows,
        "seconds": round(seconds, 1),
        "peak_mb": watch.peak,
        "pairs": run.proposed,
        "precision": round(hits / run.proposed, 4) if run.proposed else None,
        "recall": round(hits / len(written.pairs), 4) if written.pairs else None,
        "known_pairs": len(written.pairs),
        "candidates": run.candidates,
        "skipped_keys": run.skipped_keys,
        "processes": processes,
        "memory_limit": memory,
    }


class _Watch:
    """The most memory that this process and its children held together, asked four times a second."""

    def __enter__(self) -> _Watch:
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.25):
            self.peak = max(self.peak, tree_mb())
