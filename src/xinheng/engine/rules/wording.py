"""Formulas as people read them: with the labels of their inputs, and with the figures put in.

The text of a rule is parsed again and told from the tree; nothing is computed here. `−`, `×` and `÷` stand for the
arithmetic, brackets only where the order of evaluation needs them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import sqlglot
from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.language import Expr

Language = Literal["zh", "en"]

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(1, 9)
_INFIX: dict[type, tuple[str, int]] = {
    exp.Add: ("+", _SUM), exp.Sub: ("−", _SUM), exp.Mul: ("×", _PRODUCT), exp.Div: ("÷", _PRODUCT),
    exp.EQ: ("=", _COMPARISON), exp.NEQ: ("≠", _COMPARISON), exp.GT: (">", _COMPARISON),
    exp.GTE: ("≥", _COMPARISON), exp.LT: ("<", _COMPARISON), exp.LTE: ("≤", _COMPARISON),
}  # fmt: skip
_COMPARE: dict[type, Callable[[float, float], bool]] = {
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.GT: operator.gt, exp.GTE: operator.ge, exp.LT: operator.lt,
    exp.LTE: operator.le,
}  # fmt: skip
_NATIVE: dict[type, str] = {
    exp.Abs: "abs", exp.Floor: "floor", exp.Ceil: "ceil", exp.Round: "round", exp.Coalesce: "coalesce",
    exp.Nullif: "nullif", exp.Least: "least", exp.Greatest: "greatest", exp.Ln: "ln", exp.Sqrt: "sqrt",
}  # fmt: skip
_CALLED: dict[str, tuple[str, str]] = {
    "abs": ("绝对值", "absolute value of "),
    "floor": ("向下取整", "whole part of "),
    "ceil": ("向上取整", "ceiling of "),
    "least": ("取最小", "smallest of "),
    "least_known": ("取最小", "smallest of "),
    "greatest": ("取最大", "largest of "),
    "greatest_known": ("取最大", "largest of "),
    "median_known": ("取中位数", "median of "),
    "count_known": ("已知个数", "how many are known of "),
    "average": ("平均", "average of "),
    "prior": ("上期", "prior period's "),
    "ln": ("自然对数", "natural logarithm of "),
    "sqrt": ("平方根", "square root of "),
    "round": ("四舍五入", "rounded "),
    "nullif": ("相等则未知", "unknown when equal "),
    "interpolate": ("分段线性", "by straight lines "),
    "logistic": ("逻辑函数", "logistic of "),
    "normal_cdf": ("正态分布函数", "normal distribution function of "),
}
_OF_THE_KNOWN = {"least_known", "greatest_known", "median_known", "count_known", "coalesce"}


def in_words(text: str, label: Callable[[str], str], to: Language, *, term: Callable[[str], str] = str) -> str:
    """A formula with the labels of its inputs for their names.

    Args:
        text: an expression of the language.
        label: the label of a fact, parameter or result.
        term: what a constant text is called, `small` → 小型.
    Returns: one line; where items that are unknown count as 0, it ends by saying so.
    """
    teller = _Teller(to, label, term)
    told = teller.tell(_tree(text))[0]
    if teller.unknown_is_zero:
        told += "（未知项按 0 计）" if to == "zh" else " (unknown items count as 0)"
    return told


def in_figures(
    text: str,
    shown: Callable[[str], str | None],
    prior: Callable[[str], str | None],
    to: Language,
    *,
    plain: Callable[[str], float | None] = lambda name: None,
    term: Callable[[str], str] = str,
) -> str:
    """A formula with the figures put in: `10% × 5,000.00`.

    Args:
        shown: the figure of a name as it is to be written, None when it is unknown.
        prior: the name of the same figure one period earlier, None when there is none.
        plain: the number of a name as the rules store it; where it is given, branches not taken are left out.
    Returns: one line; an unknown figure is a dash, alternatives that were not taken are left out.
    """
    return _Substituted(to, lambda name: shown(name) or "—", term, shown=shown, prior=prior, plain=plain).tell(
        _tree(text)
    )[0]


def required(text: str) -> list[str]:
    """The names that a formula cannot do without, in the order in which it reads them."""
    names: dict[str, None] = {}

    def visit(node: Expr) -> None:
        if isinstance(node, exp.Column):
            names.setdefault(node.name.lower())
        elif _name(node) not in _OF_THE_KNOWN:
            for child in node.iter_expressions():
                visit(child)

    visit(_tree(text))
    return list(names)


def _tree(text: str) -> Expr:
    language.parse(text)  # refuses what the language does not have
    return sqlglot.parse_one(text, read="duckdb")


def _name(node: Expr) -> str:
    return _NATIVE.get(type(node)) or (str(node.this).lower() if isinstance(node, exp.Anonymous) else "")


def _arguments(node: Expr) -> list[Expr]:
    first = [] if isinstance(node, exp.Anonymous) else [node.this]
    found = first + list(node.expressions)
    return found + [node.args[key] for key in ("expression", "decimals") if node.args.get(key) is not None]


def _is_zero(node: Expr) -> bool:
    return language.constant(node) == 0


@dataclass
class _Teller:
    to: Language
    label: Callable[[str], str]
    term: Callable[[str], str] = str
    unknown_is_zero: bool = field(default=False, init=False)

    def tell(self, node: Expr) -> tuple[str, int]:
        """The text of a tree and how tightly it holds together."""
        kind = type(node)
        if kind is exp.Paren:
            return self.tell(node.this)
        if kind is exp.Column:
            return self.leaf(node.name.lower()), _ATOM
        if kind is exp.Literal:
            return (self.term(str(node.this)) if node.is_string else str(node.this)), _ATOM
        if kind in _INFIX:
            sign, level = _INFIX[kind]
            left = self.inside(node.this, level)
            right = self.inside(node.expression, level + (kind in (exp.Sub, exp.Div) or level == _COMPARISON))
            return f"{left} {sign} {right}", level
        if kind in (exp.And, exp.Or):
            level = _AND if kind is exp.And else _OR
            word = {("zh", _AND): " 且 ", ("en", _AND): " and ", ("zh", _OR): " 或 ", ("en", _OR): " or "}[
                self.to, level
            ]
            return f"{self.inside(node.this, level)}{word}{self.inside(node.expression, level)}", level
        if kind is exp.Neg:
            return f"−{self.inside(node.this, _SIGN)}", _SIGN
        if kind is exp.Not:
            return self._not(node.this)
        if kind is exp.Is:
            return f"{self.inside(node.this, _SUM)}{self.say('未知', ' is unknown')}", _COMPARISON
        if kind is exp.In:
            values = self.say("、", ", ").join(self.tell(value)[0] for value in node.expressions)
            return f"{self.inside(node.this, _SUM)}{self.say('属于', ' is one of ')}{values}", _COMPARISON
        if kind is exp.Between:
            low, high = self.tell(node.args["low"])[0], self.tell(node.args["high"])[0]
            told = self.say(f"在 {low} 至 {high} 之间", f" between {low} and {high}")
            return f"{self.inside(node.this, _SUM)}{told}", _COMPARISON
        if kind is exp.Null:
            return self.say("未知", "unknown"), _ATOM
        if kind is exp.Boolean:
            return (self.say("是", "yes") if node.this else self.say("否", "no")), _ATOM
        if kind is exp.Case:
            return self.choice(node), _OR
        return self.call(_name(node), _arguments(node)), _ATOM

    def say(self, zh: str, en: str) -> str:
        return zh if self.to == "zh" else en

    def leaf(self, name: str) -> str:
        return self.label(name)

    def inside(self, node: Expr, level: int) -> str:
        told, own = self.tell(node)
        return f"({told})" if own < level else told

    def choice(self, node: Expr) -> str:
        parts = [
            self.say(f"若{self.tell(branch.this)[0]}：", f"if {self.tell(branch.this)[0]}: ")
            + self.tell(branch.args["true"])[0]
            for branch in node.args["ifs"]
        ]
        default = node.args.get("default")
        last = self.tell(default)[0] if default is not None else self.say("未知", "unknown")
        return self.say("；", "; ").join([*parts, self.say(f"否则{last}", f"otherwise {last}")])

    def call(self, name: str, arguments: list[Expr]) -> str:
        if name == "coalesce":
            return self.first_known(arguments)
        told = [self.tell(argument)[0] for argument in arguments]
        if name == "round_down":
            value = self.inside(arguments[0], _PRODUCT)
            return self.say(f"{value} 按 {told[1]} 向下取整", f"{value} rounded down ({told[1]})")
        word = self.say(*_CALLED.get(name, (name, name)))
        if name in ("average", "prior"):
            inner = self.inside(arguments[0], _ATOM)
            return f"{word}{inner}"
        return f"{word}({self.say('；', '; ').join(told)})"

    def first_known(self, arguments: list[Expr]) -> str:
        first = self.inside(arguments[0], _SUM)
        if len(arguments) == 2 and _is_zero(arguments[1]):
            self.unknown_is_zero = True
            return self.inside(arguments[0], _ATOM)
        rest = [self.inside(argument, _SUM) for argument in arguments[1:]]
        return "(" + self.say("，未知则用 ", ", or where unknown ").join([first, *rest]) + ")"

    def _not(self, node: Expr) -> tuple[str, int]:
        while isinstance(node, exp.Paren):
            node = node.this
        if isinstance(node, exp.Is):
            return f"{self.inside(node.this, _SUM)}{self.say('已知', ' is known')}", _COMPARISON
        if isinstance(node, exp.In):
            values = self.say("、", ", ").join(self.tell(value)[0] for value in node.expressions)
            return f"{self.inside(node.this, _SUM)}{self.say('不属于', ' is none of ')}{values}", _COMPARISON
        return f"{self.say('非 ', 'not ')}{self.inside(node, _NOT)}", _NOT


@dataclass
class _Substituted(_Teller):
    shown: Callable[[str], str | None] = field(kw_only=True)
    prior: Callable[[str], str | None] = field(kw_only=True)
    plain: Callable[[str], float | None] = field(kw_only=True)

    def leaf(self, name: str) -> str:
        told = self.shown(name)
        if told is None:
            return "—"
        return f"({told})" if told[:1] in "-−" else told

    def call(self, name: str, arguments: list[Expr]) -> str:
        if name == "average":
            now, before = arguments[0], self._before(arguments[0])
            if before is None or not self._is_known(before):
                return self.inside(now, _ATOM)
            return f"(({self.inside(now, _SUM)} + {self.inside(before, _SUM)}) ÷ 2)"
        if name == "prior":
            before = self._before(arguments[0])
            return "—" if before is None else self.inside(before, _ATOM)
        if name in _OF_THE_KNOWN and name != "coalesce":
            arguments = [argument for argument in arguments if self._is_known(argument)] or arguments[:1]
        if name == "coalesce":
            chosen = next((argument for argument in arguments if self._is_known(argument)), arguments[0])
            return self.inside(chosen, _ATOM)
        return super().call(name, arguments)

    def choice(self, node: Expr) -> str:
        """Only the branch that was taken, where the figures of the conditions tell which."""
        for branch in node.args["ifs"]:
            holds = self._holds(branch.this)
            if holds is None:
                return super().choice(node)
            if holds:
                return self.tell(branch.args["true"])[0]
        default = node.args.get("default")
        return "—" if default is None else self.tell(default)[0]

    def _holds(self, condition: Expr) -> bool | None:
        compare = _COMPARE.get(type(condition))
        if compare is None:
            return None
        left, right = self._number(condition.this), self._number(condition.expression)
        return None if left is None or right is None else compare(left, right)

    def _number(self, node: Expr) -> float | None:
        """What a side of a comparison is, in the unit that the rules store; None when it is unknown or not simple."""
        if isinstance(node, exp.Paren):
            return self._number(node.this)
        if isinstance(node, exp.Column):
            return self.plain(node.name.lower())
        if _name(node) == "coalesce":
            return next((number for part in _arguments(node) if (number := self._number(part)) is not None), None)
        return language.constant(node)

    def _before(self, node: Expr) -> Expr | None:
        names = {column.name.lower() for column in node.find_all(exp.Column)}
        renamed = {name: self.prior(name) for name in names}
        if None in renamed.values():
            return None
        return node.copy().transform(
            lambda part: exp.column(renamed[part.name.lower()]) if isinstance(part, exp.Column) else part
        )

    def _is_known(self, node: Expr) -> bool:
        if isinstance(node, exp.Column):
            return self.shown(node.name.lower()) is not None
        children = _arguments(node) if _name(node) else list(node.iter_expressions())
        if _name(node) in _OF_THE_KNOWN:
            return any(self._is_known(child) for child in children)
        return all(self._is_known(child) for child in children) and not isinstance(node, exp.Null)
