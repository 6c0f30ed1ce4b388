"""What invoices and payments say of a customer."""

from xinheng.engine.receivables.behaviour import BEHAVIOUR_FACTS, behaviour_facts, behaviour_sql, payment_points

__all__ = ["BEHAVIOUR_FACTS", "behaviour_facts", "behaviour_sql", "payment_points"]
