"""The sample company of the reference as somebody would type it, for tests of statements."""

import tomllib
from decimal import Decimal
from pathlib import Path

from xinheng.engine.statements import sums

CASES = Path(__file__).parents[1] / "cases" / "statements.toml"
HEAD = {
    "period_end": "2025-12-31", "months": "12", "scope": "consolidated", "audit_opinion": "unqualified",
    "currency": "CNY", "entry_unit": "1", "seen": "2025-12-31/consolidated/0",
}  # fmt: skip


def sample(which: str = "current", **changed: int) -> dict[str, Decimal]:
    """Lines of the sample company in 元, `current` (2025) or `prior` (2024), with some amounts changed."""
    lines = tomllib.loads(CASES.read_text("utf-8"))["sample"][which]["lines"] | changed
    return {code: Decimal(amount) for code, amount in lines.items()}


def typed(lines: dict[str, Decimal], prefix: str = "c-", *, totals: bool = False) -> dict[str, str]:
    """Lines as fields of the entry page; without the totals, which the page adds up."""
    return {prefix + code: str(amount) for code, amount in lines.items() if totals or code not in sums()}
