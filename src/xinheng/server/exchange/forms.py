"""HTML input of imports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from xinheng import intake
from xinheng.engine.notation import AmountUnit
from xinheng.server.exchange.choices import Duplicates, Kind, Policy


class UploadForm(forms.Form):
    """A file and what it holds."""

    kind = forms.ChoiceField(label=_("What does the file hold?"))
    file = forms.FileField(
        label=_("File"),
        help_text=_("An .xlsx workbook, or .csv or .tsv text in UTF-8, UTF-16 or GBK."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.tsv,.txt"}),
    )

    def __init__(self, *args: Any, kinds: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.value, kind.label) for kind in Kind if kind in kinds]


class StartForm(forms.Form):
    """How to go on after the check."""

    policy = forms.ChoiceField(label=_("Which rows"), choices=Policy.choices, widget=forms.RadioSelect)
    duplicates = forms.ChoiceField(
        label=_("Where a record is there already with other values"),
        choices=Duplicates.choices,
        widget=forms.RadioSelect,
        initial=Duplicates.ERROR,
    )


def mapping_from(data: QueryDict, width: int) -> intake.Mapping:
    """The mapping that the page of columns sends: `column-0=amount`, `unit-0=wan`, one pair a header.

    Raises: ValueError when one column of ours is given to two headers, or a unit is none.
    """
    columns: dict[str, int] = {}
    units: dict[str, AmountUnit] = {}
    for place in range(width):
        key = data.get(f"column-{place}", "")
        if not key:
            continue
        if key in columns:
            raise ValueError(key)
        columns[key] = place
        if unit := data.get(f"unit-{place}", ""):
            units[key] = AmountUnit(unit)
    return intake.Mapping(columns, units)
