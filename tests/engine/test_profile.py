"""Facts of a customer file: one definition for the pages and for the command line."""

import datetime as dt
from decimal import Decimal

import pytest

from xinheng.engine.assessment import Assessor
from xinheng.engine.profile import Profile, newest_year, profile_facts
from xinheng.engine.statements import Statement

AS_OF = dt.date(2026, 6, 30)
YEAR = Statement(dt.date(2025, 12, 31), {"rev": Decimal("120000000"), "ta": Decimal("100000000")})
HALF = Statement(dt.date(2026, 6, 30), {"rev": Decimal("900000000"), "ta": Decimal("110000000")}, months=6)
FULL_FILE = Profile(
    industry_code="3511",
    founded_on=dt.date(2006, 12, 6),
    customer_since=dt.date(2019, 4, 1),
    registered_capital=Decimal("20000000"),
    employees=350,
)


def test_a_full_file_gives_every_fact_the_catalogue_knows():
    facts = profile_facts(FULL_FILE, [HALF, YEAR], AS_OF)
    assert facts == {
        "industry_section": "C",
        "size_class": "medium",
        "registered_capital": Decimal("20000000"),
        "employees": 350,
        "years_in_business": 19.5647,
        "customer_age_years": 7.2471,
    }
    assert Assessor().one(facts).facts == facts


def test_the_size_class_is_told_from_the_newest_full_year_not_from_a_half():
    """900 million in half a year would be large by revenue; the year before says 120 million."""
    assert newest_year([HALF, YEAR]) is YEAR
    busy = Profile(industry_code="C35", employees=1200)
    assert profile_facts(busy, [HALF, YEAR], AS_OF)["size_class"] == "medium"
    dollars = Statement(dt.date(2025, 12, 31), dict(YEAR.lines), currency="USD")
    assert "size_class" not in profile_facts(busy, [dollars], AS_OF)


def test_nothing_known_gives_no_fact_and_never_a_zero():
    assert profile_facts(Profile(), [], AS_OF) == {}


@pytest.mark.parametrize(
    ("profile", "facts"),
    [
        (Profile(founded_on=dt.date(2027, 1, 1), customer_since=AS_OF), {"customer_age_years": 0.0}),
        (Profile(industry_code="Z99", employees=3), {"employees": 3}),
        (Profile(industry_code="C35", employees=-1, size_class="small"), {"size_class": "small", "employees": -1,
                                                                           "industry_section": "C"}),
        (Profile(industry_code="J66", employees=50), {"industry_section": "J", "employees": 50}),
    ],
    ids=["a date to come", "no such industry", "told before", "no class for banks"],
)  # fmt: skip
def test_what_cannot_be_told_is_left_out(profile, facts):
    assert profile_facts(profile, [], AS_OF) == facts
