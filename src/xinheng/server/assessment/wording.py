"""How one reader is told the figures and formulas of an assessment: in a language, amounts in a unit."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from xinheng.engine.assessment import Assessment as Answer
from xinheng.engine.assessment import Assessor, Figure
from xinheng.engine.rules.forms import Status
from xinheng.engine.rules.wording import in_figures, in_words
from xinheng.server.accounts.language import reader_language
from xinheng.server.assessment.models import Statement
from xinheng.server.customers.choices import SizeClass

FACTORS = {"yuan": Decimal(1), "wan": Decimal(10_000), "yi": Decimal(100_000_000)}
#: How a unit is written behind a figure, Chinese and English; amounts and shares are written by `Reader.figure`.
UNITS = {
    "天": (" 天", " days"), "年": (" 年", " years"), "月": (" 个月", " months"), "x": (" 倍", "×"),
    "分": (" 分", " points"), "人": (" 人", " people"), "件": (" 件", " cases"), "张": (" 张", " invoices"),
    "项": (" 项", " items"),
}  # fmt: skip


def amount_unit_name(unit: str) -> str:
    """The unit of amounts as it stands behind a figure."""
    return {"yuan": _("yuan"), "wan": _("× 10k yuan"), "yi": _("× 100m yuan")}[unit]


def amount_unit_head(unit: str) -> str:
    """The unit of amounts as it stands in the head of a column."""
    return {"yuan": _("yuan"), "wan": _("10,000 yuan"), "yi": _("100 million yuan")}[unit]


def term(text: str) -> str:
    """What a constant of the rules is called: `small` → 小型; itself where it has no other name."""
    known = {
        **dict(SizeClass.choices), **dict(Statement.Opinion.choices), **dict(Statement.Scope.choices),
        "open_account": _("open account"), "open_account_or_bank_acceptance": _("open account or bank acceptance"),
        "bank_acceptance_or_insured": _("bank acceptance, or insured"), "secured": _("secured only"),
        "prepayment": _("prepayment"), "high": _("high risk"), "limited": _("limited risk"), "low": _("low risk"),
    }  # fmt: skip
    return str(known.get(text, text))


@dataclass(frozen=True)
class Reader:
    """Tells one assessment; `amount_unit` is yuan, wan or yi."""

    runner: Assessor
    answer: Answer
    amount_unit: str = "wan"

    @property
    def language(self) -> Literal["zh", "en"]:
        return reader_language()

    def pick(self, row: Any, name: str = "") -> str:
        """The text of a form in the reader's language: its label, or the field that is called `name_zh`/`name_en`."""
        return str(getattr(row, f"{name}_{self.language}" if name else self.language))

    def label(self, name: str) -> str:
        return self.runner.label(name)[self.language == "en"]

    def value(self, name: str, *, bare: bool = False) -> str | None:
        """The value of a fact, parameter or result as it is written, None when it is unknown."""
        value = self.runner.value(name, self.answer)
        return None if value is None else self.figure(value, self.runner.unit(name), name=name, bare=bare)

    def figure(self, value: Any, unit: str, *, name: str = "", bare: bool = False) -> str:
        """A value with its unit; `bare` as within arithmetic, where only shares carry one."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, str):
            return term(value)
        if unit == "元":
            return self.amount(value, bare=bare)
        if unit == "%":
            return self.share(value, name)
        digits = 0 if isinstance(value, int) else 1 if unit in ("天", "年", "分") else 2
        return f"{value:,.{digits}f}" + ("" if bare else UNITS.get(unit, ("", ""))[self.language == "en"])

    def amount(self, value: Any, *, bare: bool = False) -> str:
        told = f"{Decimal(str(value)) / FACTORS[self.amount_unit]:,.2f}"
        return told if bare else f"{told} {amount_unit_name(self.amount_unit)}"

    def share(self, value: Any, name: str = "") -> str:
        percent = Decimal(str(value)) * 100
        if name in self.runner.rules.parameters:
            return f"{percent.normalize():f}%"
        return f"{percent:,.{2 if name == 'pd_12m' else 1}f}%"

    def formula_in_words(self, formula: str) -> str:
        return in_words(formula, self.label, self.language, term=term)

    def formula_in_figures(self, formula: str) -> str:
        return in_figures(
            formula,
            lambda name: self.value(name, bare=True),
            self.runner.prior,
            self.language,
            plain=self._number,
            term=term,
        )

    def _number(self, name: str) -> float | None:
        value = self.runner.value(name, self.answer)
        return float(value) if isinstance(value, int | float | Decimal) else None

    def status(self, figure: Figure) -> str:
        """Why a figure has no value, or not the plain one; empty when it has."""
        if note := self.pick(figure, "note"):
            return note
        return {
            Status.OK: "",
            Status.MISSING_INPUT: _("An input is not known."),
            Status.ZERO_DENOMINATOR: _("The denominator is zero."),
            Status.NEGATIVE_DENOMINATOR: _("The denominator is not positive."),
            Status.NOT_MEANINGFUL: _("It would say nothing here."),
            Status.CAPPED: _("A stand-in was used."),
        }[figure.status]
