"""Rule sets: TOML documents read into forms, identified by the hash of their text.

A stored assessment keeps the documents it was made with, so that it can be replayed after the shipped ones changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from xinheng.engine.rules.examples import Example
from xinheng.engine.rules.forms import FORMS, NESTED, NESTED_BY_FORM, Form, LimitModel, Quantity
from xinheng.engine.rules.language import RuleError

#: The documents of the default assessment, in reading order.
DEFAULT_DOCUMENTS = (
    "ratios.toml",
    "models.toml",
    "efficacy.toml",
    "working_assets.toml",
    "characteristics.toml",
    "five_c.toml",
    "composite.toml",
    "limits.toml",
    "policy.toml",
    "warnings.toml",
)
GATE_DOCUMENTS = ("gate.toml",)


@dataclass(frozen=True)
class Parameter:
    """A figure of a rule set that an installation may set; inlined where its name stands."""

    name: str
    value: float
    zh: str
    en: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class RuleSet:
    """A set of documents.

    Args:
        documents: name → TOML text, as published; nothing else decides what the set means.
    Raises: RuleError when a document is not TOML or a form has a field it does not know.
    """

    documents: Mapping[str, str]

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the names and texts: two sets are the same rules exactly when this is equal."""
        digest = hashlib.sha256()
        for name in sorted(self.documents):
            digest.update(f"{name}\0{len(self.documents[name].encode())}\0{self.documents[name]}".encode())
        return digest.hexdigest()

    @cached_property
    def _read(self) -> dict[str, dict[str, Any]]:
        read = {}
        for name, text in self.documents.items():
            try:
                read[name] = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                raise RuleError(source=name, detail_zh=f"不是有效的 TOML：{error}", detail_en=str(error)) from error
        return read

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Every form by its id."""
        found: dict[str, Form] = {}
        for name, form in self._all_forms():
            if form.id in found:
                raise RuleError(source=f"{name}: {form.id}", detail_zh="编号重复", detail_en="the id is used twice")
            found[form.id] = form
        return found

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Figures with a status, the steps of limit models included."""
        found = {form.id: form for form in self.forms.values() if isinstance(form, Quantity)}
        for form in self.forms.values():
            if isinstance(form, LimitModel):
                found |= {step.id: step for step in form.steps}
        return found

    @cached_property
    def examples(self) -> dict[str, tuple[Example, ...]]:
        """The worked examples of each document."""
        return {
            name: tuple(
                _build(Example, row, f"{name}: {row.get('id', '?')}") for row in _rows(name, document, "example")
            )
            for name, document in self._read.items()
        }

    def examples_of(self, document: str) -> tuple[Example, ...]:
        return self.examples[document]

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        for name, document in self._read.items():
            for row in _rows(name, document, "parameter"):
                parameter = _build(Parameter, row, f"{name}: {row.get('name', '?')}")
                if parameter.name in found:
                    raise RuleError(source=f"{name}: {parameter.name}", detail_zh="参数重复",
                                    detail_en="the parameter is defined twice")  # fmt: skip
                found[parameter.name] = parameter
        return found

    @cached_property
    def headings(self) -> dict[str, dict[str, Any]]:
        """The `[set]` table of each document: title, version, source."""
        return {name: _heading(name, document) for name, document in self._read.items()}

    def document_of(self, form_id: str) -> str:
        return next(name for name, form in self._all_forms() if form.id == form_id)

    def _all_forms(self) -> Iterator[tuple[str, Form]]:
        for name, document in self._read.items():
            for key in document:
                if key in ("set", "parameter", "example"):
                    continue
                if key not in FORMS:
                    raise RuleError(source=name, detail_zh=f"没有“{key}”这种规则", detail_en=f"no form is called {key}")
                for row in _rows(name, document, key):
                    yield name, _build(FORMS[key], row, f"{name}: {row.get('id', '?')}")


def _heading(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    heading = document.get("set", {})
    if not isinstance(heading, dict):
        raise RuleError(source=name, detail_zh="set 应为一个表 [set]", detail_en="set is a table, [set]")
    return heading


def _rows(name: str, document: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    rows = document.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RuleError(source=name, detail_zh=f"{key} 应写成表的列表 [[{key}]]",
                        detail_en=f"{key} is a list of tables, [[{key}]]")  # fmt: skip
    return rows


#: annotation of a field → what TOML may give for it, and how that is called.
_GIVEN: dict[str, tuple[tuple[type, ...], str, str]] = {
    "str": ((str,), "文本", "text"),
    "float": ((int, float), "数值", "a number"),
    "int": ((int,), "整数", "a whole number"),
    "bool": ((bool,), "true 或 false", "true or false"),
    "float | None": ((int, float), "数值", "a number"),
}


def _build(form: type[Any], row: Mapping[str, Any], source: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(form)}
    unknown = set(row) - set(fields)
    if unknown:
        shown, known = ", ".join(sorted(unknown)), ", ".join(fields)
        raise RuleError(source=source, detail_zh=f"不认识的字段 {shown}；可用 {known}",
                        detail_en=f"unknown fields {shown}; there are {known}")  # fmt: skip
    lacking = [
        name
        for name, field in fields.items()
        if name not in row and field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    if lacking:
        shown = ", ".join(lacking)
        raise RuleError(source=source, detail_zh=f"缺少字段 {shown}", detail_en=f"missing fields: {shown}")
    values: dict[str, Any] = {}
    for name, value in row.items():
        member = NESTED_BY_FORM.get((form, name)) or NESTED.get(name)
        if member is not None:
            items = _rows(source, {name: value}, name)
            values[name] = tuple(_build(member, item, f"{source}.{name}") for item in items)
        else:
            values[name] = _value(value, str(fields[name].type), f"{source}.{name}")
    return form(**values)


def _value(value: Any, annotation: str, source: str) -> Any:
    if annotation in _GIVEN:
        allowed, zh, en = _GIVEN[annotation]
        if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
            raise RuleError(source=source, detail_zh=f"应为{zh}，而不是 {value!r}", detail_en=f"is {en}, not {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise RuleError(source=source, detail_zh="应为有限的数值", detail_en="is a finite number")
        return value
    if annotation.startswith("tuple"):
        return _listed(value, annotation, source)
    if not isinstance(value, dict):
        raise RuleError(source=source, detail_zh="应为一个表", detail_en="is a table")
    return value


def _listed(value: Any, annotation: str, source: str) -> tuple[Any, ...]:
    texts, pairs = "str" in annotation, annotation.startswith("tuple[tuple")
    found = []
    for item in value if isinstance(value, list) else [None]:
        parts = item if pairs and isinstance(item, list) and len(item) == 2 else [item]
        fits = all(isinstance(p, str if texts else int | float) and not isinstance(p, bool) for p in parts)
        if not fits or pairs != (len(parts) == 2):
            raise RuleError(source=source, detail_zh=f"列表中的 {item!r} 不合格式",
                            detail_en=f"{item!r} does not fit in this list")  # fmt: skip
        found.append(tuple(parts) if pairs else item)
    return tuple(found)


def shipped(names: tuple[str, ...] = DEFAULT_DOCUMENTS) -> RuleSet:
    """The rule set that comes with the product."""
    folder = files("xinheng.engine.models")
    return RuleSet({name: folder.joinpath(name).read_text("utf-8") for name in names})
