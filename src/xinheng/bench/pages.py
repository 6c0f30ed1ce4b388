"""`bench pages`: the lists and the first page over a generated book, asked in process through the whole request.

The book is the demo generator's, loaded and assessed as `xinheng demo` does it, into a schema of its own. Times are the
server's: middleware, view, queries and template, without network and without a web server. Static files stand under
their plain names, because no files were collected for this schema.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from xinheng.bench.workplace import own_schema

_IMPORTS = 120
#: What a reader does with a list; the last page is asked for by its number.
_CUSTOMERS = (
    "", "?page=2", "?page={last}", "?q=精密", "?q=精密机械&page=2", "?q=示例", "?q=D{middle:06d}", "?q=9199",
    "?q=没有这样的客户", "?size_class=small", "?industry=C", "?region=44",
    "?status=active&size_class=medium&industry=C34",
    "?sort=name", "?sort=-name&page={last}", "?sort=number", "?sort=-number", "?sort=industry_code", "?sort=owner",
    "?sort=size_class&page={last}",
)  # fmt: skip
_ASSESSMENTS = (
    "", "?page=2", "?page={last}", "?grade=BB", "?grade=none", "?score_to=40", "?q=精密", "?sort=standing",
    "?sort=-score", "?sort=-limit_proposed", "?sort=customer", "?sort=owner&page={last}",
)  # fmt: skip
_IMPORT_LIST = ("", "?page=2")


def measure(*, customers: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Load a book, then ask for every page in turn, so that no page profits from having just been asked for.

    Returns: pages (address → p50_ms, p95_ms, queries, bytes), errors, and how the book was loaded.
    """
    with own_schema(say):
        loaded = _load(customers, say)
        pages, errors = _ask(customers, rounds, say)
    slowest = sorted(pages, key=lambda url: -pages[url]["p50_ms"])[:5]
    return {
        "customers": customers,
        "pages": pages,
        "errors": errors,
        "slowest": {url: pages[url]["p50_ms"] for url in slowest},
        "over_150_ms": [url for url in pages if pages[url]["p50_ms"] >= 150],
        "load": loaded,
        "rounds": rounds,
        "notes": [
            "server time in process through Django's test client: middleware, view, queries, template; no network",
            "(manager) sees every customer, (sales) half of them; each page is asked for once before it is measured",
            "the number of queries does not depend on the number of rows: tests/server/test_query_counts.py",
        ],
    }


def _load(customers: int, say: Callable[[str], None]) -> dict[str, Any]:
    from django.db import connection
    from django.utils import timezone

    from xinheng.bench.workplace import peak_mb, reset_peak
    from xinheng.demo import Book
    from xinheng.server.config.demo import load
    from xinheng.server.receivables.models import Allocation, Invoice, Payment

    tenths: set[tuple[str, int]] = set()

    def progress(what: str, done: int, total: int) -> None:
        step = what, done * 10 // max(total, 1)
        if step not in tenths:
            tenths.add(step)
            say(f"{what}: {done:,} of {total:,}")

    reset_peak()
    book = Book(customers, as_of=timezone.localdate())
    began = time.perf_counter()
    load(book, progress, assess=False)
    written = time.perf_counter() - began
    load(book, progress)
    assessed = time.perf_counter() - began - written
    peak = peak_mb()
    rows = sum(model.objects.count() for model in (Invoice, Payment, Allocation))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _imports()
    return {
        "write_seconds": round(written, 1),
        "customers_per_s": round(customers / written),
        "document_rows_per_s": round(rows / written),
        "assess_seconds": round(assessed, 1),
        "assessments_per_s": round(customers / assessed),
        "peak_mb": peak,
    }


def _imports() -> None:
    from xinheng.server.accounts.models import User
    from xinheng.server.exchange.choices import State
    from xinheng.server.exchange.models import ImportRun

    user = User.objects.get(username="manager")
    ImportRun.objects.bulk_create(
        ImportRun(
            kind="invoices", state=State.DONE, token=f"bench{number}", original_name=f"发票{number}.csv", sha256="",
            size=1_000, encoding="utf-8", started_by=user, rows_read=1_000, rows_good=1_000, inserted=1_000,
        )
        for number in range(_IMPORTS)
    )  # fmt: skip


def _ask(customers: int, rounds: int, say: Callable[[str], None]) -> tuple[dict[str, Any], list[str]]:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from xinheng.server.accounts.models import User

    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    clients = {}
    for name, username in (("manager", "manager"), ("sales", "sales1")):
        clients[name] = Client()
        clients[name].force_login(User.objects.get(username=username))
    times: dict[tuple[str, str], list[float]] = {key: [] for key in _addresses(customers)}
    pages: dict[str, Any] = {}
    errors = []
    for key in times:
        who, url = key
        with CaptureQueriesContext(connection) as queries:
            answer = clients[who].get(url, follow=True)
        if answer.status_code != 200:
            errors.append(f"{answer.status_code} {url} ({who})")
        pages[f"{url} ({who})"] = {"queries": len(queries), "bytes": len(answer.content)}
    for turn in range(rounds):
        for (who, url), taken in times.items():
            began = time.perf_counter()
            clients[who].get(url, follow=True)
            taken.append((time.perf_counter() - began) * 1_000)
        say(f"turn {turn + 1} of {rounds}")
    for (who, url), taken in times.items():
        percentile = statistics.quantiles(taken, n=20, method="inclusive")[18]
        figures = {"p50_ms": round(statistics.median(taken), 1), "p95_ms": round(percentile, 1)}
        pages[f"{url} ({who})"] = figures | pages[f"{url} ({who})"]
    return pages, errors


def _addresses(customers: int) -> list[tuple[str, str]]:
    from django.urls import reverse

    from xinheng.server.assessment.models import Assessment
    from xinheng.server.customers.models import Customer

    last = max(1, -(-customers // 50))
    words = {"last": last, "middle": customers // 2}
    found = [("manager", "/"), ("sales", "/")]
    for name, asked in (
        ("customers:list", _CUSTOMERS), ("assessment:list", _ASSESSMENTS), ("exchange:list", _IMPORT_LIST)
    ):  # fmt: skip
        found += [("manager", reverse(name) + query.format(**words)) for query in asked]
    found += [("sales", reverse(name)) for name in ("customers:list", "assessment:list", "exchange:list")]
    customer = Customer.objects.filter(is_demo=True).order_by("pk")[0]
    assessment = Assessment.objects.filter(customer=customer).latest("pk")
    found += [("manager", reverse("customers:detail", args=[customer.pk]))]
    found += [("manager", reverse("assessment:detail", args=[assessment.pk]))]
    return found
