"""What expressions are built from: small trees, and the functions of the language as portable trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sqlglot
from sqlglot import exp

Expr = Any  # sqlglot's expressions; its own types are skipped by the type check

MAX_DECIMALS = 9


@dataclass(frozen=True)
class Function:
    """A function of the language: how many arguments it takes and the portable expression it stands for."""

    least_arguments: int
    most_arguments: int
    build: Callable[[list[Expr]], Expr]
    zh: str
    en: str


def number(value: float | int | str) -> Expr:
    return exp.Literal.number(value)


def double(value: Expr) -> Expr:
    return exp.cast(value, exp.DataType.Type.DOUBLE, copy=False)


def constant(value: Expr) -> float | None:
    """The number a literal stands for, None for anything else."""
    if isinstance(value, exp.Neg):
        inner = constant(value.this)
        return None if inner is None else -inner
    return float(value.this) if isinstance(value, exp.Literal) and not value.is_string else None


def divide(numerator: Expr, denominator: Expr) -> Expr:
    # Only one side needs the cast: a float divided by, or into, anything is a float in every database we use.
    below = denominator if constant(denominator) else exp.Nullif(this=denominator, expression=number(0))
    return exp.Div(this=double(numerator), expression=below)


def case(branches: list[tuple[Expr, Expr]], default: Expr | None = None) -> Expr:
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=default)


def is_null(value: Expr) -> Expr:
    return exp.Is(this=value.copy(), expression=exp.Null())


def all_of(conditions: list[Expr]) -> Expr:
    return exp.and_(*conditions, copy=False) if conditions else exp.true()


def any_of(conditions: list[Expr]) -> Expr:
    return exp.or_(*conditions, copy=False) if conditions else exp.false()


def add(terms: list[Expr]) -> Expr:
    return reduce(lambda left, right: exp.Add(this=left, expression=right), terms)


def _strict(kind: type) -> Callable[[list[Expr]], Expr]:
    def build(arguments: list[Expr]) -> Expr:
        unknown = any_of([is_null(argument) for argument in arguments])
        return case([(unknown, exp.Null())], _known(kind)(arguments))

    return build


def _known(kind: type) -> Callable[[list[Expr]], Expr]:
    def build(arguments: list[Expr]) -> Expr:
        first, *rest = (argument.copy() for argument in arguments)
        return kind(this=first, expressions=rest, ignore_nulls=True) if rest else first

    return build


least_known = _known(exp.Least)
greatest_known = _known(exp.Greatest)


def _count_known(arguments: list[Expr]) -> Expr:
    return add([case([(is_null(argument), number(0))], number(1)) for argument in arguments])


def _median_known(arguments: list[Expr]) -> Expr:
    # Up to three values without sorting: the middle is what remains between the smallest and the largest.
    low, high = least_known(arguments), greatest_known(arguments)
    middle = divide(exp.paren(exp.Add(this=low.copy(), expression=high.copy())), number(2))
    if len(arguments) < 3:
        return middle
    total = add([double(argument.copy()) for argument in arguments])
    inner = exp.Sub(this=exp.Sub(this=total, expression=double(low)), expression=double(high))
    complete = all_of([exp.not_(is_null(argument)) for argument in arguments])
    return case([(complete, inner)], middle)


def _interpolate(arguments: list[Expr]) -> Expr:
    value, rest = arguments[0], arguments[1:]
    if len(rest) % 2:
        raise ValueError("interpolate() takes a value and then pairs of x and y")
    points = [(rest[i], rest[i + 1]) for i in range(0, len(rest), 2)]
    xs, ys = ([constant(point[i]) for point in points] for i in (0, 1))
    branches = [(exp.LTE(this=value.copy(), expression=points[0][0].copy()), points[0][1].copy())]
    for i, (x1, y1) in enumerate(zip(xs[1:], ys[1:], strict=True), 1):
        x0, y0 = xs[i - 1], ys[i - 1]
        if x0 is None or x1 is None or y0 is None or y1 is None or x1 <= x0:
            raise ValueError("interpolate() takes constants with rising x")
        # Written from the nearer end of the segment, so that both ends are met to the last digit.
        run = exp.paren(exp.Sub(this=double(value.copy()), expression=number(repr(x1))))
        line = exp.Add(
            this=number(repr(y1)), expression=exp.Mul(this=run, expression=number(repr((y1 - y0) / (x1 - x0))))
        )
        branches.append((exp.LTE(this=value.copy(), expression=number(repr(x1))), line))
    branches.append((exp.GT(this=value.copy(), expression=points[-1][0].copy()), points[-1][1].copy()))
    return case(branches)


def _guarded(kind: type, allowed: Callable[[Expr], Expr]) -> Callable[[list[Expr]], Expr]:
    def build(arguments: list[Expr]) -> Expr:
        return case([(allowed(arguments[0].copy()), kind(this=double(arguments[0].copy())))])

    return build


def _round(arguments: list[Expr]) -> Expr:
    # Half away from zero, written out: PostgreSQL has no round() to digits for floating point.
    decimals = constant(arguments[1])
    if decimals is None or decimals != int(decimals) or not 0 <= decimals <= MAX_DECIMALS:
        raise ValueError(f"round() takes a whole number of digits from 0 to {MAX_DECIMALS}")
    factor = number(repr(float(10 ** int(decimals))))
    value = double(exp.paren(arguments[0]))

    def half_up(size: Expr) -> Expr:
        scaled = exp.Add(this=exp.Mul(this=size, expression=factor.copy()), expression=number("0.5"))
        return exp.Div(this=double(exp.Floor(this=scaled)), expression=factor.copy())

    below = exp.LT(this=value.copy(), expression=number(0))
    return case([(below, exp.Neg(this=exp.paren(half_up(exp.paren(exp.Neg(this=value.copy()))))))], half_up(value))


def _round_down(arguments: list[Expr]) -> Expr:
    value, step = arguments
    return exp.Mul(this=exp.Floor(this=divide(value.copy(), step.copy())), expression=step.copy())


def _logistic(arguments: list[Expr]) -> Expr:
    # Beyond ±700 the exponential leaves the range of doubles, and the answer is 0 or 1 to every digit we keep.
    inside = exp.Exp(this=exp.Neg(this=exp.paren(clamped(double(arguments[0]), -700, 700))))
    return divide(number(1), exp.paren(exp.Add(this=number(1), expression=inside)))


def clamped(value: Expr, low: float, high: float) -> Expr:
    """The value, or the nearer bound where it lies outside; unknown stays unknown."""
    below = exp.LT(this=value.copy(), expression=number(repr(low)))
    above = exp.GT(this=value.copy(), expression=number(repr(high)))
    return case([(below, number(repr(low))), (above, number(repr(high)))], value.copy())


def _normal_cdf(arguments: list[Expr]) -> Expr:
    # Abramowitz and Stegun (1964) 26.2.17, absolute error below 7.5e-8; databases have no common function for it.
    z = clamped(double(arguments[0]), -37, 37)
    size = exp.Abs(this=exp.paren(z.copy()))
    t = f"(1 / (1 + 0.2316419 * {size.sql('duckdb')}))"
    tail = (
        f"exp(-({z.sql('duckdb')}) * ({z.sql('duckdb')}) / 2) * 0.3989422804014327 * {t} * (0.319381530 + {t} * "
        f"(-0.356563782 + {t} * (1.781477937 + {t} * (-1.821255978 + {t} * 1.330274429))))"
    )
    upper = sqlglot.parse_one(f"1 - {tail}", read="duckdb")
    lower = sqlglot.parse_one(tail, read="duckdb")
    return case([(exp.GTE(this=exp.paren(z.copy()), expression=number(0)), upper)], lower)


def _positive(value: Expr) -> Expr:
    return exp.GT(this=value, expression=number(0))


#: name → what it takes and means. `average` and `prior` are resolved by the compiler, which knows the prior facts.
FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(1, 1, lambda a: exp.Abs(this=a[0]), "绝对值", "absolute value"),
    "floor": Function(1, 1, lambda a: exp.Floor(this=a[0]), "向下取整", "largest whole number not above"),
    "ceil": Function(1, 1, lambda a: exp.Ceil(this=a[0]), "向上取整", "smallest whole number not below"),
    "round": Function(2, 2, _round, "四舍五入到若干位", "round half away from zero to 0–9 digits"),
    "round_down": Function(2, 2, _round_down, "向下取到步长", "round down to a step"),
    "coalesce": Function(2, 9, lambda a: exp.Coalesce(this=a[0], expressions=a[1:]), "首个已知值", "first known value"),
    "nullif": Function(2, 2, lambda a: exp.Nullif(this=a[0], expression=a[1]), "相等则未知", "unknown when equal"),
    "least": Function(2, 9, _strict(exp.Least), "最小值（有未知则未知）", "smallest; unknown if any is"),
    "greatest": Function(2, 9, _strict(exp.Greatest), "最大值（有未知则未知）", "largest; unknown if any is"),
    "least_known": Function(2, 9, least_known, "已知值中最小", "smallest of the known"),
    "greatest_known": Function(2, 9, greatest_known, "已知值中最大", "largest of the known"),
    "median_known": Function(2, 3, _median_known, "已知值的中位数", "median of the known"),
    "count_known": Function(1, 40, _count_known, "已知值个数", "how many are known"),
    "interpolate": Function(5, 41, _interpolate, "分段线性插值", "straight lines between points, flat outside"),
    "ln": Function(1, 1, _guarded(exp.Ln, _positive), "自然对数", "natural logarithm; unknown at 0 and below"),
    "sqrt": Function(
        1, 1, _guarded(exp.Sqrt, lambda v: exp.GTE(this=v, expression=number(0))), "平方根", "square root"
    ),
    "logistic": Function(1, 1, _logistic, "逻辑函数", "1 / (1 + e^-x)"),
    "normal_cdf": Function(1, 1, _normal_cdf, "标准正态分布函数", "standard normal distribution function"),
}
RESOLVED_BY_COMPILER = ("average", "prior")
