"""The language: what it takes, what it refuses, and that nothing outside its whitelist gets through."""

import itertools

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.rules import language
from xinheng.engine.rules.language import RuleError, parse
from xinheng.engine.rules.ruleset import RuleSet

REFUSED = [
    "", "((((", "a % 2", "a || b", "a AS b", "a; DROP TABLE x", "read_csv('x')", "(SELECT 1)", "a::int", "a.b", "*",
    ":p", "?", "getenv('HOME')", "EXISTS(SELECT 1)", "a IN (SELECT 1)", "a IN (b)", "sum(a)", "count(*)", "sum(a) OVER ()",
    "current_date", "a[1]", "power(a, 2)", "CAST(a AS DATE)", "INTERVAL 1 DAY", "pg_read_file('x')", "x -> y",
    "{'a': 1}",
    "a\x00",
    "(a, b)", "a LIKE 'x'", "random()", "getvariable('x')", "abs()", "abs(a, b)", "unknown_function(a)",
    "interpolate(a, 1, 2, 3)", "interpolate(a, 3, 1, 2, 0)", "a + " * 500 + "a", "(" * 200 + "a" + ")" * 200,
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=[text[:24] or "empty" for text in REFUSED])
def test_refused(text):
    with pytest.raises(RuleError):
        parse(text)


def value(text, **facts):
    columns = ", ".join(f"CAST({'NULL' if v is None else v} AS DOUBLE) AS {k}" for k, v in facts.items())
    return duckdb.execute(f"SELECT {parse(text).sql('duckdb')} FROM (SELECT {columns})").fetchone()[0]


def test_division_by_zero_is_unknown():
    assert value("a / b", a=1, b=0) is None


def test_least_is_unknown_when_an_argument_is_and_least_known_is_not():
    assert value("least(a, b)", a=1, b=None) is None
    assert value("least_known(a, b)", a=1, b=None) == 1


def test_logarithm_outside_its_domain_is_unknown():
    assert value("ln(a)", a=0) is None


@pytest.mark.parametrize(("given_values", "median"), [((1, 5, 3), 3), ((1, None, 3), 2), ((None, None, 3), 3)])
def test_median_of_the_known(given_values, median):
    a, b, c = given_values
    assert value("median_known(a, b, c)", a=a, b=b, c=c) == median


@given(st.floats(-200, 200), st.lists(st.tuples(st.integers(-100, 100), st.integers(-9, 9)), min_size=2, max_size=6,
                                      unique_by=lambda point: point[0]))  # fmt: skip
def test_interpolation_against_an_oracle(x, points):
    points.sort()
    flat = ", ".join(f"{a}, {b}" for a, b in points)
    if x <= points[0][0]:
        expected = points[0][1]
    elif x >= points[-1][0]:
        expected = points[-1][1]
    else:
        (x0, y0), (x1, y1) = next((p, q) for p, q in itertools.pairwise(points) if p[0] <= x <= q[0])
        expected = y0 + (x - x0) * (y1 - y0) / (x1 - x0)
    assert value(f"interpolate(x, {flat})", x=x) == pytest.approx(expected, abs=1e-9)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_and_never_reaches_beyond_scalars(text):
    try:
        tree = parse(text)
    except RuleError:
        return
    allowed = set(language._PLAIN) | set(language._NATIVE) | {
        language.exp.Column, language.exp.Identifier, language.exp.Literal, language.exp.Div, language.exp.In,
        language.exp.Anonymous, language.exp.Cast, language.exp.DataType, language.exp.Exp,
    }  # fmt: skip
    assert {type(node) for node in tree.walk()} <= allowed


def test_a_circle_is_named():
    from xinheng.engine.rules.catalogue import load_catalogue
    from xinheng.engine.rules.compiler import Program

    text = '[[quantity]]\nid="aa"\nzh="a"\nen="a"\nvalue="bb"\n[[quantity]]\nid="bb"\nzh="b"\nen="b"\nvalue="aa"\n'
    with pytest.raises(RuleError, match="circle"):
        Program(RuleSet({"x.toml": text}), load_catalogue()).sql()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[quantity]]\nid="q"\nzh="q"\nen="q"\nvalue="nobody"\n', "no fact or result"),
        ('[[quantity]]\nid="q"\nzh="q"\nen="q"\nvalue="ca"\nwhat=1\n', "unknown fields"),
        ('[[nothing]]\nid="q"\n', "no form"),
        ("not toml", "wrong"),
    ],
)
def test_a_wrong_document_is_refused_with_its_place(text, message):
    from xinheng.engine.rules.catalogue import load_catalogue
    from xinheng.engine.rules.compiler import Program

    with pytest.raises(RuleError, match=message):
        Program(RuleSet({"x.toml": text}), load_catalogue())
