"""From a rule set to one SQL text: every form becomes named expressions, dependencies decide their order.

The text reads one relation of facts, one row a subject, and answers one row for each; DuckDB runs it for one customer
or for ten million, PostgreSQL runs the gate's rules inside the lock. There is no other evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from xinheng.engine.rules import language
from xinheng.engine.rules.catalogue import SQL_TYPES, Catalogue, FactType
from xinheng.engine.rules.forms import CODE_FIRST_CASE, Case
from xinheng.engine.rules.kinds import Kind, kind_of, kind_of_type
from xinheng.engine.rules.language import MAX_NAME, MAX_NUMBER, Expr, RuleError
from xinheng.engine.rules.ruleset import RuleSet

SUBJECT = "subject"
MAX_MONEY = "10000000000000000"  # 元; what DECIMAL(18,2) holds


@dataclass(frozen=True)
class Node:
    """One named expression; `reads` are the facts and nodes it needs."""

    name: str
    tree: Expr
    type: FactType
    reads: frozenset[str]


class _Builder:
    def __init__(self, rules: RuleSet, catalogue: Catalogue) -> None:
        self.rules, self.catalogue = rules, catalogue
        self.nodes: dict[str, Node] = {}
        self.averaged: dict[str, set[str]] = {}
        self.parameters: dict[str, set[str]] = {}

    def lower_all(self) -> None:
        for form in self.rules.forms.values():
            try:
                form.lower(self)
            except RuleError:
                raise
            except (ValueError, LookupError, StopIteration, ArithmeticError) as error:
                raise RuleError(source=form.id, detail_zh=f"不能生成算式：{error}",
                                detail_en=f"cannot be made into a formula: {error}") from error  # fmt: skip
        for node in self.nodes.values():
            unknown = {name for name in node.reads if name not in self.nodes and name not in self.catalogue}
            if unknown:
                shown = ", ".join(sorted(unknown))
                raise RuleError(source=node.name, detail_zh=f"没有名为 {shown} 的事实或结果",
                                detail_en=f"no fact or result is called {shown}")  # fmt: skip
        for node in self.nodes.values():
            found, wanted = kind_of(node.tree, self._kind, node.name), kind_of_type(node.type)
            if found not in (wanted, Kind.ANY):
                raise RuleError(source=node.name, detail_zh=f"结果应为 {wanted.value}，而算式给出 {found.value}",
                                detail_en=f"it is to be {wanted.value}, the formula gives {found.value}")  # fmt: skip

    def _kind(self, name: str) -> Kind:
        return kind_of_type(self.nodes[name].type if name in self.nodes else self.catalogue[name].type)

    def parse(self, text: str, source: str) -> Expr:
        tree = language.parse(text, source=source)
        return self._resolve(tree, source)

    def add(self, name: str, tree: Expr, type: str = "number") -> Expr:
        if name in self.nodes or name in self.catalogue:
            raise RuleError(source=name, detail_zh="名称已被使用", detail_en="the name is taken")
        if len(name) > MAX_NAME + 3:
            raise RuleError(source=name, detail_zh="结果名称过长", detail_en="the name of the result is too long")
        self.nodes[name] = Node(name, tree, FactType(type), frozenset(language.names(tree)))
        return exp.column(name, quoted=True)

    def status_codes(self, name: str, score: str) -> list[int]:
        form = self.rules.quantities.get(name)
        if form is None:
            return []
        return [CODE_FIRST_CASE + i for i, case in enumerate(form.cases) if case.score == score]

    def bounds(self, name: str) -> tuple[float, ...]:
        form = self.rules.quantities.get(name)
        return form.winsor if form is not None else ()

    def _resolve(self, tree: Expr, source: str) -> Expr:
        """Inline the parameters, and write out `average(x)` and `prior(x)` over the facts of the prior period."""

        def replace(node: Expr) -> Expr:
            if isinstance(node, exp.Column) and node.name in self.rules.parameters:
                self.parameters.setdefault(source, set()).add(node.name)
                return language.number(repr(self.rules.parameters[node.name].value))
            if isinstance(node, exp.Anonymous):
                inner = self._resolve(node.expressions[0], source)
                before = self._prior(inner, source)
                if node.this == "prior":
                    return exp.paren(before)
                self.averaged.setdefault(source, set()).update(language.names(before))
                both = exp.paren(exp.Add(this=exp.paren(inner), expression=exp.paren(before)))
                mean = language.divide(both, language.number(2))
                alone = language.double(exp.paren(inner.copy()))
                return exp.paren(
                    language.case([(exp.Is(this=exp.paren(before.copy()), expression=exp.Null()), alone)], mean)
                )
            return node

        return tree.transform(replace)

    def _prior(self, tree: Expr, source: str) -> Expr:
        def replace(node: Expr) -> Expr:
            if not isinstance(node, exp.Column):
                return node
            name = node.name
            if name in self.catalogue:
                before = self.catalogue.prior(name)
                if before is None:
                    raise RuleError(
                        source=source, detail_zh=f"{name} 没有上期数", detail_en=f"{name} has no prior period"
                    )
                return exp.column(before, quoted=True)
            form = self.rules.quantities.get(name)
            if form is not None:
                before = f"{name}__prior"
                if before not in self.nodes:
                    text = form.formula
                    cases = [(self._prior(self.parse(c.when, name), name), self._value(c, name)) for c in form.cases]
                    base = self._prior(self.parse(text, name), name)
                    self.add(before, language.case(cases, base) if cases else base, form.type)
                return exp.column(before, quoted=True)
            raise RuleError(source=source, detail_zh=f"{name} 没有上期数", detail_en=f"{name} has no prior period")

        return tree.transform(replace)

    def _value(self, case: Case, source: str) -> Expr:
        return self._prior(self.parse(case.value, source), source) if case.value else exp.Null()


class Program:
    """A rule set checked against a catalogue and ready to become SQL."""

    def __init__(self, rules: RuleSet, catalogue: Catalogue) -> None:
        builder = _Builder(rules, catalogue)
        builder.lower_all()
        self.rules, self.catalogue = rules, catalogue
        self.nodes: Mapping[str, Node] = builder.nodes
        self._averaged, self._parameters = builder.averaged, builder.parameters

    def parameters_of(self, name: str) -> frozenset[str]:
        """The parameters that a rule's own text reads; in the SQL they are inlined."""
        return frozenset(self._parameters.get(name, ()))

    def averaged_with(self, name: str) -> frozenset[str]:
        """The opening balances that a result, or one it rests on, averages with the closing ones."""
        rests_on = (node for node in self.closure([name]))
        return frozenset(opening for node in rests_on for opening in self._averaged.get(node, ()))

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The facts that anything in the set reads, sorted."""
        return self._inputs(self.nodes)

    def _inputs(self, wanted: Iterable[str]) -> tuple[str, ...]:
        reads = {name for node in wanted for name in self.nodes[node].reads}
        return tuple(sorted(name for name in reads if name in self.catalogue))

    def closure(self, outputs: Iterable[str], given: Iterable[str] = ()) -> list[str]:
        """The outputs and every node they need, stopping at the nodes that are given."""
        needed: set[str] = set()
        stop = set(given)
        pending = list(outputs)
        while pending:
            name = pending.pop()
            if name in needed or name in self.catalogue or name in stop:
                continue
            if name not in self.nodes:
                raise RuleError(source=name, detail_zh="没有这个结果", detail_en="there is no such result")
            needed.add(name)
            pending += self.nodes[name].reads
        return sorted(needed)

    def levels(self, wanted: Iterable[str], given: Iterable[str] = ()) -> list[list[str]]:
        """Nodes in groups that need only facts and earlier groups. Raises RuleError on a circle."""
        depth: dict[str, int] = dict.fromkeys(given, 0)
        open_nodes: set[str] = set()

        def measure(name: str) -> int:
            if name in self.catalogue:
                return 0
            if name in depth:
                return depth[name]
            if name in open_nodes:
                raise RuleError(
                    source=name, detail_zh="规则互相引用成环", detail_en="rules refer to each other in a circle"
                )
            open_nodes.add(name)
            depth[name] = 1 + max((measure(read) for read in self.nodes[name].reads), default=0)
            open_nodes.discard(name)
            return depth[name]

        names = list(wanted)
        last = max((measure(name) for name in names), default=0)
        # Each as late as its readers allow: what nothing reads is computed at the end instead of being carried there.
        latest = dict.fromkeys(names, last)
        for name in sorted(names, key=lambda name: -depth[name]):
            for read in self.nodes[name].reads:
                if read in latest:
                    latest[read] = min(latest[read], latest[name] - 1)
        groups: dict[int, list[str]] = {}
        for name in names:
            groups.setdefault(latest[name], []).append(name)
        return [groups[level] for level in sorted(groups)]

    def sql(
        self,
        outputs: Iterable[str] | None = None,
        *,
        relation: str = "facts",
        available: Iterable[str] | None = None,
        keep: Iterable[str] = (SUBJECT,),
        given: Iterable[str] = (),
        dialect: str = "duckdb",
    ) -> str:
        """The one SQL text.

        Args:
            outputs: results wanted, default all.
            relation: the table, view or subquery of facts, one row a subject. Written by us, never by a rule's author.
            available: the fact columns the relation has; the others are unknown. Default: it has all that are read.
            keep: columns of the relation passed through.
            given: results that the relation supplies instead of having them computed, for questions of "what if".
            dialect: "duckdb" or "postgres".
        """
        wanted = list(self.nodes) if outputs is None else list(outputs)
        given = [name for name in given if name not in keep]
        needed = self.closure(wanted, given)
        there = None if available is None else set(available)
        facts = [
            _given_fact(name, self.catalogue[name].type)
            if there is None or name in there
            else f'CAST(NULL AS {_sql_type(self.catalogue[name].type, dialect)}) AS "{name}"'
            for name in self._inputs(needed)
        ]
        kept = [*keep, *given]
        parts = [f"level_0 AS (SELECT {', '.join([*_quoted(kept), *facts]) or '1 AS nothing'} FROM {relation})"]
        groups = self.levels(needed, given)
        # PostgreSQL would write each level out inside the next, and a text that names figures twice grows without end.
        kept_apart = "MATERIALIZED " if dialect == "postgres" else ""
        carried = self._carried(groups, kept, wanted)
        for i, group in enumerate(groups, 1):
            computed = [f'{self._column(name, dialect)} AS "{name}"' for name in group]
            columns = ",\n  ".join([*_quoted(carried[i - 1]), *computed])
            parts.append(f"level_{i} AS {kept_apart}(SELECT {columns}\nFROM level_{i - 1})")
        listed = ", ".join(_quoted([*keep, *wanted]))
        return "WITH " + ",\n".join(parts) + f"\nSELECT {listed} FROM level_{len(groups)}"

    def _carried(self, groups: list[list[str]], kept: list[str], wanted: list[str]) -> list[list[str]]:
        """For each level the columns of the one before that it passes on: a column costs memory in every level."""
        asked = {*kept, *wanted}
        passed: list[list[str]] = []
        for place in reversed(range(len(groups))):
            own = set(groups[place])
            passed.append(sorted(asked - own))
            asked = (asked - own) | {read for name in own for read in self.nodes[name].reads}
        return passed[::-1]

    def _column(self, name: str, dialect: str) -> str:
        node = self.nodes[name]
        text: str = node.tree.sql(dialect=dialect)
        if node.type in (FactType.INTEGER, FactType.TEXT, FactType.BOOLEAN):
            return f"({text})"
        type = _sql_type(node.type, dialect)
        if node.type is not FactType.MONEY:
            return f"CAST({text} AS {type})"
        # An amount that no column can hold is unknown; it must not stop a run over a million customers.
        if dialect == "duckdb":
            return f"TRY_CAST({text} AS {type})"
        return f"CASE WHEN ABS({text}) < {MAX_MONEY} THEN CAST({text} AS {type}) END"

    def check(self) -> None:
        """Let DuckDB bind every expression against an empty relation of typed facts; what does not fit is an error."""
        import duckdb

        with duckdb.connect() as connection:
            columns = ", ".join(
                f'CAST(NULL AS {SQL_TYPES[self.catalogue[name].type]}) AS "{name}"' for name in self.inputs
            )
            facts = f"(SELECT 0 AS {SUBJECT}{', ' if columns else ''}{columns} LIMIT 0)"
            try:
                connection.execute(self.sql(relation=facts))
            except duckdb.Error as error:
                first = str(error).splitlines()[0][:200]
                raise RuleError(source="SQL", detail_zh=f"类型不符：{first}", detail_en=first) from error


def _given_fact(name: str, type: FactType) -> str:
    if type is not FactType.NUMBER:
        return f'"{name}"'
    # Not-a-number compares as the greatest there is and would earn full points; such a figure is unknown.
    return f'CASE WHEN ABS("{name}") <= {MAX_NUMBER:.0f} THEN "{name}" END AS "{name}"'


def _sql_type(type: FactType, dialect: str) -> str:
    if dialect == "duckdb":
        return SQL_TYPES[type]
    return {"DECIMAL(18,2)": "numeric(18,2)", "DOUBLE": "double precision", "VARCHAR": "text"}.get(
        SQL_TYPES[type], SQL_TYPES[type].lower()
    )


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]
