"""`python -m xinheng.server.config.load_demo CUSTOMERS SEED [DAY]`: what `xinheng demo` runs before it serves."""

import datetime as dt
import sys

import django

_STEPS = 10


class _Lines:
    """Progress as a line of its own at each tenth."""

    def __init__(self) -> None:
        self._said: dict[str, int] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        tenth = done * _STEPS // max(total, 1)
        if tenth > self._said.get(what, 0):
            self._said[what] = tenth
            sys.stderr.write(f"demo book: {what} {done:,} of {total:,} ({tenth * 100 // _STEPS}%)\n")


def main() -> None:
    django.setup()
    from django.utils import timezone

    from xinheng.demo import Book
    from xinheng.server.config.demo import book_in_place, load

    customers, seed = int(sys.argv[1]), int(sys.argv[2])
    day = dt.date.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else timezone.localdate()
    asked = Book(customers, seed, day)
    book = book_in_place(asked)
    if book.seed != seed or (book.as_of != day and len(sys.argv) > 3):
        sys.stderr.write(f"demo book: there is one of seed {book.seed} as of {book.as_of}, which is kept\n")
    added = load(book, _Lines())
    sys.stderr.write(f"demo book: {added:,} customers added, {customers - added:,} were there, as of {book.as_of}\n")


if __name__ == "__main__":
    main()
