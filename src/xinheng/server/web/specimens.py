"""Made-up figures for the page that shows every part (`/components/`). They describe no company."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _


def context() -> dict[str, Any]:
    return {
        "today": dt.date(2026, 10, 31),
        "amount": Decimal("3120000"),
        "grades": [
            {"grade": grade, "count": count}
            for grade, count in zip(
                ("AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D"), (6, 18, 40, 62, 55, 38, 17, 8, 4, 2),
                strict=True,
            )
        ],
        "trend": [0.31, 0.29, None, 0.27, 0.24, 0.22],
        "waterfall": {
            "items": [
                {"label": _("Payment index"), "earned": 13.4, "lost": 4.6},
                {"label": _("Years as a customer"), "earned": 5.8, "lost": 4.2},
                {"label": _("Public record"), "earned": 5.0, "lost": 5.0},
                {"label": _("Company size"), "earned": 2.2, "lost": 2.2},
                {"label": _("Cash interest cover"), "earned": 1.1, "lost": 1.7},
                {"label": _("Registered capital"), "earned": 3.3, "lost": 1.2},
                {"label": _("Debt ratio"), "earned": 6.3, "lost": 0.0},
                {"label": _("Overdue share"), "earned": 6.0, "lost": 0.0},
                {"label": _("Other ratios"), "earned": 35.5, "lost": 2.5},
            ]
        },
        "line_band": {
            "x": ["2021", "2022", "2023", "2024", "2025"],
            "unit": "%",
            "series": {"label": _("This company"), "values": [31.2, 29.8, 28.9, 25.4, 22.1]},
            "band": {
                "label": _("Industry median"),
                "low": [17.5, 17.9, 18.1, 17.6, 17.4],
                "middle": [24.3, 24.6, 24.9, 24.4, 24.0],
                "high": [33.0, 33.4, 33.8, 33.1, 32.7],
            },
        },
        "ageing": {
            "items": [
                {"label": _("Not due"), "value": 214.0},
                {"label": _("1–30 days"), "value": 61.5, "state": "watch"},
                {"label": _("31–60 days"), "value": 22.4, "state": "hold"},
                {"label": _("61–90 days"), "value": 9.1, "state": "hold"},
                {"label": _("Over 90 days"), "value": 4.8, "state": "stop"},
            ]
        },
        "scale": {
            "bands": [
                {"grade": grade, "from": low, "to": high}
                for grade, low, high in (
                    ("D", 0, 20), ("C", 20, 28), ("CC", 28, 36), ("CCC", 36, 44), ("B", 44, 52), ("BB", 52, 60),
                    ("BBB", 60, 68), ("A", 68, 80), ("AA", 80, 90), ("AAA", 90, 100),
                )
            ],
            "value": {"label": _("This company"), "score": 78.6},
            "neighbours": [{"label": _("Last assessment"), "score": 71.2}],
        },
        "bullet": {
            "items": [
                {"label": _("Net worth"), "value": 594.2},
                {"label": _("Working capital"), "value": 661.7},
                {"label": _("Demand"), "value": 92.82},
                {"label": _("Peer credit"), "value": None, "note": _("No peer's line is known.")},
                {"label": _("Grade cap"), "value": 480.0},
                {"label": _("Proposed limit"), "value": 90.0},
            ],
            "chosen": {"label": _("Proposed limit"), "value": 90.0},
            "digits": 0,
        },
    }  # fmt: skip
