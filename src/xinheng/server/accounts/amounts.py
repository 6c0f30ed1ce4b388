"""Amounts in the unit that the reader chose."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.utils.translation import gettext as _

from xinheng.server.accounts.choices import AmountUnit

_FACTORS = {AmountUnit.YUAN: Decimal(1), AmountUnit.WAN: Decimal(10_000), AmountUnit.YI: Decimal(100_000_000)}
_CENT = Decimal("0.01")


def unit_of(user: Any) -> AmountUnit:
    """The reader's unit; ten thousand yuan where nobody is signed in."""
    return AmountUnit(getattr(user, "amount_unit", AmountUnit.WAN))


def in_unit(amount: Decimal | None, user: Any) -> Decimal | None:
    """An amount (元) in the reader's unit with two decimals, rounded as pages round."""
    return None if amount is None else (amount / _FACTORS[unit_of(user)]).quantize(_CENT, ROUND_HALF_EVEN)


def unit_label(user: Any) -> str:
    """The name of the reader's unit."""
    names = {AmountUnit.YUAN: _("yuan"), AmountUnit.WAN: _("10,000 yuan"), AmountUnit.YI: _("100 million yuan")}
    return names[unit_of(user)]


def headed(label: str, user: Any) -> str:
    """The head of a column of amounts: the label with the reader's unit."""
    return _("%(label)s (%(unit)s)") % {"label": label, "unit": unit_label(user)}
