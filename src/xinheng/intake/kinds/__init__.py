"""The kinds of tables that can be imported, as data: one TOML file a kind beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from xinheng.engine.errors import DefinitionError
from xinheng.engine.statements import LINES
from xinheng.intake.header import normalised

_TYPES = frozenset(
    {"text", "code", "customer", "identifier", "uscc", "org_code", "reg_no", "lei", "industry", "region", "amount"}
    | {"date", "percent", "int", "bool", "choice", "currency"}
)


@dataclass(frozen=True)
class Column:
    """One column of a kind.

    `aliases` are labels seen in real exports; `choices` maps a code to the words for it (type choice), `true_words` and
    `false_words` add to yes and no (type bool). `most` is the greatest length of a text, `least`/`greatest` bound an
    amount or a number, `positive` asks for more than zero.
    """

    key: str
    zh: str
    en: str
    type: str
    required: bool = False
    help_zh: str = ""
    help_en: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    most: int = 200
    least: int | None = None
    greatest: int | None = None
    positive: bool = False
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """The name of the column for a reader."""
        return self.zh if language.startswith("zh") else self.en

    def labels(self) -> frozenset[str]:
        """Every normalised label that means this column."""
        return frozenset(normalised(text) for text in (self.key, self.zh, self.en, *self.aliases))


@dataclass(frozen=True)
class Kind:
    """One kind of table. `one_of` are groups of columns of which a row needs at least one."""

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    help_zh: str = ""
    help_en: str = ""
    one_of: tuple[tuple[str, ...], ...] = ()
    unique: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        """The column with that key. Raises: KeyError."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)

    def label(self, language: str) -> str:
        """The name of the kind for a reader."""
        return self.zh if language.startswith("zh") else self.en

    def vocabulary(self) -> frozenset[str]:
        """Every normalised label of every column."""
        return frozenset().union(*(column.labels() for column in self.columns))


KIND_KEYS = ("customers", "statements", "invoices", "payments")


@cache
def kind(key: str) -> Kind:
    """The kind with that key. Raises: KeyError for another key, DefinitionError when its data file is wrong."""
    if key not in KIND_KEYS:
        raise KeyError(key)
    source = f"{key}.toml"
    data = tomllib.loads(files(__package__ or "").joinpath(source).read_text(encoding="utf-8"))
    columns = tuple(_column(entry, source) for entry in data.pop("column"))
    if key == "statements":
        columns = columns + _line_columns()
    try:
        found = Kind(
            key=key,
            columns=columns,
            one_of=tuple(tuple(group) for group in data.pop("one_of", [])),
            unique=tuple(data.pop("unique", [])),
            **data,
        )
    except TypeError as error:
        raise DefinitionError(source=source, detail_zh=str(error), detail_en=str(error)) from error
    keys = {column.key for column in columns}
    named = {name for group in found.one_of for name in group} | set(found.unique)
    if len(keys) < len(columns) or not named <= keys:
        raise DefinitionError(source=source, detail_zh="列名重复或不存在", detail_en="a column is doubled or unknown")
    return found


def _column(entry: dict[str, object], source: str) -> Column:
    lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    choices = entry.get("choices")
    words = {code: tuple(names) for code, names in choices.items()} if isinstance(choices, dict) else {}
    try:
        column = Column(**(entry | lists | {"choices": words}))  # type: ignore[arg-type]
    except TypeError as error:
        raise DefinitionError(source=source, detail_zh=str(error), detail_en=str(error)) from error
    if column.type not in _TYPES:
        raise DefinitionError(source=source, detail_zh=column.type, detail_en=f"unknown type {column.type}")
    return column


def _line_columns() -> tuple[Column, ...]:
    """A column per line of the CAS forms: its code, its Chinese and English name, an amount."""
    return tuple(Column(line.code, line.zh, line.en, "amount", aliases=tuple(line.aliases)) for line in LINES.values())
