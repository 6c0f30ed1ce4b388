"""Finding customers by what a file calls them: number, registered code or exact name, within the user's scope."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.expressions import RawSQL

from xinheng.engine import identity
from xinheng.intake import RowError
from xinheng.server.customers.models import Identifier
from xinheng.server.customers.selectors import customers_visible

_MOST_REMEMBERED = 200_000
_TO_HALF = str.maketrans("（）", "()")
_TO_FULL = str.maketrans("()", "（）")


@dataclass(frozen=True)
class Unresolved:
    """Why a reference leads to no customer."""

    code: str
    zh: str
    en: str


_UNKNOWN = Unresolved("customer_unknown", "没有这家客户", "there is no such customer")
_AMBIGUOUS = Unresolved("customer_ambiguous", "有多家客户用这个名称", "several customers have this name")
_ACCEPTED_ZH = "您负责范围内的客户编号、统一社会信用代码或全称"
_ACCEPTED_EN = "the number, unified social credit code or full name of a customer in your scope"


class CustomerFinder:
    """Answers references in batches, remembering what it has answered.

    Args: user: whose scope counts; a customer outside it is as unknown as one that does not exist.
    """

    def __init__(self, user: Any) -> None:
        self._visible = customers_visible(user)
        self._known: dict[str, int | Unresolved] = {}

    def find(self, references: Iterable[str]) -> dict[str, int | Unresolved]:
        """The customer id of each reference, or why there is none."""
        wanted = set(references)
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
        new = [reference for reference in wanted if reference not in self._known]
        if new:
            self._look_up(new)
        return {reference: self._known[reference] for reference in wanted}

    def _look_up(self, references: Sequence[str]) -> None:
        left = set(references)
        for forms, query in (
            (_number_forms, lambda keys: self._visible.filter(number__in=_array(keys)).values_list("number", "id")),
            (_code_forms, self._by_code),
            (_name_forms, lambda keys: self._visible.filter(name__in=_array(keys)).values_list("name", "id")),
        ):
            if not left:
                return
            keys = {form: reference for reference in left for form in forms(reference)}
            hits: dict[str, set[int]] = {}
            for value, customer_id in query(list(keys)) if keys else ():
                hits.setdefault(keys[value], set()).add(customer_id)
            for reference, ids in hits.items():
                self._known[reference] = ids.pop() if len(ids) == 1 else _AMBIGUOUS
            left -= hits.keys()
        for reference in left:
            self._known[reference] = _UNKNOWN

    def _by_code(self, keys: list[str]) -> Iterable[tuple[str, int]]:
        codes = Identifier.objects.filter(value__in=_array(keys), customer__in=self._visible)
        return codes.values_list("value", "customer_id")


def unresolved_error(row: int, reference: str, why: Unresolved) -> RowError:
    """The error of a row whose customer is not found."""
    return RowError(row, "customer", reference[:200], why.code, why.zh, why.en, _ACCEPTED_ZH, _ACCEPTED_EN)


def _array(values: list[str]) -> RawSQL:
    # One array instead of one parameter a value: PostgreSQL takes 65,535 of those.
    return RawSQL("select unnest(%s::text[])", [values])


def _number_forms(reference: str) -> set[str]:
    return {reference, unicodedata.normalize("NFKC", reference).strip()}


def _code_forms(reference: str) -> set[str]:
    code = identity.normalise(reference)
    return {code} if 8 <= len(code) <= 40 and code.isascii() else set()


def _name_forms(reference: str) -> set[str]:
    return {reference, reference.translate(_TO_HALF), reference.translate(_TO_FULL)}
