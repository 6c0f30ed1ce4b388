"""Rule sets: TOML documents read into forms, identified by the hash of their text.

A stored assessment keeps the documents it was made with, so that it can be replayed after the shipped ones changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

from xinheng.engine.rules.forms import FORMS, NESTED, NESTED_BY_FORM, Form, LimitModel, Quantity
from xinheng.engine.rules.language import RuleError

#: The documents of the default assessment, in reading order.
DEFAULT_DOCUMENTS = (
    "ratios.toml",
    "models.toml",
    "efficacy.toml",
    "working_assets.toml",
    "characteristics.toml",
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
    def parameters(self) -> dict[str, Parameter]:
        rows = [row for document in self._read.values() for row in document.get("parameter", [])]
        return {row["name"]: _build(Parameter, row, row.get("name", "?")) for row in rows}

    @cached_property
    def headings(self) -> dict[str, dict[str, Any]]:
        """The `[set]` table of each document: title, version, source."""
        return {name: document.get("set", {}) for name, document in self._read.items()}

    def document_of(self, form_id: str) -> str:
        return next(name for name, form in self._all_forms() if form.id == form_id)

    def _all_forms(self) -> Iterator[tuple[str, Form]]:
        for name, document in self._read.items():
            for key, rows in document.items():
                if key in ("set", "parameter"):
                    continue
                if key not in FORMS:
                    raise RuleError(source=name, detail_zh=f"没有“{key}”这种规则", detail_en=f"no form is called {key}")
                for row in rows:
                    yield name, _build(FORMS[key], row, f"{name}: {row.get('id', '?')}")


def _build(form: type[Any], row: Mapping[str, Any], source: str) -> Any:
    fields = {field.name: field for field in dataclasses.fields(form)}
    unknown = set(row) - set(fields)
    if unknown:
        shown = ", ".join(sorted(unknown))
        raise RuleError(source=source, detail_zh=f"不认识的字段 {shown}", detail_en=f"unknown fields {shown}")
    values: dict[str, Any] = {}
    for name, value in row.items():
        member = NESTED_BY_FORM.get((form, name)) or NESTED.get(name)
        if member is not None:
            values[name] = tuple(_build(member, item, f"{source}.{name}") for item in value)
        elif isinstance(value, list):
            values[name] = tuple(tuple(item) if isinstance(item, list) else item for item in value)
        else:
            values[name] = value
    try:
        return form(**values)
    except TypeError as error:
        raise RuleError(source=source, detail_zh=f"缺少字段：{error}", detail_en=str(error)) from error


def shipped(names: tuple[str, ...] = DEFAULT_DOCUMENTS) -> RuleSet:
    """The rule set that comes with the product."""
    folder = files("xinheng.engine.models")
    return RuleSet({name: folder.joinpath(name).read_text("utf-8") for name in names})
