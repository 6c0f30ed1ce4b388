"""Facts of a generated book as Parquet, for `bench rules`: the demo book's companies, varied by SQL up to any number.

A base of companies is drawn by the demo generator, with statements, invoices and payments; their facts come from the
engine as in the product. Beyond the base each further copy has other amounts, and facts that the demo book never knows
(ratings by persons, registers, market values, terms) and awkward ones (nothing owed, no interest, no revenue, negative
equity) are strewn over all by a hash of the number, so that every status and every rule is met.
"""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from xinheng.demo import Book, Company
from xinheng.engine.assessment import Assessor
from xinheng.engine.profile import Profile, profile_facts
from xinheng.engine.receivables import BEHAVIOUR_FACTS, behaviour_sql
from xinheng.engine.rules.catalogue import SQL_TYPES, FactType
from xinheng.engine.rules.compiler import SUBJECT
from xinheng.engine.statements import statement_facts

#: Companies drawn by the generator; more customers are copies of these with other amounts.
BASE = 10_000
AS_OF = dt.date(2026, 10, 31)

_RATINGS = "CASE WHEN {h} % 3 < 2 THEN 1 + {h} % 10 END"
_JUDGED = "CASE WHEN subject % 2 = 0 THEN 40 + {h} % 60 END"
#: Facts that the demo book never knows, by a hash of their own that is not negative (`{h}`).
_STREWN = {
    "market_value": "CASE WHEN {h} % 3 = 0 THEN eq * (1 + {h} % 5) END",
    "ohlson_size": "CASE WHEN {h} % 2 = 0 THEN 2 + ({h} % 900) / 100 END",
    "bad_asset_share": "CASE WHEN {h} % 4 > 0 THEN ({h} % 1500) / 10000 END",
    "contingent_share": "CASE WHEN {h} % 4 > 0 THEN ({h} % 2000) / 10000 END",
    "customer_margin_share": "CASE WHEN {h} % 3 = 0 THEN ({h} % 40) / 100 END",
    "efficacy_penalty": "CASE WHEN {h} % 9 = 0 THEN {h} % 5 END",
    "nca": "CASE WHEN {h} % 83 = 0 THEN NULL ELSE nca END",
    "opp": "CASE WHEN {h} % 89 = 0 THEN NULL ELSE opp END",
    "opp_prior": "CASE WHEN {h} % 13 = 0 THEN -opp_prior ELSE opp_prior END",
    "dishonest_debtor": "CASE WHEN {h} % 10 > 0 THEN {h} % 53 = 0 END",
    "serious_violation": "CASE WHEN {h} % 10 > 0 THEN {h} % 199 = 0 END",
    "abnormal_operation": "CASE WHEN {h} % 10 > 0 THEN {h} % 31 = 0 END",
    "in_insolvency": "CASE WHEN {h} % 10 > 0 THEN {h} % 211 = 0 END",
    "enforcement_cases": "CASE WHEN {h} % 10 > 0 THEN greatest({h} % 40 - 37, 0) END",
    "tax_grade": "CASE WHEN {h} % 5 > 0 THEN substr('ABCD', 1 + {h} % 4, 1) END",
    "terms_days": "CASE WHEN {h} % 4 > 0 THEN 30 * (1 + {h} % 3) END",
    "expected_purchases_net": "CASE WHEN {h} % 6 = 0 THEN 100000 * (1 + {h} % 90) END",
    "peer_limit_median": "CASE WHEN {h} % 7 = 0 THEN 100000 * (1 + {h} % 30) END",
    "seller_annual_sales": "CASE WHEN {h} % 2 = 0 THEN 200000000 END",
    "audit_opinion": "CASE WHEN {h} % 41 = 0 THEN 'adverse' WHEN {h} % 43 = 0 THEN 'qualified' ELSE audit_opinion END",
    "industry_section": "CASE WHEN {h} % 61 = 0 THEN 'K' ELSE industry_section END",
    "unbalanced_findings": "CASE WHEN {h} % 59 = 0 THEN 1 ELSE unbalanced_findings END",
    "cl": "CASE WHEN {h} % 67 = 0 THEN 0 ELSE cl END",
    "tl": "CASE WHEN {h} % 71 = 0 THEN NULL WHEN {h} % 73 = 0 THEN 0 ELSE tl END",
    "ie": "CASE WHEN {h} % 29 = 0 THEN NULL WHEN {h} % 31 = 0 THEN 0 ELSE ie END",
    "eq": "CASE WHEN {h} % 47 = 0 THEN -eq ELSE eq END",
    "rev": "CASE WHEN {h} % 79 = 0 THEN 0 ELSE rev END",
    "np_prior": "CASE WHEN {h} % 11 = 0 THEN -np_prior ELSE np_prior END",
}


def write_book(path: Path, customers: int, assessor: Assessor, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Write the facts that the rules read, one row a customer with `subject`, as Parquet.

    Returns: the facts of some companies as the product would hand them to the rules, for single assessments.
    """
    names = assessor.program.inputs
    types = {name: SQL_TYPES[assessor.catalogue[name].type] for name in names}
    with tempfile.TemporaryDirectory(prefix="xinheng-bench-", dir=path.parent) as folder, assessor.connect() as base:
        first = _write_base(Path(folder), min(customers, BASE), names, say)
        listed = ", ".join(f"'{name}': '{type}'" for name, type in {SUBJECT: "BIGINT", **types}.items())
        source = f"read_csv('{folder}/facts.csv', header=true, columns={{{listed}}})"
        base.execute(f"CREATE TABLE file AS SELECT * FROM {source}")
        for name in ("invoices", "allocations"):
            forms = "'amount': 'DECIMAL(18,2)', 'invoice': 'VARCHAR'"
            base.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{folder}/{name}.csv', types={{{forms}}})")
        base.execute(f"CREATE TABLE behaviour AS {behaviour_sql('invoices', 'allocations', AS_OF)}")
        behaved = set(BEHAVIOUR_FACTS)
        columns = ", ".join(f'{"behaviour" if name in behaved else "file"}."{name}"' for name in names)
        joined = f"file LEFT JOIN behaviour USING ({SUBJECT})"
        base.execute(f"CREATE TABLE base AS SELECT file.{SUBJECT}, {columns} FROM {joined}")
        copies = -(-customers // BASE)
        varied = ", ".join(f'{_varied(name, assessor)} AS "{name}"' for name in names)
        say(f"{customers:,} customers' facts …")
        base.execute(
            f"COPY (SELECT copy * {BASE} + {SUBJECT} AS {SUBJECT}, {varied} FROM base, range({copies}) AS c(copy) "
            f"WHERE copy * {BASE} + {SUBJECT} <= {customers}) TO '{path}' (FORMAT parquet)"
        )
        listed = ", ".join(BEHAVIOUR_FACTS)
        for facts in first:
            row = base.execute(f"SELECT {listed} FROM behaviour WHERE {SUBJECT} = {facts.pop(SUBJECT)}").fetchone()
            facts |= zip(BEHAVIOUR_FACTS, row or [None] * len(BEHAVIOUR_FACTS), strict=True)
    return first


def _varied(name: str, assessor: Assessor) -> str:
    kind = assessor.catalogue[name].type
    text = f'"{name}"'
    if name.startswith(("rating_", "five_c_")):
        text = _RATINGS
    elif name.startswith("management_"):
        text = _JUDGED
    elif name in _STREWN:
        text = _STREWN[name]
    hashed = f"CAST(hash('{name}', copy * {BASE} + {SUBJECT}) >> 2 AS BIGINT)"
    text = text.format(h=hashed)
    if kind is FactType.MONEY:
        text = f"({text}) * (1 + 0.001 * (copy % 97))"
    return f"CAST({text} AS {SQL_TYPES[kind]})"


def _write_base(folder: Path, count: int, names: tuple[str, ...], say: Callable[[str], None]) -> list[dict[str, Any]]:
    book = Book(count, as_of=AS_OF)
    first: list[dict[str, Any]] = []
    with ExitStack() as stack:
        files = {
            name: csv.writer(stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline="")))
            for name in ("facts", "invoices", "allocations")
        }
        files["facts"].writerow((SUBJECT, *names))
        files["invoices"].writerow((SUBJECT, "invoice", "issued_on", "due_on", "amount", "disputed", "void"))
        files["allocations"].writerow((SUBJECT, "invoice", "amount", "paid_on"))
        for company in book:
            facts = company_facts(company, AS_OF)
            files["facts"].writerow((company.index, *(facts.get(name) for name in names)))
            for d in company.documents:
                row = (company.index, d.number, d.issued_on, d.due_on, d.amount, d.disputed, False)
                files["invoices"].writerow(row)
                if d.paid_on:
                    files["allocations"].writerow((company.index, d.number, d.paid, d.paid_on))
            if len(first) < 40:
                first.append({SUBJECT: company.index, **facts})
            if company.index % 2_000 == 0:
                say(f"{company.index:,} of {count:,} companies drawn")
    return first


def company_facts(company: Company, as_of: dt.date) -> dict[str, Any]:
    """What statements and file tell of a company, under the names of the catalogue; unknown is left out."""
    facts: dict[str, Any] = dict(statement_facts(company.statements, as_of))
    profile = Profile(
        industry_code=company.industry_code,
        founded_on=company.founded_on,
        customer_since=company.customer_since,
        registered_capital=company.registered_capital,
        employees=company.employees,
    )
    return facts | profile_facts(profile, company.statements, as_of)
