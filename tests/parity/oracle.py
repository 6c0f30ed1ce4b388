"""A second, naive reading of the language in plain Python, for tests only: it walks the text as the author wrote it.

None is unknown and spreads as SQL says: through arithmetic and comparison; AND and OR look past it where the other side
decides. Nothing of the compiler is used, so that the two can disagree.
"""

import itertools
import math
from decimal import Decimal
from functools import partial

import sqlglot
from sqlglot import exp


class Overflow(Exception):
    """Beyond double precision: DuckDB answers infinity and PostgreSQL refuses. A declared gap."""


def evaluate(text, facts):
    return _value(sqlglot.parse_one(text, read="duckdb"), facts)


def _value(node, facts):
    answer = _READ[type(node)](node, facts)
    if isinstance(answer, float) and not math.isfinite(answer):
        raise Overflow
    return answer


def _arithmetic(operation):
    def read(node, facts):
        left, right = _value(node.this, facts), _value(node.expression, facts)
        return None if left is None or right is None else operation(float(left), float(right))

    return read


def _comparison(operation):
    def read(node, facts):
        left, right = _value(node.this, facts), _value(node.expression, facts)
        return None if left is None or right is None else operation(left, right)

    return read


def _and(node, facts):
    both = (_value(node.this, facts), _value(node.expression, facts))
    return False if False in both else None if None in both else True


def _or(node, facts):
    both = (_value(node.this, facts), _value(node.expression, facts))
    return True if True in both else None if None in both else False


def _not(node, facts):
    value = _value(node.this, facts)
    return None if value is None else not value


def _negative(node, facts):
    value = _value(node.this, facts)
    return None if value is None else -value


def _case(node, facts):
    subject = node.args.get("this")
    for branch in node.args["ifs"]:
        when = _value(branch.this, facts)
        if subject is not None:
            against = _value(subject, facts)
            when = None if when is None or against is None else when == against
        if when is True:
            return _value(branch.args["true"], facts)
    default = node.args.get("default")
    return None if default is None else _value(default, facts)


def _in(node, facts):
    value = _value(node.this, facts)
    return None if value is None else value in [_value(each, facts) for each in node.args["expressions"]]


def _between(node, facts):
    value, low, high = (_value(node.args[key], facts) for key in ("this", "low", "high"))
    sides = (None if low is None or value is None else value >= low,
             None if high is None or value is None else value <= high)  # fmt: skip
    return False if False in sides else None if None in sides else True


def _is(node, facts):
    value = _value(node.this, facts)
    if isinstance(node.expression, exp.Null):
        return value is None
    return value is node.expression.this


def _known(values):
    return [value for value in values if value is not None]


def _call(name, node, facts):
    arguments = ([] if isinstance(node, exp.Anonymous) else [node.this]) + list(node.expressions)
    arguments += [node.args[key] for key in ("expression", "decimals") if node.args.get(key) is not None]
    values = [_value(argument, facts) for argument in arguments]
    known = _known(values)
    if name == "coalesce":
        return known[0] if known else None
    if name == "nullif":
        return None if values[0] is not None and values[0] == values[1] else values[0]
    if name == "count_known":
        return len(known)
    if name in ("least_known", "greatest_known", "median_known"):
        if not known:
            return None
        if name == "median_known":
            known.sort(key=float)
            return (float(known[(len(known) - 1) // 2]) + float(known[len(known) // 2])) / 2
        return min(known) if name == "least_known" else max(known)
    if None in values:
        return None
    return _STRICT[name](*values)


def _half_up(value, digits):
    scaled = math.floor(abs(float(value)) * 10.0 ** int(digits) + 0.5) / 10.0 ** int(digits)
    return -scaled if value < 0 else scaled


def _interpolate(x, *flat):
    points = list(zip(flat[::2], flat[1::2], strict=True))
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x <= x1:
            return y1 + (float(x) - x1) * ((y1 - y0) / (x1 - x0))
    return points[-1][1]


_STRICT = {
    "abs": abs,
    "floor": lambda x: math.floor(x) if math.isfinite(x) else x,
    "ceil": lambda x: math.ceil(x) if math.isfinite(x) else x,
    "round": _half_up,
    "round_down": lambda x, step: None if step == 0 else math.floor(float(x) / float(step)) * float(step),
    "least": min,
    "greatest": max,
    "ln": lambda x: math.log(x) if x > 0 else None,
    "sqrt": lambda x: math.sqrt(x) if x >= 0 else None,
    "logistic": lambda x: 1 / (1 + math.exp(-max(-700.0, min(700.0, float(x))))),
    "normal_cdf": lambda x: 0.5 * math.erfc(-max(-37.0, min(37.0, float(x))) / math.sqrt(2)),
    "interpolate": _interpolate,
}

_NATIVE = {
    exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil", exp.Round: "round", exp.Coalesce: "coalesce",
    exp.Nullif: "nullif", exp.Least: "least", exp.Greatest: "greatest", exp.Ln: "ln", exp.Sqrt: "sqrt",
}  # fmt: skip

_READ = {
    exp.Paren: lambda node, facts: _value(node.this, facts),
    exp.Column: lambda node, facts: facts[node.name.lower()],
    exp.Literal: lambda node, facts: str(node.this) if node.is_string else float(node.this),
    exp.Boolean: lambda node, facts: node.this,
    exp.Null: lambda node, facts: None,
    exp.Add: _arithmetic(lambda a, b: a + b),
    exp.Sub: _arithmetic(lambda a, b: a - b),
    exp.Mul: _arithmetic(lambda a, b: a * b),
    exp.Div: _arithmetic(lambda a, b: None if b == 0 else a / b),
    exp.EQ: _comparison(lambda a, b: a == b),
    exp.NEQ: _comparison(lambda a, b: a != b),
    exp.GT: _comparison(lambda a, b: a > b),
    exp.GTE: _comparison(lambda a, b: a >= b),
    exp.LT: _comparison(lambda a, b: a < b),
    exp.LTE: _comparison(lambda a, b: a <= b),
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.Neg: _negative,
    exp.Case: _case,
    exp.In: _in,
    exp.Between: _between,
    exp.Is: _is,
    exp.Anonymous: lambda node, facts: _call(str(node.this).lower(), node, facts),
    **{kind: partial(_call, name) for kind, name in _NATIVE.items()},
}


def same(one, other, *, near=1e-9):
    """Whether two answers are one: unknown only to unknown, figures to a relative 1e-9 (or absolute near 0)."""
    if one is None or other is None:
        return one is None and other is None
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return one == other
    return math.isclose(float(one), float(other), rel_tol=near, abs_tol=near)


def plain(value):
    return float(value) if isinstance(value, Decimal) else value
