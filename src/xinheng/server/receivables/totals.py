"""Totals of a large book, counted by the worker so that no page adds up millions of invoices."""

from django.db import connection, transaction
from django.utils import timezone

from xinheng.server.receivables.models import Invoice, Total

#: Up to so many invoices a page adds them up itself.
ADDED_UP_AT_ONCE = 100_000

_COUNT = """
INSERT INTO receivables_total (owner_id, owed, overdue, counted_at)
SELECT c.owner_id, sum(i.amount - coalesce(s.settled, 0)),
  coalesce(sum(i.amount - coalesce(s.settled, 0)) FILTER (WHERE i.due_on < %s), 0), %s
FROM receivables_invoice i JOIN customers_customer c ON c.id = i.customer_id AND c.archived_at IS NULL
LEFT JOIN (SELECT invoice_id, sum(amount) AS settled FROM receivables_allocation GROUP BY invoice_id) s
  ON s.invoice_id = i.id
WHERE NOT i.void GROUP BY c.owner_id
"""


@transaction.atomic
def totals_count() -> bool:
    """Count what is owed and overdue by salesperson, in place of what was counted before.

    Returns: whether the book is so large that its totals are kept; of a small one none are.
    """
    Total.objects.all().delete()
    if not Invoice.objects.order_by("pk")[ADDED_UP_AT_ONCE : ADDED_UP_AT_ONCE + 1].exists():
        return False
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [timezone.localdate(), timezone.now()])
    return True
