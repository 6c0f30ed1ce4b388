"""The expression language of the rules: SQL scalar expressions over named facts, and nothing else.

An expression is parsed by sqlglot and then read against a whitelist: arithmetic, comparison, logic, `CASE`, `IN`,
`BETWEEN`, `IS NULL` and the functions of `FUNCTIONS`. Whatever is not named here is refused, so a rule can reach no
table, file, network or function of the database. What is allowed is rewritten so that it means the same everywhere:

- division is in floating point and by zero gives unknown (NULL), never an error or infinity;
- `least` and `greatest` are unknown when an argument is; `*_known` are the forms that ignore unknown arguments;
- logarithms, roots and exponentials outside their domain are unknown, where databases differ or fail.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from xinheng.engine.errors import DefinitionError
from xinheng.engine.rules.functions import (
    FUNCTIONS,
    RESOLVED_BY_COMPILER,
    Expr,
    add,
    all_of,
    any_of,
    case,
    clamped,
    constant,
    divide,
    double,
    greatest_known,
    is_null,
    least_known,
    number,
)

__all__ = [
    "FUNCTIONS", "Expr", "RuleError", "add", "all_of", "any_of", "case", "clamped", "constant", "divide", "double",
    "greatest_known", "is_null", "least_known", "names", "number", "parse",
]  # fmt: skip

MAX_LENGTH = 4_000
MAX_NODES = 600
MAX_DEPTH = 60
MAX_TEXT = 100  # characters of a text constant
MAX_DIGITS = 18  # of a number; more than that no database keeps in the same way
MAX_NUMBER = 1e18
MIN_NUMBER = 1e-18
MAX_NAME = 60  # characters; PostgreSQL cuts names after 63

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


class RuleError(DefinitionError):
    """An expression of a rule that cannot be used. Data: `source` (the rule), `detail_zh`, `detail_en`."""

    code = "rule_invalid"
    zh = "规则 {source} 有误"
    en = "The rule {source} is wrong"


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
    Raises: RuleError naming what was not understood or not allowed, and what can be written instead.
    """
    if not isinstance(text, str) or not text.strip():
        raise _refused(
            source, "表达式为空；请写一个算式或条件", "the expression is empty; write a formula or a condition"
        )
    if len(text) > MAX_LENGTH or "\x00" in text:
        raise _refused(
            source,
            f"表达式超过 {MAX_LENGTH} 个字符或含空字符；请拆成几个有名称的指标",
            f"over {MAX_LENGTH} characters, or a NUL; split it into several named figures",
        )
    try:
        _scan(sqlglot.tokenize(text, read="duckdb"), text, source)
        trees = sqlglot.parse(text, read="duckdb")
        if len(trees) != 1 or trees[0] is None:
            raise _refused(source, "只能写一个表达式", "exactly one expression is expected")
        for count, node in enumerate(trees[0].walk(), 1):
            if count > MAX_NODES or node.depth > MAX_DEPTH:
                raise _too_deep(source)
        return _read(trees[0], source)
    except RuleError:
        raise
    except RecursionError as error:
        raise _too_deep(source) from error
    except (sqlglot.errors.SqlglotError, ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
        shown = _fragment(text)
        raise _refused(
            source,
            f"无法解析“{shown}”；请检查括号、逗号与引号是否成对",
            f"cannot be parsed: “{shown}”; check brackets, commas and quotes",
        ) from error


def _scan(tokens: list[Token], text: str, source: str) -> None:
    """Refuse what the parser takes in silence (comments, semicolons, quoted names) and nesting before it recurses."""
    depth = 0
    for token in tokens:
        if token.comments:
            raise _refused(
                source, "不能写注释；说明请写在 description 里", "no comments here; explain in the description"
            )
        if token.token_type in _NEVER:
            shown = _fragment(token.text)
            raise _refused(
                source,
                f"不能写“{shown}”；只能写一个表达式，名称不加引号",
                f"“{shown}” is not allowed; write one expression, names without quotes",
            )
        if token.token_type in (TokenType.L_PAREN, TokenType.CASE):
            depth += 1
        elif token.token_type in (TokenType.R_PAREN, TokenType.END):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _too_deep(source)
    if text.count("--") or text.count("/*"):
        # A comment at the very end hangs on no token. The same signs inside a text constant are refused with it.
        raise _refused(source, "不能写注释；说明请写在 description 里", "no comments here; explain in the description")


_NEVER = {
    TokenType.SEMICOLON, TokenType.IDENTIFIER, TokenType.PARAMETER, TokenType.PLACEHOLDER, TokenType.HEX_STRING,
    TokenType.BIT_STRING, TokenType.BYTE_STRING, TokenType.NATIONAL_STRING, TokenType.RAW_STRING,
    TokenType.HEREDOC_STRING, TokenType.UNICODE_STRING, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.SELECT,
    TokenType.FROM, TokenType.WITH, TokenType.ARROW, TokenType.DCOLON,
}  # fmt: skip


def _fragment(text: str) -> str:
    return " ".join(text.split())[:60]


def _too_deep(source: str) -> RuleError:
    return _refused(
        source,
        f"表达式过长或嵌套超过 {MAX_DEPTH} 层；请拆成几个有名称的指标",
        f"too long, or nested over {MAX_DEPTH} deep; split it into several named figures",
    )


def _refused(source: str, zh: str, en: str) -> RuleError:
    return RuleError(source=source, detail_zh=zh, detail_en=en)


def _not_allowed(node: Expr, source: str) -> RuleError:
    shown = _fragment(node.sql())
    return _refused(
        source,
        f"不允许“{shown}”；可用 + − × ÷、比较、AND/OR/NOT、CASE、IN、BETWEEN、IS NULL 和语言中的函数",
        f"“{shown}” is not allowed; there are + - * /, comparisons, AND/OR/NOT, CASE, IN, BETWEEN, IS NULL and the "
        "functions of the language",
    )


def _read(node: Expr, source: str) -> Expr:
    kind = type(node)
    if kind is exp.Column:
        return exp.column(_name_of(node, source), quoted=True)
    if kind is exp.Literal:
        return _literal(node, source)
    if kind is exp.Div:
        return divide(_read(node.this, source), _read(node.expression, source))
    if kind is exp.In:
        values = node.args.get("expressions") or []
        if not values or any(not isinstance(v, exp.Literal) and constant(v) is None for v in values):
            raise _refused(source, "IN 后只能列出常量", "IN takes a list of constants")
        return exp.In(this=_read(node.this, source), expressions=[_read(v, source) for v in values])
    if kind in _NATIVE or kind is exp.Anonymous:
        return _call(node, _NATIVE.get(kind) or str(node.this).lower(), source)
    if kind is exp.Is and type(node.expression) not in (exp.Null, exp.Boolean):
        raise _not_allowed(node, source)
    if kind in _PLAIN:
        extra = {key for key, value in node.args.items() if value not in (None, False, []) and not _known_arg(key)}
        if extra:
            raise _not_allowed(node, source)
        read = {key: _read_argument(value, source) for key, value in node.args.items()}
        return kind(**read)
    raise _not_allowed(node, source)


def _name_of(node: Expr, source: str) -> str:
    name = str(node.name)
    if set(node.args) - {"this"} and any(value for key, value in node.args.items() if key != "this"):
        raise _not_allowed(node, source)
    if not isinstance(node.this, exp.Identifier) or not _NAME.fullmatch(name) or len(name) > MAX_NAME:
        raise _refused(
            source,
            f"“{_fragment(name)}”不是名称；名称由英文字母、数字和下划线组成",
            f"“{_fragment(name)}” is not a name; names are made of ASCII letters, digits and underscores",
        )
    return name.lower()


def _literal(node: Expr, source: str) -> Expr:
    text = str(node.this)
    if node.is_string:
        if len(text) > MAX_TEXT or not text.isprintable():
            raise _refused(
                source,
                f"文本常量超过 {MAX_TEXT} 个字符或含控制字符",
                f"a text constant of over {MAX_TEXT} characters, or with control characters",
            )
        return exp.Literal.string(text)
    digits = text.lower().partition("e")[0].replace(".", "").lstrip("0")
    size = float(text) if _NUMBER.fullmatch(text) else float("inf")
    if len(digits) > MAX_DIGITS or size > MAX_NUMBER or 0 < size < MIN_NUMBER:
        raise _refused(
            source,
            f"数字“{_fragment(text)}”不能用；写成最多 {MAX_DIGITS} 位的十进制数",
            f"the number “{_fragment(text)}” cannot be used; write a decimal of at most {MAX_DIGITS} digits",
        )
    return exp.Literal.number(text)


def _known_arg(key: str) -> bool:
    return key in {"this", "expression", "low", "high", "ifs", "default", "true", "false"}


def _read_argument(value: Any, source: str) -> Any:
    if isinstance(value, list):
        return [_read(item, source) for item in value]
    return _read(value, source) if isinstance(value, exp.Expression | exp.Expr) else value


def _call(node: Expr, name: str, source: str) -> Expr:
    arguments = [] if isinstance(node, exp.Anonymous) else [node.this]
    arguments += node.expressions if "expressions" in node.arg_types else []
    arguments += [node.args[key] for key in ("expression", "decimals") if node.args.get(key) is not None]
    read = [_read(argument, source) for argument in arguments]
    if name in RESOLVED_BY_COMPILER and len(read) == 1:
        return exp.Anonymous(this=name, expressions=read)
    function = FUNCTIONS.get(name)
    if function is None:
        close = get_close_matches(name, [*FUNCTIONS, *RESOLVED_BY_COMPILER], n=3) or sorted(FUNCTIONS)
        shown = ", ".join(close)
        raise _refused(
            source,
            f"没有函数 {_fragment(name)}；可用 {shown}",
            f"there is no function {_fragment(name)}; there are {shown}",
        )
    if not function.least_arguments <= len(read) <= function.most_arguments:
        span = f"{function.least_arguments}–{function.most_arguments}"
        raise _refused(
            source,
            f"函数 {name} 的参数个数不对，应为 {span} 个",
            f"{name} takes another number of arguments: {span}",
        )
    try:
        return exp.paren(function.build(read))
    except ValueError as error:
        raise _refused(source, f"函数 {name} 的参数不对：{error}", str(error)) from error


def names(tree: Expr) -> set[str]:
    """The facts and results that an expression reads."""
    return {column.name for column in tree.find_all(exp.Column)}
