"""The metrics of a customer's account in words: what each means, how it is come by, and why one has no value."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from xinheng.engine.receivables import Metric
from xinheng.engine.rules.forms import Status
from xinheng.server.receivables.figures import Metrics


@dataclass(frozen=True)
class MetricRow:
    """One metric as the page shows it; `shown` is empty where there is no value, and `note` says why."""

    key: str
    label: str
    shown: str
    meaning: str
    formula: str
    note: str = ""


def metric_rows(found: Metrics) -> list[MetricRow]:
    """All metrics in the order of the page. Shares are shown in percent with one decimal, days with one."""
    days = {"days": found.days}
    return [
        _row(
            "dso", _("Days sales outstanding (DSO)"), found.dso, "d",
            _("How many days of sales are still owed, by the sales of the last %(days)d days.") % days,
            _("balance ÷ sales of the period × days of the period"),
        ),
        _row(
            "count_back", _("DSO, counted back"), found.count_back, "d",
            _("The balance used up month by month, the newest first: what seasons do to the plain figure is gone."),
            _("days of the months used up + rest ÷ sales of the last month × its days"),
        ),
        _row(
            "best_possible", _("Best possible DSO"), found.best_possible, "d",
            _("What it would be if nothing were overdue."),
            _("balance not overdue ÷ sales of the period × days of the period"),
        ),
        _row(
            "delinquent", _("Average days delinquent (ADD)"), found.delinquent, "d",
            _("The part of the days that lateness alone costs; disputed items are left out."),
            _("DSO − best possible DSO, both without disputed items"),
        ),
        _row(
            "days_to_pay", _("Days to pay, weighted"), found.days_to_pay, "d",
            _("From the invoice to the money, by amount, over what was paid in the last %(days)d days.") % days,
            _("Σ(amount × days from invoice to payment) ÷ Σ amount"),
        ),
        _row(
            "days_beyond_terms", _("Days beyond terms, weighted"), found.days_beyond_terms, "d",
            _("From the due date to the money; negative is before it. Disputed items are left out."),
            _("Σ(amount × days from due date to payment) ÷ Σ amount"),
        ),
        _row(
            "overdue", _("Overdue ratio"), found.overdue, "%",
            _("The share of open invoices that is past due and not disputed."),
            _("overdue ÷ open invoices"),
        ),
        _row(
            "long_overdue", _("Overdue by more than 90 days"), found.long_overdue, "%",
            _("The share of open invoices that is long overdue."),
            _("overdue by more than 90 days ÷ open invoices"),
        ),
        _row(
            "effectiveness", _("Collection effectiveness (CEI)"), found.effectiveness, "%",
            _("Of what could be collected in the last %(days)d days, the share that was.") % days,
            _("(opening balance + sales − closing balance) ÷ (opening balance + sales − closing balance not overdue)"),
        ),
        _row(
            "disputed", _("Dispute ratio"), found.disputed, "%",
            _("The share of open invoices that the customer contests."),
            _("disputed ÷ open invoices"),
        ),
    ]  # fmt: skip


def _row(key: str, label: str, metric: Metric, unit: str, meaning: str, formula: str) -> MetricRow:
    return MetricRow(key, label, _shown(metric, unit), meaning, formula, _note(key, metric.status))


def _shown(metric: Metric, unit: str) -> str:
    if metric.value is None:
        return ""
    if unit == "%":
        return f"{metric.value * 100:.1f}%"
    days = _("%(count)s days") % {"count": f"{metric.value:.1f}"}
    return f"≥ {days}" if metric.status is Status.CAPPED else days


def _note(key: str, status: Status) -> str:
    nothing_open = key in ("overdue", "long_overdue", "disputed")
    return {
        Status.ZERO_DENOMINATOR: _("Nothing is open.") if nothing_open else _("Nothing was sold in the period."),
        Status.NEGATIVE_DENOMINATOR: _("Credit notes of the period exceed its invoices."),
        Status.NOT_MEANINGFUL: _("Nothing could be collected in the period.")
        if key == "effectiveness"
        else _("Credit notes exceed what is owed: it counts as 0."),
        Status.MISSING_INPUT: _("Nothing was paid in the period."),
        Status.CAPPED: _("The history is shorter than the receivables reach back."),
    }.get(status, "")
