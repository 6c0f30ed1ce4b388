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

from xinheng.demo.accounts import statements
from xinheng.engine.identity import uscc_check_character
from xinheng.engine.identity.registration import org_code_check_character
from xinheng.engine.statements import Statement

FIRST = "华启明瑞盛恒远嘉宏泰鼎锦辰昊卓凌云朗沐星澜景岳松禾润川"
SECOND = "岳航图景业达信源博科越通和悦成林峰源帆宇辉泽涛诚安康宁丰"
TRADES = (
    ("精密机械", "C3429", "440300"), ("新材料", "C2651", "320500"), ("电子科技", "C3990", "440100"),
    ("食品", "C1499", "370100"), ("医疗器械", "C3581", "310000"), ("建材贸易", "F5165", "330100"),
    ("五金商贸", "F5174", "330200"), ("包装制品", "C2926", "350200"), ("物流", "G5430", "510100"),
    ("信息技术", "I6510", "110000"), ("建筑工程", "E4710", "420100"), ("纺织", "C1711", "320200"),
)  # fmt: skip

#: No registering authority has these six digits, so that a code made here is valid in form and nobody's.
NOBODYS_REGION = "999999"

#: Companies stand in blocks of so many; one block in `GROUP_EVERY` is a group: a parent, members, a weak subsidiary.
BLOCK = 5
GROUP_EVERY = 8
_FIRST_GROUP = 2
_GROUP_STORIES = ("group_parent", "group_member", "group_member", "group_member", "weak_subsidiary")

MONTHS = 24  # of invoices


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
    """One fictional customer with its papers. `group` is the name of its group, empty for most."""

    index: int
    story: str
    story_zh: str
    story_en: str
    name: str
    group: str
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
    """What a run of the generator is made from; equal books have equal companies.

    Args:
        as_of: the day on which the book is looked at; its invoices and payments end there.
    """

    customers: int = 300
    seed: int = 20260101
    as_of: dt.date = dt.date(2026, 10, 31)

    def __iter__(self) -> Iterator[Company]:
        return (self.company(index) for index in range(1, self.customers + 1))

    def company(self, index: int) -> Company:
        """The company with this number; needs none of the others."""
        draw = Random(f"{self.seed}:{index}")
        drawn, weights = _drawn()
        story = draw.choices(drawn, weights)[0]
        trade, industry, region = draw.choice(TRADES)
        stem, form, group = draw.choice(FIRST) + draw.choice(SECOND), "有限公司", ""
        revenue = round(10 ** draw.uniform(6.7, 8.7), -3)
        block, place = divmod(index - 1, BLOCK)
        if block % GROUP_EVERY == _FIRST_GROUP:
            # Members find their common name and region in the seed of their block, not in each other.
            shared = Random(f"{self.seed}:group:{block}")
            stem = shared.choice(FIRST) + shared.choice(SECOND)
            region, group = shared.choice(TRADES)[2], f"{stem}集团"
            trade, industry, _ = shared.sample(TRADES, BLOCK)[place]
            story = _stories()[_GROUP_STORIES[place]]
            if place == 0:
                trade, form, revenue = "", "集团有限公司", revenue * 3
        founded = dt.date(self.as_of.year - draw.randint(4, 31), draw.randint(1, 12), draw.randint(1, 28))
        since = max(
            founded + dt.timedelta(days=200), dt.date(self.as_of.year - draw.randint(3, 14), draw.randint(1, 12), 1)
        )
        capital = Decimal(str(round(revenue * draw.uniform(0.05, 0.3), -4)))
        no_papers = story["id"] == "without_statements"
        return Company(
            index=index,
            story=story["id"],
            story_zh=story["zh"],
            story_en=story["en"],
            name=f"{stem}{trade}{form}（示例{index:03d}）",
            group=group,
            uscc=_uscc(index),
            industry_code=industry,
            region_code=region,
            address=f"示例市虚构路 {draw.randint(1, 900)} 号",
            contact=f"示例联系人{draw.randint(1, 99):02d}",
            phone=f"000-{draw.randint(10000000, 99999999)}",
            founded_on=founded,
            customer_since=since,
            registered_capital=capital,
            employees=max(3, int(revenue / draw.uniform(500_000, 1_200_000))),
            salesperson=index % 2,
            statements=() if no_papers else statements(draw, story, revenue, float(capital), self.as_of),
            documents=self._documents(draw, story, revenue),
        )

    def _documents(self, draw: Random, story: dict[str, Any], revenue: float) -> tuple[Document, ...]:
        monthly = revenue * draw.uniform(0.2, 1.0)  # in 分: 0.2 to 1 % of a year's revenue
        terms = draw.choice((30, 45, 60))
        habit = draw.uniform(*story["habit_days"])
        early, late = (days + habit for days in story["late_days"])
        found = []
        for month in range(MONTHS):
            issued = self.as_of - dt.timedelta(days=30 * (MONTHS - month) - draw.randint(0, 29))
            season = 1 + 0.25 * ((month % 12) in (2, 8, 9, 10)) - 0.3 * ((month % 12) == 1)
            fen = round(monthly * season * draw.uniform(0.7, 1.3))
            due = issued + dt.timedelta(days=terms)
            drift = early + (late - early) * month / (MONTHS - 1)
            paid_on = max(issued, due + dt.timedelta(days=round(draw.gauss(drift, 4))))
            # One in forty comes short; some of those are disputed and stay so.
            short, disputed = draw.random() < 0.025, draw.random() < 0.3
            number, amount = f"INV{month + 1:03d}", Decimal(fen).scaleb(-2)
            if paid_on > self.as_of:
                found.append(Document(number, issued, due, amount, None, Decimal(0)))
            elif short and month >= MONTHS - 4:
                half = Decimal(fen // 2).scaleb(-2)
                found.append(Document(number, issued, due, amount, paid_on, half, disputed))
            else:
                found.append(Document(number, issued, due, amount, paid_on, amount))
        return tuple(found)


def book(customers: int = 300, seed: int = 20260101) -> Book:
    return Book(customers, seed)


@cache
def _stories() -> dict[str, dict[str, Any]]:
    text = files("xinheng.demo").joinpath("stories.toml").read_text("utf-8")
    read: list[dict[str, Any]] = tomllib.loads(text)["story"]
    return {story["id"]: story for story in read}


@cache
def _drawn() -> tuple[list[dict[str, Any]], list[int]]:
    drawn = [story for story in _stories().values() if "weight" in story]
    return drawn, [story["weight"] for story in drawn]


def _uscc(index: int) -> str:
    body = f"{index:08d}"
    first = f"91{NOBODYS_REGION}{body}{org_code_check_character(body)}"
    return first + uscc_check_character(first)
