"""`cn_sme_invoices`: small companies with a bank's rating and every VAT invoice that they issued and received."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from xinheng.bench.real_data_files import dicts, parquet_rows, rows, write_csv
from xinheng.bench.real_data_part import Part, auc
from xinheng.bench.real_data_product import behaviour_relations, empty, import_file, query
from xinheng.engine.receivables import behaviour_sql

#: the last month of the invoices ends here
AS_OF = date(2020, 2, 29)
RATINGS = ("A", "B", "C", "D")

#: what the invoices alone tell, of a company's purchases and of its sales; names are facts of `engine.receivables`
_FIGURES = {
    "purchases_12m": "sum in twelve months, 元",
    "purchase_months_12m": "months with invoices in twelve",
    "invoice_count_24m": "invoices in two years",
    "history_days": "days since the first invoice",
}


def sme_invoices(source: Path, folder: Path, actor: Any) -> Part:
    part = Part("cn_sme_invoices", "Chinese small companies and their VAT invoices")
    labels = {row["企业代号"]: row for row in dicts(source / "rated_companies.csv.gz")}
    told: dict[tuple[str, str], dict[str, float]] = {}
    for book in ("rated", "unrated"):
        target = write_csv(folder / f"{book}_companies.csv", rows(source / f"{book}_companies.csv.gz"), "gb18030")
        part.files.append(import_file("customers", target, actor))
        for side in ("purchase", "sales"):
            empty("receivables_invoice")
            name = f"{book}_{side}_invoices"
            target = write_csv(folder / f"{name}.csv", parquet_rows(source / f"{name}.parquet"), "gb18030")
            part.files.append(import_file("invoices", target, actor))
            part.tables.append(_kept(name))
            if side == "purchase":
                _assess(part, book, labels)
            if book == "rated":
                for number, figures in _told().items():
                    told |= {(number, f"{side} {name}"): {"value": value} for name, value in figures.items()}
    invoices = sum(taken["rows"] for taken in part.files if taken["kind"] == "invoices")
    part.notes.append(
        f"{invoices:,} invoices of {sum(t['rows'] for t in part.files if t['kind'] == 'customers')} companies, written "
        "as GB18030 text. 企业代号 is taken for the customer, 发票状态 for void, a negative 价税合计 makes a credit "
        "note. An equal repeat of a row is skipped; the same number of the same customer with other values is refused, "
        "because one number means one invoice."
    )
    part.tables.append(_ordered(labels, told))
    part.notes.append(
        "What this says of our score: nothing, and it must not. A VAT invoice shows that something was bought, not "
        "when it was paid; the set holds no payment, no due date and no statement. Taken as our own receivables, every "
        "invoice stands open from its day on, so whoever bought anything more than 90 days ago is in the default "
        "event of the master scale, whatever the bank thought of it: load the payments with the invoices. The last "
        "table shows what invoices alone do tell: how much, how often and how long a company trades, and how many of "
        "its invoices were made void, beside the bank's rating. AUC is the chance that a company that kept its word "
        "has the higher figure than one of those that defaulted; 0.5 says nothing. With 14 defaults an AUC has a "
        "standard error of about 0.08, and all figures are of the companies they were drawn from."
    )
    return part


def _kept(name: str) -> tuple[str, Sequence[str], list[Sequence[object]]]:
    found = query(
        "select count(*) filter (where void), count(*) filter (where kind = 'credit_note' and not void),"
        " count(*) filter (where kind = 'invoice' and not void), sum(amount) filter (where not void)"
        " from receivables_invoice"
    )[0]
    return name, ("void", "credit notes", "invoices", "sum without void, 元"), [found]


def _assess(part: Part, book: str, labels: dict[str, dict[str, str]]) -> None:
    """Assess every company of a book by the service of the pages, with its purchases as what it owes."""
    from xinheng.server.assessment.services import assessment_run
    from xinheng.server.customers.models import Customer

    times, found = [], {}
    for customer in Customer.objects.filter(number__in=_numbers(book, labels)).order_by("pk"):
        began = time.perf_counter()
        found[customer.number] = assessment_run(customer=customer, as_of=AS_OF)
        times.append(time.perf_counter() - began)
    grades = Counter(assessment.grade or "none" for assessment in found.values())
    scores = [assessment.score for assessment in found.values() if assessment.score is not None]
    part.notes.append(
        f"{len(found)} {book} companies assessed as of {AS_OF}, their purchases taken as what they owe us: median "
        f"{statistics.median(times) * 1000:.0f} ms a company, {sum(times):.1f} s in all. With a score: {len(scores)}; "
        "grades: " + ", ".join(f"{grade} {count}" for grade, count in sorted(grades.items())) + "."
    )
    if book == "rated":
        bad = [labels[number]["是否违约"] == "是" for number in found]
        value = auc([assessment.score for assessment in found.values()], bad)
        by_grade = auc([-_rank(assessment.grade) for assessment in found.values()], bad)
        index = auc([assessment.results.get("payment_index") for assessment in found.values()], bad)
        part.tables.append(
            (
                f"our answer beside the bank's {sum(bad)} defaults, AUC",
                ("score", "grade", "payment index"),
                [tuple(_figure(each) for each in (value, by_grade, index))],
            )
        )


def _rank(grade: str) -> int:
    from xinheng.server.assessment.selectors import GRADES

    return GRADES.index(grade) if grade in GRADES else len(GRADES)


def _numbers(book: str, labels: dict[str, dict[str, str]]) -> list[str]:
    numbers = [row[0] for row in query("select number from customers_customer")]
    return [number for number in numbers if (number in labels) == (book == "rated")]


def _told() -> dict[str, dict[str, float]]:
    """What the invoices in the database tell of each company: facts of the engine, and shares of void and returned."""
    with duckdb.connect() as database:
        behaviour_relations(database)
        names = dict(query("select id, number from customers_customer"))
        facts = database.execute(f"select subject, {', '.join(_FIGURES)} from ({behaviour_sql('i', 'a', AS_OF)})")
        found = {
            names[subject]: dict(zip(_FIGURES, map(float, figures), strict=True))
            for subject, *figures in facts.fetchall()
        }
        shares = database.execute(
            "select subject, avg(void::int), avg((amount < 0)::int) filter (where not void) from i group by subject"
        )
        for subject, void, returned in shares.fetchall():
            found.setdefault(names[subject], {}).update(void_share=void, credit_note_share=returned or 0.0)
    return found


def _ordered(
    labels: dict[str, dict[str, str]], told: dict[tuple[str, str], dict[str, float]]
) -> tuple[str, Sequence[str], list[Sequence[object]]]:
    """Each figure: its median by the bank's rating, and how it parts those who defaulted."""
    words = _FIGURES | {"void_share": "share of invoices made void", "credit_note_share": "share of credit notes"}
    bad = [row["是否违约"] == "是" for row in labels.values()]
    table: list[Sequence[object]] = []
    for side in ("purchase", "sales"):
        for name, word in words.items():
            values = [told.get((number, f"{side} {name}"), {}).get("value") for number in labels]
            medians = [
                _median([v for v, row in zip(values, labels.values(), strict=True) if row["信誉评级"] == rating])
                for rating in RATINGS
            ]
            digits: Callable[[float | None], object] = _share if name.endswith("share") else _whole
            table.append((side, word, *map(digits, medians), _figure(auc(values, bad))))
    counts = Counter(row["信誉评级"] for row in labels.values())
    heads = [f"median of the {counts[rating]} rated {rating}" for rating in RATINGS]
    return "what the invoices alone tell, beside the bank's rating", ("side", "figure", *heads, "AUC"), table


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def _whole(value: float | None) -> object:
    return None if value is None else round(value)


def _share(value: float | None) -> object:
    return None if value is None else f"{value:.1%}"


def _figure(value: float | None) -> object:
    return None if value is None else f"{value:.2f}"
