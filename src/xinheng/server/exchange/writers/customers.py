"""Customers: each row finds its file by number, code or name, and opens one where there is none.

The plan of a chunk is made twice, when the file is checked (for its errors) and when it is written (for its acts),
because the book moves in between.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from xinheng.engine import identity
from xinheng.intake import RowError
from xinheng.server.accounts.choices import Role
from xinheng.server.accounts.models import User
from xinheng.server.accounts.selectors import roles_of
from xinheng.server.customers.bulk import NewCustomer, customers_create
from xinheng.server.customers.choices import IdentifierKind
from xinheng.server.customers.models import Customer, Identifier
from xinheng.server.customers.selectors import customers_visible
from xinheng.server.customers.services import customer_update, identifier_add
from xinheng.server.exchange.choices import Duplicates
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.writers.outcomes import Outcome, conflict

_FIELDS = (
    "name", "name_en", "industry_code", "region_code", "address", "founded_on", "customer_since",
    "registered_capital", "employees",
)  # fmt: skip
_CODES = ("uscc", "org_code", "reg_no", "lei")


@dataclass(frozen=True)
class CustomerRow:
    """A checked row: what it says of the customer, with blanks left out."""

    row: int
    number: str
    fields: dict[str, Any]
    identifiers: dict[str, str]
    owner: str = ""
    contact: dict[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """What a chunk comes to: rows to open a file for, rows that concern a file, rows that cannot be."""

    new: list[tuple[CustomerRow, NewCustomer]] = field(default_factory=list)
    known: list[tuple[CustomerRow, Customer, dict[str, Any]]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


class CustomersWriter:
    """Writes the chunks of one run of customers."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run

    def write(self, index: int) -> Outcome:
        """Write one chunk. The caller's transaction is open."""
        run, actor = self._run, self._run.started_by
        plan = make_plan(read_chunk(run, index), actor)
        outcome = Outcome(inserted=len(plan.new), errors=plan.errors)
        customers_create(customers=[new for _row, new in plan.new], actor=actor, source={"import": run.pk})
        for row, customer, changed in plan.known:
            added = {kind: value for kind, value in row.identifiers.items() if not _has(customer, kind, value)}
            if not changed and not added:
                outcome.skipped += 1
            elif run.duplicates == Duplicates.ERROR:
                outcome.errors.append(conflict(row.row, "name", customer.number, [*changed, *added]))
            else:
                self._update(row, customer, changed, added, outcome)
        return outcome

    def _update(
        self, row: CustomerRow, customer: Customer, changed: dict[str, Any], added: dict[str, str], outcome: Outcome
    ) -> None:
        try:
            customer_update(customer=customer, version=customer.version, fields=changed, actor=self._run.started_by)
            for kind, value in added.items():
                identifier_add(customer=customer, kind=kind, value=value)
        except ValidationError as error:
            text = " ".join(error.messages)
            outcome.errors.append(RowError(row.row, "name", customer.number, "not_accepted", text, text))
        else:
            outcome.updated += 1


def read_chunk(run: ImportRun, index: int) -> list[CustomerRow]:
    """The rows of a chunk file."""
    with run.chunk_path(index).open(encoding="utf-8", newline="") as stream:
        return [_row(cells) for cells in csv.DictReader(stream)]


def customer_row(values: Mapping[str, Any], row: int) -> CustomerRow:
    """A row from the values that the intake read."""
    identifiers = {kind: str(values[kind]) for kind in _CODES if values.get(kind)}
    if values.get("identifier"):
        found = identity.check(identity.AUTO, str(values["identifier"]))
        identifiers.setdefault(str(found.kind), found.value)
    name, phone = values.get("contact_name") or "", values.get("contact_phone") or ""
    return CustomerRow(
        row,
        values.get("number") or "",
        {key: values[key] for key in _FIELDS if values.get(key) is not None},
        identifiers,
        values.get("owner") or "",
        {"name": name or phone, "phone": phone} if name or phone else {},
    )


def _row(cells: Mapping[str, str]) -> CustomerRow:
    values: dict[str, Any] = {key: text for key, text in cells.items() if text != ""}
    for key in ("founded_on", "customer_since"):
        if key in values:
            values[key] = date.fromisoformat(values[key])
    if "registered_capital" in values:
        values["registered_capital"] = Decimal(values["registered_capital"])
    if "employees" in values:
        values["employees"] = int(values["employees"])
    return customer_row(values, int(cells["row"]))


def make_plan(rows: Sequence[CustomerRow], actor: Any) -> Plan:
    """Find each row's file, or what stands against it. Reads the book, writes nothing."""
    plan = Plan()
    owners = _owners(rows, actor)
    visible = {customer.pk: customer for customer in _matching(rows, actor)}
    by_number = {customer.number: customer for customer in visible.values()}
    by_name: dict[str, list[Customer]] = {}
    for customer in visible.values():
        by_name.setdefault(customer.name, []).append(customer)
    holders = _holders(rows)
    taken_numbers = set(
        Customer.objects.filter(number__in={row.number for row in rows if row.number}).values_list("number", flat=True)
    )
    seen: dict[str, int] = {}
    for row in rows:
        found = {holders[item] for item in row.identifiers.items() if item in holders}
        if row.number in by_number:
            found.add(by_number[row.number].pk)
        if not found and not row.number and not row.identifiers and len(by_name.get(row.fields["name"], [])) == 1:
            found.add(by_name[row.fields["name"]][0].pk)
        error = _stands_against(row, found, visible, taken_numbers, owners, actor) or _seen_before(row, seen)
        if error:
            plan.errors.append(error)
        elif found:
            customer = visible[found.pop()]
            changed = {key: value for key, value in row.fields.items() if getattr(customer, key) != value}
            plan.known.append((row, customer, changed))
        else:
            plan.new.append((row, _new(row, owners, actor)))
    return plan


def _new(row: CustomerRow, owners: Mapping[str, User], actor: Any) -> NewCustomer:
    owner = owners.get(row.owner) or (actor if _sales_only(actor) else None)
    return NewCustomer({**row.fields, "number": row.number, "owner": owner}, row.identifiers, row.contact)


def _stands_against(
    row: CustomerRow,
    found: set[int],
    visible: Mapping[int, Customer],
    taken_numbers: set[str],
    owners: Mapping[str, User],
    actor: Any,
) -> RowError | None:
    if row.owner and (row.owner not in owners or (_sales_only(actor) and row.owner != actor.username)):
        return RowError(
            row.row, "owner", row.owner, "owner_unknown", "没有这位销售，或不由您分配",
            "there is no such salesperson, or it is not yours to assign",
            "系统中的用户名，或留空", "a user name, or blank",
        )  # fmt: skip
    unknown = [kind for kind in row.identifiers if kind not in IdentifierKind.values]
    if unknown:
        return RowError(
            row.row, "identifier", row.identifiers[unknown[0]], "identifier_kind", "这一种代码不建档",
            "this kind of code is not kept", "统一社会信用代码、组织机构代码、注册号或 LEI",
            "a unified social credit code, organisation code, registration number or LEI",
        )  # fmt: skip
    founded = row.fields.get("founded_on")
    if founded and founded > timezone.localdate():
        return RowError(
            row.row, "founded_on", str(founded), "date_in_future", "成立日期在将来", "the date lies in the future",
            "不晚于今天的日期", "a date up to today",
        )  # fmt: skip
    if len(found) > 1 or found - visible.keys() or (row.number in taken_numbers and not found):
        return RowError(
            row.row, "number" if row.number in taken_numbers else "uscc", row.number or row.fields["name"],
            "identity_taken", "编号或代码已属于另一份客户档案", "the number or code belongs to another customer file",
            "各自对应同一家客户的编号和代码", "a number and codes of one and the same customer",
        )  # fmt: skip
    return None


def _seen_before(row: CustomerRow, seen: dict[str, int]) -> RowError | None:
    keys = [f"{kind}:{value}" for kind, value in row.identifiers.items()]
    keys += [f"number:{row.number}"] if row.number else []
    keys = keys or [f"name:{row.fields['name']}"]
    before = next((seen[key] for key in keys if key in seen), None)
    if before is not None:
        return RowError(
            row.row, "name", row.fields["name"], "twice_in_file", f"与第 {before} 行是同一家客户",
            f"row {before} is the same customer", "每家客户一行", "one row per customer",
        )  # fmt: skip
    seen.update(dict.fromkeys(keys, row.row))
    return None


def _matching(rows: Sequence[CustomerRow], actor: Any) -> Iterable[Customer]:
    visible = customers_visible(actor).prefetch_related("identifiers")
    numbers = {row.number for row in rows if row.number}
    names = {row.fields["name"] for row in rows if not row.number and not row.identifiers}
    codes = {value for row in rows for value in row.identifiers.values()}
    # Three short queries, each on an index of its own, instead of one that PostgreSQL would answer by a scan.
    yield from visible.filter(number__in=numbers)
    if names:
        yield from visible.filter(name__in=names)
    if codes:
        yield from visible.filter(pk__in=Identifier.objects.filter(value__in=codes).values("customer_id"))


def _holders(rows: Sequence[CustomerRow]) -> dict[tuple[str, str], int]:
    codes = {value for row in rows for value in row.identifiers.values()}
    found = Identifier.objects.filter(value__in=codes).values_list("kind", "value", "customer_id")
    return {(kind, value): customer for kind, value, customer in found}


def _owners(rows: Sequence[CustomerRow], actor: Any) -> dict[str, User]:
    names = {row.owner for row in rows if row.owner}
    return {user.username: user for user in User.objects.filter(username__in=names, is_active=True)}


def _sales_only(actor: Any) -> bool:
    return roles_of(actor) <= {Role.SALES.value}


def _has(customer: Customer, kind: str, value: str) -> bool:
    return any(known.kind == kind and known.value == value for known in customer.identifiers.all())
