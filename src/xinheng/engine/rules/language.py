"""The expression language of the rules: SQL scalar expressions over named facts, and nothing else.

An expression is parsed by sqlglot and then read against a whitelist: arithmetic, comparison, logic, `CASE`, `IN`,
`BETWEEN`, `IS NULL` and the functions of `FUNCTIONS`. Whatever is not named here is refused, so a rule can reach no
table, file, network or function of the database. What is allowed is rewritten so that it means the same everywhere:

- division is in floating point and by zero gives unknown (NULL), never an error or infinity;
- `least` and `greatest` are unknown when an argument is; `*_known` are the forms that ignore unknown arguments;
- logarithms, roots and exponentials outside their domain are unknown, where databases differ or fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sqlglot
from sqlglot import exp

from xinheng.engine.errors import DefinitionError

MAX_LENGTH = 4_000
MAX_NODES = 600
MAX_DEPTH = 60

Expr = Any  # sqlglot's expressions; its own types are skipped by the type check


class RuleError(DefinitionError):
    """An expression of a rule that cannot be used. Data: `source` (the rule), `detail_zh`, `detail_en`."""

    code = "rule_invalid"
    zh = "规则 {source} 有误"
    en = "The rule {source} is wrong"


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


def _round_down(arguments: list[Expr]) -> Expr:
    value, step = arguments
    return exp.Mul(this=exp.Floor(this=divide(value.copy(), step.copy())), expression=step.copy())


def _logistic(arguments: list[Expr]) -> Expr:
    # Beyond ±700 the exponential leaves the range of doubles, and the answer is 0 or 1 to every digit we keep.
    inside = exp.Exp(this=exp.Neg(this=exp.paren(_clamped(double(arguments[0]), 700))))
    return divide(number(1), exp.paren(exp.Add(this=number(1), expression=inside)))


def _clamped(value: Expr, bound: float) -> Expr:
    low = exp.LT(this=value.copy(), expression=number(-bound))
    high = exp.GT(this=value.copy(), expression=number(bound))
    return case([(low, number(-bound)), (high, number(bound))], value.copy())


def _normal_cdf(arguments: list[Expr]) -> Expr:
    # Abramowitz and Stegun (1964) 26.2.17, absolute error below 7.5e-8; databases have no common function for it.
    z = _clamped(double(arguments[0]), 37)
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
    "round": Function(2, 2, lambda a: exp.Round(this=a[0], decimals=a[1]), "四舍五入", "round to a number of digits"),
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

_NATIVE = {
    exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil", exp.Round: "round", exp.Coalesce: "coalesce",
    exp.Nullif: "nullif", exp.Least: "least", exp.Greatest: "greatest", exp.Ln: "ln", exp.Sqrt: "sqrt",
}  # fmt: skip

_PLAIN: tuple[type, ...] = (
    exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE,
    exp.And, exp.Or, exp.Not, exp.Between, exp.Is, exp.Case, exp.If, exp.Null, exp.Boolean,
)  # fmt: skip


def parse(text: str, *, source: str = "?") -> Expr:
    """Read one expression and refuse everything outside the whitelist.

    Args:
        text: the expression; at most `MAX_LENGTH` characters.
        source: the rule it stands in, named by errors.
    Returns: a sqlglot tree of whitelisted nodes in which functions still carry their names in the language.
    Raises: RuleError naming what was not understood or not allowed.
    """
    if not isinstance(text, str) or not text.strip():
        raise _refused(source, "表达式为空", "the expression is empty")
    if len(text) > MAX_LENGTH or "\x00" in text:
        raise _refused(source, f"表达式超过 {MAX_LENGTH} 个字符或含空字符", f"over {MAX_LENGTH} characters, or a NUL")
    try:
        trees = sqlglot.parse(text, read="duckdb")
        if len(trees) != 1 or trees[0] is None:
            raise _refused(source, "只能写一个表达式", "exactly one expression is expected")
        for count, node in enumerate(trees[0].walk(), 1):
            if count > MAX_NODES or node.depth > MAX_DEPTH:
                raise _refused(source, "表达式过长或嵌套过深", "the expression is too long or too deeply nested")
        return _read(trees[0], source)
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError, AttributeError, TypeError) as error:
        raise _refused(source, f"无法解析：{text[:80]}", f"cannot be parsed: {text[:80]}") from error


def _refused(source: str, zh: str, en: str) -> RuleError:
    return RuleError(source=source, detail_zh=zh, detail_en=en)


def _read(node: Expr, source: str) -> Expr:
    kind = type(node)
    if kind is exp.Column:
        if node.args.get("table") or not isinstance(node.this, exp.Identifier):
            raise _refused(source, f"不能引用 {node.sql()}", f"{node.sql()} is not a name of the catalogue")
        return exp.column(node.name.lower(), quoted=True)
    if kind is exp.Literal:
        return node.copy()
    if kind is exp.Div:
        return divide(_read(node.this, source), _read(node.expression, source))
    if kind is exp.In:
        values = node.args.get("expressions") or []
        if not values or any(not isinstance(v, exp.Literal | exp.Neg) for v in values):
            raise _refused(source, "IN 后只能列出常量", "IN takes a list of constants")
        return exp.In(this=_read(node.this, source), expressions=[_read(v, source) for v in values])
    if kind in _NATIVE or kind is exp.Anonymous:
        return _call(node, _NATIVE.get(kind) or str(node.this).lower(), source)
    if kind in _PLAIN:
        extra = {key for key, value in node.args.items() if value not in (None, False, []) and not _known_arg(key)}
        if extra:
            raise _refused(source, f"不允许的写法 {node.sql()[:60]}", f"not allowed: {node.sql()[:60]}")
        read = {key: _read_argument(value, source) for key, value in node.args.items()}
        return kind(**read)
    raise _refused(
        source, f"不允许使用 {kind.__name__}：{node.sql()[:60]}", f"{kind.__name__} is not allowed: {node.sql()[:60]}"
    )


def _known_arg(key: str) -> bool:
    return key in {"this", "expression", "low", "high", "ifs", "default", "true", "false"}


def _read_argument(value: Any, source: str) -> Any:
    if isinstance(value, list):
        return [_read(item, source) for item in value]
    return _read(value, source) if isinstance(value, exp.Expression | exp.Expr) else value


def _call(node: Expr, name: str, source: str) -> Expr:
    arguments = [node.this] if name != str(node.this).lower() or not isinstance(node, exp.Anonymous) else []
    arguments += node.expressions if "expressions" in node.arg_types else []
    arguments += [node.args[key] for key in ("expression", "decimals") if node.args.get(key) is not None]
    read = [_read(argument, source) for argument in arguments]
    if name in RESOLVED_BY_COMPILER and len(read) == 1:
        return exp.Anonymous(this=name, expressions=read)
    function = FUNCTIONS.get(name)
    if function is None:
        raise _refused(source, f"没有函数 {name}", f"there is no function {name}")
    if not function.least_arguments <= len(read) <= function.most_arguments:
        raise _refused(source, f"函数 {name} 的参数个数不对", f"{name} takes another number of arguments")
    return exp.paren(function.build(read))


def names(tree: Expr) -> set[str]:
    """The facts and results that an expression reads."""
    return {column.name for column in tree.find_all(exp.Column)}
