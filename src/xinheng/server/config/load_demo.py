"""`python -m xinheng.server.config.load_demo CUSTOMERS SEED`: what `xinheng demo` runs before it serves."""

import sys

import django


def main() -> None:
    django.setup()
    from xinheng.demo import Book
    from xinheng.server.config.demo import load

    customers, seed = int(sys.argv[1]), int(sys.argv[2])

    def progress(count: int) -> None:
        sys.stderr.write(f"\rdemo book: {count}/{customers}")

    added = load(Book(customers, seed), progress)
    sys.stderr.write(f"\rdemo book: {added} customers added, {customers - added} were there\n")


if __name__ == "__main__":
    main()
