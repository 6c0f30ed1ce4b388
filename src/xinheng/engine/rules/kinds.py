"""What kind of value an expression has, told without running it: a text cannot be added, an amount is no condition.

Databases guess: `size_class > 5` binds, and fails on the first customer whose class is not a number. So every
expression is checked before it reaches one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

from sqlglot import exp

from xinheng.engine.rules.catalogue import FactType
from xinheng.engine.rules.language import Expr, RuleError


class Kind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    ANY = "any"  # NULL alone


_ZH = {Kind.NUMBER: "数值", Kind.TEXT: "文本", Kind.BOOLEAN: "是或否", Kind.DATE: "日期", Kind.ANY: "未知"}
_OF_TYPE = {FactType.TEXT: Kind.TEXT, FactType.BOOLEAN: Kind.BOOLEAN, FactType.DATE: Kind.DATE}
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_ORDER = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_NUMERIC = (exp.Neg, exp.Abs, exp.Floor, exp.Ceil, exp.Ln, exp.Sqrt, exp.Exp, exp.Cast)


def kind_of_type(type: FactType) -> Kind:
    return _OF_TYPE.get(type, Kind.NUMBER)


def kind_of(tree: Expr, named: Callable[[str], Kind], source: str) -> Kind:
    """The kind of a checked expression.

    Args:
        named: the kind of a fact or result.
        source: the rule, named by errors.
    Raises: RuleError naming the part that does not fit and the kind it should have.
    """

    def need(node: Expr, wanted: Kind) -> None:
        found = measure(node)
        if found not in (wanted, Kind.ANY):
            raise _misfit(node, found, wanted, source)

    def together(nodes: Iterable[Expr]) -> Kind:
        first = Kind.ANY
        for node in nodes:
            found = measure(node)
            if first is Kind.ANY:
                first = found
            elif found not in (first, Kind.ANY):
                raise _misfit(node, found, first, source)
        return first

    def measure(node: Expr) -> Kind:
        if isinstance(node, exp.Paren):
            return measure(node.this)
        if isinstance(node, exp.Column):
            return named(node.name)
        if isinstance(node, exp.Literal):
            return Kind.TEXT if node.is_string else Kind.NUMBER
        if isinstance(node, exp.Null):
            return Kind.ANY
        if isinstance(node, _ARITHMETIC):
            need(node.this, Kind.NUMBER)
            need(node.expression, Kind.NUMBER)
            return Kind.NUMBER
        if isinstance(node, _NUMERIC):
            need(node.this, Kind.NUMBER)
            return Kind.NUMBER
        if isinstance(node, exp.Case):
            return choice(node)
        if isinstance(node, exp.Coalesce | exp.Least | exp.Greatest):
            return together([node.this, *node.expressions])
        if isinstance(node, exp.Nullif):
            return together([node.this, node.expression])
        return condition(node)

    def choice(node: Expr) -> Kind:
        subject = node.args.get("this")
        for branch in node.args["ifs"]:
            if subject is None:
                need(branch.this, Kind.BOOLEAN)
            else:
                together([subject, branch.this])
        answers = [branch.args["true"] for branch in node.args["ifs"]]
        return together([*answers, *([node.args["default"]] if node.args.get("default") is not None else [])])

    def condition(node: Expr) -> Kind:
        if isinstance(node, exp.And | exp.Or):
            need(node.this, Kind.BOOLEAN)
            need(node.expression, Kind.BOOLEAN)
        elif isinstance(node, exp.Not):
            need(node.this, Kind.BOOLEAN)
        elif isinstance(node, exp.EQ | exp.NEQ):
            together([node.this, node.expression])
        elif isinstance(node, _ORDER):
            if together([node.this, node.expression]) in (Kind.TEXT, Kind.BOOLEAN):
                raise _misfit(node.this, measure(node.this), Kind.NUMBER, source)
        elif isinstance(node, exp.In):
            together([node.this, *node.expressions])
        elif isinstance(node, exp.Between):
            for key in ("this", "low", "high"):
                need(node.args[key], Kind.NUMBER)
        elif isinstance(node, exp.Is):
            if isinstance(node.expression, exp.Boolean):
                need(node.this, Kind.BOOLEAN)
            else:
                measure(node.this)
        elif not isinstance(node, exp.Boolean):
            raise AssertionError(f"{type(node).__name__} is on the whitelist and has no kind")
        return Kind.BOOLEAN

    return measure(tree)


def _misfit(node: Expr, found: Kind, wanted: Kind, source: str) -> RuleError:
    shown = " ".join(node.sql().replace('"', "").split())[:60]
    return RuleError(
        source=source,
        detail_zh=f"类型不符：“{shown}”是{_ZH[found]}，这里需要{_ZH[wanted]}",
        detail_en=f"“{shown}” is a {found.value}, and a {wanted.value} is needed there",
    )
