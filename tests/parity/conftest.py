"""A connection to the PostgreSQL of the test run."""

import os

import psycopg
import pytest


@pytest.fixture(scope="module")
def postgres():
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        yield connection
