"""Amounts, dates, percentages as Chinese businesses write them: readers that never guess, and writers.

Every reader takes a cell as it comes, answers None where the cell says that there is nothing, and raises a subclass of
`UnreadableValue` that says what would be accepted.
"""

from .amounts import LARGEST, Amount, AmountUnit, amount_in_words, find_unit, format_amount, parse_amount
from .dates import Term, parse_date, parse_term
from .scalars import parse_bool, parse_percent

__all__ = [
    "LARGEST",
    "Amount",
    "AmountUnit",
    "Term",
    "amount_in_words",
    "find_unit",
    "format_amount",
    "parse_amount",
    "parse_bool",
    "parse_date",
    "parse_percent",
    "parse_term",
]
