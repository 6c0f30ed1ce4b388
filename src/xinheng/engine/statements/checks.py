"""The identities V1–V11 (domain 4.2): what must hold in a statement, and where it does not.

An identity over lines of which some are blank is undecided where the blank lines could explain the gap: a blank is not
a zero. Lines that are blank in most companies (`rare` in the data of the lines) count as nil.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xinheng.engine.statements.lines import LINES, parts_of, sums
from xinheng.engine.statements.statement import Statement

IDENTITIES = tuple(f"V{number}" for number in range(1, 12))

#: identity → the subtotals it covers; the sums themselves are the lines' own.
SUBTOTALS: Mapping[str, tuple[str, ...]] = {
    "V1": ("ca", "nca", "ta"),
    "V2": ("cl", "ncl", "tl", "eq"),
    "V3": ("tle",),
    "V4": ("opp",),
    "V5": ("tp", "np", "tci"),
    "V6": ("c04", "c09", "cfo", "c16", "c21", "cfi", "c25", "c29", "cff", "dce", "ce1"),
}

VAT = Decimal("0.13")
#: V11: cash from sales over revenue with tax less the growth of receivables; income tax over profit.
CASH_FROM_SALES = (Decimal("0.8"), Decimal("1.3"))
TAX_SHARE = (Decimal(0), Decimal("0.35"))
#: V8: the gap that is taken for adjustments, as a share of equity.
RETAINED_ROOM = Decimal("0.01")
#: V10: the share of interest that fees and exchange differences may come to.
FEES_ROOM = Decimal("0.5")

ZERO = Decimal(0)


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class State(StrEnum):
    OK = "ok"
    UNBALANCED = "unbalanced"
    MISSING_INPUT = "missing_input"  # lines that the identity needs are blank


@dataclass(frozen=True)
class Finding:
    """An identity that does not hold or cannot be decided, at the line where it shows.

    `expected` is what the other lines give, `actual` what stands there, both in 元; `parts` are those lines and signs.
    """

    identity: str
    severity: Severity
    line: str
    expected: Decimal | None
    actual: Decimal | None
    zh: str
    en: str
    state: State = State.UNBALANCED
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def difference(self) -> Decimal | None:
        return None if self.expected is None or self.actual is None else self.actual - self.expected

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line that the identity reads here."""
        return (self.line, *(code for code, _ in self.parts))


@dataclass(frozen=True)
class _Outcome:
    """One comparison of an identity; a finding unless it holds or nothing can be said."""

    identity: str
    state: State
    finding: Finding | None = None


def check(
    statement: Statement, prior: Statement | None = None, opening: Mapping[str, Decimal] | None = None
) -> list[Finding]:
    """Every identity that fails or is visibly incomplete, errors first.

    Args:
        prior: the statement before; used only where its period ends as this one's begins.
        opening: opening balances as this statement prints them, compared with the closing ones of `prior` (V7).
    """
    found = [
        outcome.finding for outcome in _outcomes(statement, prior, opening) if outcome.finding is not None
    ]  # fmt: skip
    rank = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}
    return sorted(found, key=lambda finding: rank[finding.severity])


def identities(
    statement: Statement, prior: Statement | None = None, opening: Mapping[str, Decimal] | None = None
) -> dict[str, State]:
    """The state of each of V1–V11: unbalanced if any comparison fails, ok only when all could be made."""
    states: dict[str, set[State]] = {identity: set() for identity in IDENTITIES}
    for outcome in _outcomes(statement, prior, opening):
        states[outcome.identity].add(outcome.state)
    return {identity: _worst(found) for identity, found in states.items()}


def _worst(found: set[State]) -> State:
    if State.UNBALANCED in found:
        return State.UNBALANCED
    return State.OK if found == {State.OK} else State.MISSING_INPUT


def _outcomes(
    statement: Statement, prior: Statement | None, opening: Mapping[str, Decimal] | None
) -> Iterator[_Outcome]:
    before = prior if prior is not None and _precedes(prior, statement) else None
    for identity, codes in SUBTOTALS.items():
        for code in codes:
            yield _sum(statement, identity, code)
    yield _balance(statement)
    yield from _owners(statement)
    yield from _carried(statement, before, opening)
    yield _retained(statement, before)
    yield _cash(statement)
    yield from _interest(statement)
    yield from _plausible(statement, before)


def _precedes(prior: Statement, statement: Statement) -> bool:
    """Whether one period ends where the other begins."""
    gap = (statement.period_end.year - prior.period_end.year) * 12 + statement.period_end.month - prior.period_end.month
    return gap == statement.months and prior.scope is statement.scope


def _sum(statement: Statement, identity: str, code: str) -> _Outcome:
    lines = statement.lines
    total, parts = lines.get(code), parts_of(code, lines)
    given = tuple((part, sign) for part, sign in parts if part in lines)
    absent = [(part, sign) for part, sign in parts if part not in lines and not LINES[part].rare]
    if total is None or not given or any(part in sums() for part, _ in absent):
        return _Outcome(identity, State.MISSING_INPUT)
    amounts = [lines[part] * sign for part, sign in given]
    expected = sum(amounts, ZERO)
    gap = total - expected
    if abs(gap) <= statement.tolerance:
        return _Outcome(identity, State.OK)
    zh, en = LINES[code].zh, LINES[code].en
    if any(LINES[part].signed or (sign > 0) == (gap > 0) for part, sign in absent):
        # A total with a line or two beside it is a summary; one with most of its lines has a gap worth a look.
        if 2 * sum(map(abs, amounts), ZERO) < abs(total):
            return _Outcome(identity, State.MISSING_INPUT)
        finding = Finding(
            identity, Severity.WARNING, code, expected, total,
            f"{zh}与已填各项之和不一致，差额可能在未填的 {len(absent)} 项中",
            f"{en} is not the sum of the lines given; the gap may lie in the {len(absent)} blank ones",
            State.MISSING_INPUT, given,
        )  # fmt: skip
        return _Outcome(identity, State.MISSING_INPUT, finding)
    finding = Finding(
        identity, Severity.ERROR, code, expected, total, f"{zh}应为各项之和", f"{en} should be the sum of its lines",
        parts=given,
    )  # fmt: skip
    return _Outcome(identity, State.UNBALANCED, finding)


def _balance(statement: Statement) -> _Outcome:
    assets, total = statement.get("ta"), statement.get("tle")
    parts: tuple[tuple[str, int], ...] = (("tle", 1),)
    if total is None:
        liabilities, equity = statement.get("tl"), statement.get("eq")
        total = None if liabilities is None or equity is None else liabilities + equity
        parts = (("tl", 1), ("eq", 1))
    return _equal(
        statement, "V3", "ta", total, assets, parts,
        "资产总计应等于负债和所有者权益总计", "Total assets should equal liabilities and equity",
    )  # fmt: skip


def _owners(statement: Statement) -> Iterator[_Outcome]:
    """Equity and profit by owners; given in consolidated statements only, so that their absence says nothing."""
    for code, own, minority, identity in (("eq", "eqp", "mi", "V2"), ("np", "npp", "mip", "V5")):
        total, parent = statement.get(code), statement.get(own)
        if total is None or parent is None:
            continue
        yield _equal(
            statement, identity, code, parent + (statement.get(minority) or ZERO), total, ((own, 1), (minority, 1)),
            f"{LINES[code].zh}应为{LINES[own].zh}与{LINES[minority].zh}之和",
            f"{LINES[code].en} should be that of the parent's owners and of the minority",
        )  # fmt: skip


def _carried(
    statement: Statement, prior: Statement | None, opening: Mapping[str, Decimal] | None
) -> Iterator[_Outcome]:
    if prior is None:
        yield _Outcome("V7", State.MISSING_INPUT)
        return
    pairs = [("ce0", statement.get("ce0"), prior.get("ce1"))]
    pairs += [
        (code, amount, prior.get(code)) for code, amount in (opening or {}).items() if LINES[code].statement == "bs"
    ]
    for code, now, before in pairs:
        yield _equal(
            statement, "V7", code, before, now, (),
            f"{LINES[code].zh}：期初余额与上期期末不一致，可能经过重述",
            f"{LINES[code].en}: the opening balance is not the prior closing one; restated?",
            Severity.WARNING,
        )  # fmt: skip


def _retained(statement: Statement, prior: Statement | None) -> _Outcome:
    now, profit, equity = _sum_of(statement, "re", "sr"), statement.get("np"), statement.get("eq")
    before = _sum_of(prior, "re", "sr") if prior is not None else None
    if now is None or before is None or profit is None or equity is None:
        return _Outcome("V8", State.MISSING_INPUT)
    expected = before + profit - (statement.get("div_paid") or ZERO)
    return _equal(
        statement, "V8", "re", expected, now, (("sr", 1), ("np", 1), ("div_paid", -1)),
        "未分配利润与盈余公积的变动与净利润、分红不符", "Retained earnings do not follow from profit and dividends",
        Severity.WARNING, room=abs(equity) * RETAINED_ROOM,
    )  # fmt: skip


def _cash(statement: Statement) -> _Outcome:
    held, cash = statement.get("ce1"), statement.get("cash")
    if held is None or cash is None:
        return _Outcome("V9", State.MISSING_INPUT)
    available = cash + (statement.get("tfa") or ZERO)
    if held <= available + statement.tolerance:
        return _Outcome("V9", State.OK)
    return _failed(
        "V9", Severity.WARNING, "ce1", available, held, (("cash", 1), ("tfa", 1)),
        "期末现金及现金等价物大于货币资金与交易性金融资产之和", "Closing cash exceeds cash and trading assets",
    )  # fmt: skip


def _interest(statement: Statement) -> Iterator[_Outcome]:
    interest, finance, income = statement.get("ie"), statement.get("fin"), statement.get("ii")
    if interest is not None and interest < 0:
        yield _failed(
            "V10", Severity.WARNING, "ie", None, interest, (), "利息费用不应为负", "Interest expense is negative"
        )
    if interest is None or finance is None or income is None:
        yield _Outcome("V10", State.MISSING_INPUT)
        return
    room = (abs(interest) + abs(income)) * FEES_ROOM
    yield _equal(
        statement, "V10", "fin", interest - income, finance, (("ie", 1), ("ii", -1)),
        "财务费用与利息费用减利息收入相差较大", "Finance expense is far from interest expense less income",
        Severity.WARNING, room=room,
    )  # fmt: skip


def _plausible(statement: Statement, prior: Statement | None) -> Iterator[_Outcome]:
    received, revenue = statement.get("c01"), statement.get("rev")
    if received is None or revenue is None or revenue <= 0:
        yield _Outcome("V11", State.MISSING_INPUT)
    else:
        expected = revenue * (1 + VAT) - _growth(statement, prior, "ar", "nr", "nrar", "arf", "ar_allow")
        low, high = (expected * share for share in CASH_FROM_SALES)
        yield _Outcome("V11", State.OK) if low <= received <= high else _failed(
            "V11", Severity.INFORMATION, "c01", expected, received, (("rev", 1), ("ar", -1)),
            "销售收到的现金与含税收入减应收增加额相差过大",
            "Cash from sales is implausible against revenue with tax less the growth of receivables",
        )  # fmt: skip
    profit, tax = statement.get("tp"), statement.get("it")
    if profit is None or tax is None:
        yield _Outcome("V11", State.MISSING_INPUT)
    elif profit > 0 and not TAX_SHARE[0] <= tax / profit <= TAX_SHARE[1]:
        yield _failed(
            "V11", Severity.INFORMATION, "it", profit / 4, tax, (("tp", 1),),
            "所得税费用占利润总额的比例不在 0–35% 之间", "The tax is not between 0 and 35% of profit before tax",
        )  # fmt: skip
    else:
        yield _Outcome("V11", State.OK)


def _growth(statement: Statement, prior: Statement | None, *codes: str) -> Decimal:
    """Growth of balances since the prior period; 0 where that is not known."""
    now, before = _sum_of(statement, *codes), _sum_of(prior, *codes) if prior is not None else None
    return ZERO if now is None or before is None else now - before


def _equal(
    statement: Statement, identity: str, line: str, expected: Decimal | None, actual: Decimal | None,
    parts: tuple[tuple[str, int], ...], zh: str, en: str, severity: Severity = Severity.ERROR, room: Decimal = ZERO,
) -> _Outcome:  # fmt: skip
    if expected is None or actual is None:
        return _Outcome(identity, State.MISSING_INPUT)
    if abs(actual - expected) <= max(room, statement.tolerance):
        return _Outcome(identity, State.OK)
    return _failed(identity, severity, line, expected, actual, parts, zh, en)


def _failed(
    identity: str, severity: Severity, line: str, expected: Decimal | None, actual: Decimal,
    parts: tuple[tuple[str, int], ...], zh: str, en: str,
) -> _Outcome:  # fmt: skip
    return _Outcome(
        identity, State.UNBALANCED, Finding(identity, severity, line, expected, actual, zh, en, parts=parts)
    )


def _sum_of(statement: Statement, *codes: str) -> Decimal | None:
    given = [statement.lines[code] for code in codes if code in statement.lines]
    return sum(given, ZERO) if given else None
