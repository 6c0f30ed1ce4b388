"""All tables of some files, put together by company: what `xinheng assess` reads without a server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from xinheng.engine.errors import EngineError
from xinheng.engine.statements import LINES, AuditOpinion, Scope, Statement
from xinheng.intake.files import find_table, open_source
from xinheng.intake.kinds import KIND_KEYS, Kind, kind
from xinheng.intake.mapping import Mapping, check_mapping, mapping_of, propose
from xinheng.intake.rows import RowError, read_rows


@dataclass
class Papers:
    """Everything the files say of one company; amounts in 元."""

    reference: str
    file: dict[str, Any] = field(default_factory=dict)
    statements: dict[date, Statement] = field(default_factory=dict)
    invoices: list[tuple[Any, ...]] = field(default_factory=list)
    allocations: list[tuple[str, Decimal, date]] = field(default_factory=list)


@dataclass(frozen=True)
class Refused:
    """A row that was not used, with its place."""

    place: str
    error: RowError


def read_papers(paths: Sequence[Path]) -> tuple[dict[str, Papers], list[Refused]]:
    """Read every sheet of the files as what its headers say it is.

    Returns: papers by company reference (number or name as the files write it), and the rows that were refused.
    Raises: FileError when a file cannot be read at all, BadInput when no sheet of a file is recognised.
    """
    found: dict[str, Papers] = {}
    refused: list[Refused] = []
    for path in paths:
        source = open_source(path, path.name)
        for sheet in source.sheet_names() or ("",):
            place = f"{path.name}{'!' + sheet if sheet else ''}"
            chosen = _kind_of(source, sheet)
            if chosen is None:
                continue
            table, what, mapping = chosen
            for result in read_rows(table, what, mapping):
                if isinstance(result, list):
                    refused += [Refused(place, error) for error in result]
                else:
                    _add(found, what, result.values)
    return found, refused


def _kind_of(source: Any, sheet: str) -> tuple[Any, Kind, Mapping] | None:
    """The kind whose required columns are all there and most of whose columns the sheet has."""
    best: tuple[float, tuple[Any, Kind, Mapping]] | None = None
    for key in KIND_KEYS:
        what = kind(key)
        try:
            table = find_table(source, what, sheet)
            matches = propose(what, table.headers, table.unit, [cells for _row, cells in table.sample(20)])
            mapping = mapping_of(matches)
            check_mapping(what, mapping, len(table.headers))
        except EngineError:
            continue
        share = sum(match.confidence for match in matches if match.column) / max(len(table.headers), 1)
        if best is None or share > best[0]:
            best = share, (table, what, mapping)
    return best[1] if best else None


def _add(found: dict[str, Papers], what: Kind, values: dict[str, Any]) -> None:
    reference = str(values.get("customer") or values.get("number") or values.get("name"))
    papers = found.setdefault(reference, Papers(reference))
    if what.key == "customers":
        papers.file = values
    elif what.key == "statements":
        papers.statements[values["period_end"]] = _statement(values)
    elif what.key == "invoices":
        due = values.get("due_on") or values["issued_on"]
        row = (values["number"], values["issued_on"], due, values["amount"])
        papers.invoices.append((*row, bool(values.get("disputed")), bool(values.get("void"))))
    elif values.get("invoice_number"):
        papers.allocations.append((values["invoice_number"], values["amount"], values["received_on"]))


def _statement(values: dict[str, Any]) -> Statement:
    return Statement(
        period_end=values["period_end"],
        lines={code: amount for code, amount in values.items() if code in LINES and amount is not None},
        months=values.get("months") or 12,
        scope=Scope(values.get("scope") or Scope.CONSOLIDATED),
        audit_opinion=AuditOpinion(values.get("audit_opinion") or AuditOpinion.UNAUDITED),
        currency=values.get("currency") or "CNY",
    )


def newest_first(papers: Papers) -> Iterator[Statement]:
    """The statements of the newest one's scope, newest first."""
    ordered = sorted(papers.statements.values(), key=lambda statement: statement.period_end, reverse=True)
    return (statement for statement in ordered if statement.scope is ordered[0].scope)
