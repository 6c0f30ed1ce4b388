"""States and choices of imports."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What is imported; the columns of each kind are data in `xinheng.intake.kinds`."""

    CUSTOMERS = "customers", _("Customers")
    STATEMENTS = "statements", _("Statements")
    INVOICES = "invoices", _("Invoices")
    PAYMENTS = "payments", _("Payments")


class State(models.TextChoices):
    DRAFT = "draft", _("Columns to confirm")  # uploaded, columns not yet confirmed
    VALIDATING = "validating", _("Being checked")  # the worker reads and checks every row
    PREVIEW = "preview", _("Checked")  # checked; a person decides whether to import
    QUEUED = "queued", _("Waiting for the worker")  # decided; the worker has not begun
    RUNNING = "running", _("Being imported")  # the worker writes
    DONE = "done", _("Imported")  # everything that was to be written is written
    FAILED = "failed", _("Failed")  # stopped with a reason; may be resumed
    CANCELLED = "cancelled", _("Cancelled")  # stopped by a person; may be resumed


#: states in which the worker owns the run
AT_WORK = (State.VALIDATING, State.QUEUED, State.RUNNING)


class Policy(models.TextChoices):
    ALL_OR_NOTHING = "all_or_nothing", _("All rows or none")  # one transaction; one wrong row and nothing is written
    GOOD_ROWS = "good_rows", _("The correct rows")  # rows in error stay out and in the report


class Duplicates(models.TextChoices):
    """What happens to a row whose key is already there with other values; equal rows are always skipped."""

    UPDATE = "update", _("Update what is there")
    ERROR = "error", _("Report it as an error")
