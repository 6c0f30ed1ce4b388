"""The forms a rule can take, as they are written in TOML. Each says how it becomes expressions (`lower`).

A form holds only text and figures; nothing here evaluates anything. `lower` names expressions through the builder, and
the compiler turns all of them into one SQL text.
"""

from __future__ import annotations

from typing import Any

from xinheng.engine.rules.forms.decisions import (
    DecisionTable,
    GateRule,
    Grade,
    GradeCap,
    MasterScale,
    Row,
    Warning,
)
from xinheng.engine.rules.forms.efficacy import Efficacy, EfficacyBlock, Indicator, SpecialCase
from xinheng.engine.rules.forms.models import Model, Term, Zone
from xinheng.engine.rules.forms.quantities import CODE_FIRST_CASE, Builder, Case, LimitModel, Quantity, Status
from xinheng.engine.rules.forms.scorecards import Block, Characteristic, PointsRow, Scorecard

__all__ = [
    "CODE_FIRST_CASE", "FORMS", "NESTED", "NESTED_BY_FORM", "Block", "Builder", "Case", "Characteristic",
    "DecisionTable", "Efficacy", "EfficacyBlock", "Form", "GateRule", "Grade", "GradeCap", "Indicator", "LimitModel",
    "MasterScale", "Model", "PointsRow", "Quantity", "Row", "Scorecard", "SpecialCase", "Status", "Term", "Warning",
    "Zone",
]  # fmt: skip

Form = Quantity | Scorecard | Model | DecisionTable | MasterScale | LimitModel | Warning | GateRule | Efficacy

#: TOML table name → form, in no particular order: dependencies decide the order of evaluation.
FORMS: dict[str, type[Any]] = {
    "quantity": Quantity,
    "scorecard": Scorecard,
    "model": Model,
    "table": DecisionTable,
    "scale": MasterScale,
    "limit": LimitModel,
    "warning": Warning,
    "gate": GateRule,
    "efficacy": Efficacy,
}

#: field name → form of its members, for nested tables.
NESTED: dict[str, type[Any]] = {
    "cases": Case, "blocks": Block, "characteristics": Characteristic, "terms": Term, "zones": Zone,
    "grades": Grade, "steps": Quantity, "basic": Indicator, "modification": Indicator,
}  # fmt: skip
NESTED_BY_FORM: dict[tuple[type[Any], str], type[Any]] = {
    (DecisionTable, "rows"): Row,
    (Characteristic, "rows"): PointsRow,
    (Characteristic, "caps"): PointsRow,
    (MasterScale, "caps"): GradeCap,
    (Efficacy, "blocks"): EfficacyBlock,
    (Indicator, "special"): SpecialCase,
}
