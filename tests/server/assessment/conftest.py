"""The company whose every figure is known, and the people around it."""

import pytest

from factories.people import people
from factories.rated_company import AS_OF, stated_company, trade
from xinheng.server.assessment.services import assessment_run


@pytest.fixture
def crew():
    return people()


@pytest.fixture
def stated(crew):
    """With two years of statements, in the scope of the salesperson."""
    return stated_company(owner=crew["sales"])


@pytest.fixture
def trading(stated):
    trade(stated)
    return stated


@pytest.fixture
def assessed(trading, crew):
    return assessment_run(customer=trading, actor=crew["credit_manager"], as_of=AS_OF)
