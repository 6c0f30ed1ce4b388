"""The identities V1–V11 (domain 4.2): what must hold in a statement, and where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xinheng.engine.statements.lines import LINES, sums
from xinheng.engine.statements.statement import Statement

#: identity → the subtotals it covers; the sums themselves are the lines' own.
SUBTOTALS: Mapping[str, tuple[str, ...]] = {
    "V1": ("ca", "nca", "ta"),
    "V2": ("cl", "ncl", "tl", "eq"),
    "V3": ("tle",),
    "V4": ("opp",),
    "V5": ("tp", "np", "tci"),
    "V6": ("c04", "c09", "cfo", "c16", "c21", "cfi", "c25", "c29", "cff", "dce", "ce1"),
}

WHOLE = ("ta", "tl", "tle", "cfo", "cfi", "cff", "tp", "np", "tci", "dce", "ce1")
OPTIONAL = ("fxe", "noi", "noe", "ocin", "it")


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True)
class Finding:
    """An identity that does not hold, at the line where it should.

    `expected` is what the other lines give, `actual` what stands there, both in 元.
    """

    identity: str
    severity: Severity
    line: str
    expected: Decimal | None
    actual: Decimal | None
    zh: str
    en: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.expected is None or self.actual is None else self.actual - self.expected


def check(statement: Statement, prior: Statement | None = None) -> list[Finding]:
    """Every identity that fails, errors first. An identity that lacks its lines says nothing."""
    found = [*_sums(statement), *_balance(statement), *_cash(statement), *_interest(statement), *_plausible(statement)]
    if prior is not None:
        found += [*_carried(statement, prior), *_retained(statement, prior)]
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}
    return sorted(found, key=lambda finding: rank[finding.severity])


def _sums(statement: Statement) -> Iterator[Finding]:
    lines = statement.lines
    for identity, codes in SUBTOTALS.items():
        for code in codes:
            total = lines.get(code)
            parts = [(lines[part], sign) for part, sign in sums()[code] if part in lines]
            if total is None or not parts:
                continue
            # Sums of subtotals need all of them; a missing detail line counts as 0 while its subtotal holds.
            if code in WHOLE and any(part not in lines for part, _ in sums()[code] if part not in OPTIONAL):
                continue
            expected = sum((amount * sign for amount, sign in parts), Decimal(0))
            if abs(total - expected) > statement.tolerance:
                label = LINES[code]
                yield Finding(
                    identity, Severity.ERROR, code, expected, total,
                    f"{label.zh}应为各项之和", f"{label.en} should be the sum of its lines",
                )  # fmt: skip


def _balance(statement: Statement) -> Iterator[Finding]:
    assets, total = statement.get("ta"), statement.get("tle")
    if total is None:
        liabilities, equity = statement.get("tl"), statement.get("eq")
        total = None if liabilities is None or equity is None else liabilities + equity
    if assets is not None and total is not None and abs(assets - total) > statement.tolerance:
        yield Finding(
            "V3", Severity.ERROR, "ta", total, assets,
            "资产总计应等于负债和所有者权益总计", "Total assets should equal liabilities and equity",
        )  # fmt: skip


def _carried(statement: Statement, prior: Statement) -> Iterator[Finding]:
    opening, closing = statement.get("ce0"), prior.get("ce1")
    same_year = statement.period_end.year - prior.period_end.year <= 1
    if opening is not None and closing is not None and same_year and abs(opening - closing) > statement.tolerance:
        yield Finding(
            "V7", Severity.WARNING, "ce0", closing, opening,
            "期初余额与上期期末不一致，可能经过重述", "The opening balance is not the prior closing one: restated?",
        )  # fmt: skip


def _retained(statement: Statement, prior: Statement) -> Iterator[Finding]:
    now = _sum_of(statement, "re", "sr")
    before = _sum_of(prior, "re", "sr")
    profit, equity = statement.get("np"), statement.get("eq")
    if now is None or before is None or profit is None or equity is None:
        return
    expected = before + profit - (statement.get("div_paid") or Decimal(0))
    if abs(now - expected) > max(abs(equity) / 100, statement.tolerance):
        yield Finding(
            "V8", Severity.WARNING, "re", expected, now,
            "留存收益变动与净利润、分红不符", "Retained earnings do not follow from profit and dividends",
        )  # fmt: skip


def _cash(statement: Statement) -> Iterator[Finding]:
    held, cash = statement.get("ce1"), statement.get("cash")
    if held is None or cash is None:
        return
    available = cash + (statement.get("tfa") or Decimal(0))
    if held > available + statement.tolerance:
        yield Finding(
            "V9", Severity.WARNING, "ce1", available, held,
            "期末现金及等价物大于货币资金与交易性金融资产", "Closing cash exceeds cash and trading assets",
        )  # fmt: skip


def _interest(statement: Statement) -> Iterator[Finding]:
    interest = statement.get("ie")
    if interest is not None and interest < 0:
        yield Finding(
            "V10", Severity.WARNING, "ie", None, interest, "利息费用不应为负", "Interest expense should not be negative"
        )
    finance, income = statement.get("fin"), statement.get("ii")
    if interest is None or finance is None or income is None:
        return
    expected = interest - income
    room = max(abs(expected) / 2, statement.tolerance)
    if abs(finance - expected) > room:
        yield Finding(
            "V10", Severity.WARNING, "fin", expected, finance,
            "财务费用与利息收支相差较大", "Finance expense is far from interest expense less income",
        )  # fmt: skip


def _plausible(statement: Statement, vat: Decimal = Decimal("0.13")) -> Iterator[Finding]:
    received, revenue = statement.get("c01"), statement.get("rev")
    if received is not None and revenue is not None and revenue > 0 and statement.months == 12:
        gross = revenue * (1 + vat)
        if not gross * Decimal("0.6") <= received <= gross * Decimal("1.5"):
            yield Finding(
                "V11", Severity.INFORMATION, "c01", gross, received,
                "销售收到的现金与含税收入相差过大", "Cash from sales is implausible against revenue with tax",
            )  # fmt: skip
    profit, tax = statement.get("tp"), statement.get("it")
    if profit is not None and tax is not None and profit > 0 and not 0 <= tax <= profit * Decimal("0.35"):
        yield Finding(
            "V11", Severity.INFORMATION, "it", profit * Decimal("0.25"), tax,
            "所得税占利润总额的比例不在 0–35% 之间", "The tax is not between 0 and 35% of profit before tax",
        )  # fmt: skip


def _sum_of(statement: Statement, *codes: str) -> Decimal | None:
    given = [statement.lines[code] for code in codes if code in statement.lines]
    return sum(given, Decimal(0)) if given else None
