"""The generator: each company is drawn from its own seed, so that any one can be made without the others."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from xinheng.engine.identity import uscc_check_character
from xinheng.engine.identity.registration import org_code_check_character
from xinheng.engine.statements import AuditOpinion, Statement, totals

FIRST = "华启明瑞盛恒远嘉宏泰鼎锦辰昊卓凌云朗沐星澜景岳松禾润川"
SECOND = "岳航图景业达信源博科越通和悦成林峰源帆宇辉泽涛诚安康宁丰"
TRADES = (
    ("精密机械", "C3429", "440300"), ("新材料", "C2651", "320500"), ("电子科技", "C3990", "440100"),
    ("食品", "C1499", "370100"), ("医疗器械", "C3581", "310000"), ("建材贸易", "F5165", "330100"),
    ("五金商贸", "F5174", "330200"), ("包装制品", "C2926", "350200"), ("物流", "G5430", "510100"),
    ("信息技术", "I6510", "110000"), ("建筑工程", "E4710", "420100"), ("纺织", "C1711", "320200"),
)  # fmt: skip
CENT = Decimal("0.01")

#: No registering authority has these six digits, so that a code made here is valid in form and nobody's.
NOBODYS_REGION = "999999"


@dataclass(frozen=True)
class Document:
    """An invoice with how it was paid; `paid_on` None while it is open, `paid` the part that came in."""

    number: str
    issued_on: dt.date
    due_on: dt.date
    amount: Decimal
    paid_on: dt.date | None
    paid: Decimal
    disputed: bool = False


@dataclass(frozen=True)
class Company:
    """One fictional customer with its papers."""

    index: int
    story: str
    name: str
    uscc: str
    industry_code: str
    region_code: str
    address: str
    contact: str
    phone: str
    founded_on: dt.date
    customer_since: dt.date
    registered_capital: Decimal
    employees: int
    salesperson: int
    statements: tuple[Statement, ...] = field(repr=False)
    documents: tuple[Document, ...] = field(repr=False)


@dataclass(frozen=True)
class Book:
    """What a run of the generator is made from; equal books have equal companies."""

    customers: int = 300
    seed: int = 20260101
    as_of: dt.date = dt.date(2026, 10, 31)

    def __iter__(self) -> Iterator[Company]:
        return (self.company(index) for index in range(1, self.customers + 1))

    def company(self, index: int) -> Company:
        """The company with this number; needs none of the others."""
        draw = Random(f"{self.seed}:{index}")
        story = draw.choices(_stories(), [story["weight"] for story in _stories()])[0]
        trade, industry, region = draw.choice(TRADES)
        short = draw.choice(FIRST) + draw.choice(SECOND)
        revenue = round(10 ** draw.uniform(6.7, 8.7), -3)
        founded = dt.date(draw.randint(1995, 2022), draw.randint(1, 12), draw.randint(1, 28))
        since = max(founded + dt.timedelta(days=200), dt.date(draw.randint(2012, 2024), draw.randint(1, 12), 1))
        capital = Decimal(str(round(revenue * draw.uniform(0.05, 0.3), -4)))
        statements = () if story["id"] == "without_statements" else self._statements(draw, story, revenue, capital)
        return Company(
            index=index,
            story=story["id"],
            name=f"{short}{trade}有限公司（示例{index:03d}）",
            uscc=_uscc(index),
            industry_code=industry,
            region_code=region,
            address=f"示例市虚构路 {draw.randint(1, 900)} 号",
            contact=f"示例联系人{draw.randint(1, 99):02d}",
            phone=f"000-{draw.randint(10000000, 99999999)}",
            founded_on=founded,
            customer_since=min(since, dt.date(2024, 9, 1)),
            registered_capital=capital,
            employees=max(3, int(revenue / draw.uniform(500_000, 1_200_000))),
            salesperson=index % 2,
            statements=statements,
            documents=self._documents(draw, story, revenue),
        )

    def _statements(
        self, draw: Random, story: dict[str, Any], revenue: float, capital: Decimal
    ) -> tuple[Statement, ...]:
        years = [self.as_of.year - 3, self.as_of.year - 2, self.as_of.year - 1]
        tilt = draw.uniform(0.9, 1.1)
        retained, cash_before = revenue * 0.12, revenue * 0.06
        found = []
        for year, end in enumerate(years):
            if year:
                revenue *= 1 + story["growth"][year - 1]
            balance = _year(story, year, revenue, float(capital), retained, cash_before, tilt)
            retained = balance.pop("_retained")
            lines = {code: Decimal(str(round(amount, 2))).quantize(CENT) for code, amount in balance.items()}
            if story["id"] == "made_up":
                lines = {code: amount.quantize(Decimal("1E4")).quantize(CENT) for code, amount in lines.items()}
            lines |= totals(lines)
            # The balance closes through cash or, where cash would turn negative, through short-term borrowing.
            gap = lines["tle"] - lines["ta"]
            lines["cash" if lines["cash"] + gap > 0 else "stl"] += gap if lines["cash"] + gap > 0 else -gap
            lines |= totals(lines)
            # The cash-flow statement ends at the cash of the balance: what else moved it is "other operating".
            moved = lines["cash"] - lines["ce0"] - lines["dce"]
            lines["c03" if moved > 0 else "c08"] = lines.get("c03" if moved > 0 else "c08", Decimal(0)) + abs(moved)
            lines |= totals(lines)
            cash_before = float(lines["ce1"])
            opinion = AuditOpinion.UNAUDITED if draw.random() < 0.5 else AuditOpinion.UNQUALIFIED
            found.append(Statement(dt.date(end, 12, 31), lines, audit_opinion=opinion, entry_unit=Decimal(1)))
        return tuple(reversed(found))

    def _documents(self, draw: Random, story: dict[str, Any], revenue: float) -> tuple[Document, ...]:
        monthly = revenue * draw.uniform(0.002, 0.01)
        terms = draw.choice((30, 45, 60))
        early, late = story["late_days"]
        found = []
        for month in range(24):
            issued = self.as_of - dt.timedelta(days=30 * (24 - month) - draw.randint(0, 9))
            season = 1 + 0.25 * ((month % 12) in (2, 8, 9, 10)) - 0.3 * ((month % 12) == 1)
            amount = Decimal(str(monthly * season * draw.uniform(0.7, 1.3))).quantize(CENT)
            due = issued + dt.timedelta(days=terms)
            drift = early + (late - early) * month / 23
            paid_on = due + dt.timedelta(days=round(draw.gauss(drift, 4)))
            paid = amount if month < 22 or draw.random() > 0.2 else (amount / 2).quantize(CENT)
            if paid_on > self.as_of:
                found.append(Document(f"INV{month + 1:03d}", issued, due, amount, None, Decimal(0)))
            else:
                disputed = paid < amount and draw.random() < 0.3
                paid_on = max(paid_on, issued)
                found.append(Document(f"INV{month + 1:03d}", issued, due, amount, paid_on, paid, disputed))
        return tuple(found)


def book(customers: int = 300, seed: int = 20260101) -> Book:
    return Book(customers, seed)


@cache
def _stories() -> list[dict[str, Any]]:
    text = files("xinheng.demo").joinpath("stories.toml").read_text("utf-8")
    read: list[dict[str, Any]] = tomllib.loads(text)["story"]
    return read


def _year(
    story: dict[str, Any], year: int, rev: float, capital: float, retained: float, cash_before: float, tilt: float
) -> dict[str, float]:
    """One year's lines before subtotals; amounts follow from the story's margins, days and leverage."""
    cogs = rev * (1 - story["margin"][year] * tilt)
    sell, adm, rd, taxs = rev * 0.05, rev * 0.065, rev * 0.02, rev * 0.006
    borrowed = rev * story["debt"][year]
    interest, income = borrowed * 0.048, rev * 0.0008
    operating = rev - cogs - sell - adm - rd - taxs - (interest - income) - rev * 0.002
    tax = max(0.0, operating * 0.25)
    net = operating - tax
    retained += net
    receivable = rev * story["receivable_days"][year] / 365
    inventory = cogs * story["inventory_days"][year] / 365
    plant, payable = rev * 0.22, cogs * 45 / 365
    depreciation = plant * 0.1
    collected = rev * 1.13 - receivable * 0.15
    paid_out = cogs * 1.1 + sell + adm
    flow = collected - paid_out - rev * 0.05
    invested = plant * 0.12
    return {
        "_retained": retained,
        "cash": rev * 0.08, "nr": rev * 0.02, "ar": receivable, "pre": rev * 0.01, "orec": rev * 0.008,
        "inv": inventory, "oca": rev * 0.004, "ppe": plant, "cip": rev * 0.02, "int": rev * 0.03, "dta": rev * 0.002,
        "stl": borrowed * 0.7, "ltl": borrowed * 0.3, "npay": rev * 0.015, "ap": payable, "clb": rev * 0.02,
        "wage": rev * 0.015, "taxp": rev * 0.01, "opay": rev * 0.02, "cap": capital, "apic": capital * 0.2,
        "sr": max(0.0, retained * 0.1), "re": retained - max(0.0, retained * 0.1),
        "rev": rev, "cogs": cogs, "taxs": taxs, "sell": sell, "adm": adm, "rd": rd, "fin": interest - income,
        "ie": interest, "ii": income, "cil": -rev * 0.002, "it": tax,
        "c01": collected, "c05": cogs * 1.1, "c06": sell + adm, "c07": rev * 0.03, "c08": rev * 0.02,
        "c17": invested, "c23": max(0.0, -flow) + invested, "c27": interest,
        "ce0": cash_before, "dep": depreciation, "amo": rev * 0.003, "ar_allow": receivable * 0.03,
    }  # fmt: skip


def _uscc(index: int) -> str:
    body = f"{index:08d}"
    first = f"91{NOBODYS_REGION}{body}{org_code_check_character(body)}"
    return first + uscc_check_character(first)
