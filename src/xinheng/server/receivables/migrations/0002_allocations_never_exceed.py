"""The database itself refuses to settle more than an invoice's amount, or to spend more than a payment."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION receivables_refuse_excess() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    excess record;
BEGIN
    -- Rows are locked in one order, so that two who settle the same invoice wait for each other and see the other's part.
    PERFORM 1 FROM receivables_payment WHERE id IN (SELECT payment_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM receivables_invoice WHERE id IN (SELECT invoice_id FROM written) ORDER BY id FOR NO KEY UPDATE;
    SELECT i.number, i.amount, sum(a.amount) AS settled INTO excess
        FROM receivables_invoice i JOIN receivables_allocation a ON a.invoice_id = i.id
        WHERE i.id IN (SELECT invoice_id FROM written)
        GROUP BY i.id HAVING sum(a.amount) > i.amount LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'invoice % of % cannot be settled with %', excess.number, excess.amount, excess.settled
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_invoice';
    END IF;
    SELECT p.reference, p.amount, sum(a.amount) AS spent INTO excess
        FROM receivables_payment p JOIN receivables_allocation a ON a.payment_id = p.id
        WHERE p.id IN (SELECT payment_id FROM written)
        GROUP BY p.id HAVING sum(a.amount) > p.amount LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payment % of % cannot settle %', excess.reference, excess.amount, excess.spent
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_within_payment';
    END IF;
    PERFORM 1 FROM written w
        JOIN receivables_payment p ON p.id = w.payment_id JOIN receivables_invoice i ON i.id = w.invoice_id
        WHERE p.customer_id <> i.customer_id OR p.currency <> i.currency LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a payment settles invoices of its own customer and currency'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'allocation_same_customer';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION receivables_refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    taken numeric;
BEGIN
    IF TG_TABLE_NAME = 'receivables_invoice' THEN
        SELECT sum(amount) INTO taken FROM receivables_allocation WHERE invoice_id = NEW.id;
    ELSE
        SELECT sum(amount) INTO taken FROM receivables_allocation WHERE payment_id = NEW.id;
    END IF;
    IF taken > NEW.amount THEN
        RAISE EXCEPTION 'amount % is below the % that is allocated', NEW.amount, taken
            USING ERRCODE = 'check_violation', CONSTRAINT = 'amount_covers_allocations';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER allocation_excess_insert AFTER INSERT ON receivables_allocation
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION receivables_refuse_excess();
CREATE TRIGGER allocation_excess_update AFTER UPDATE ON receivables_allocation
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION receivables_refuse_excess();
CREATE TRIGGER invoice_shrinks AFTER UPDATE OF amount ON receivables_invoice
    FOR EACH ROW WHEN (NEW.amount < OLD.amount) EXECUTE FUNCTION receivables_refuse_shrinking();
CREATE TRIGGER payment_shrinks AFTER UPDATE OF amount ON receivables_payment
    FOR EACH ROW WHEN (NEW.amount < OLD.amount) EXECUTE FUNCTION receivables_refuse_shrinking();
"""

UNDO = """
DROP TRIGGER payment_shrinks ON receivables_payment;
DROP TRIGGER invoice_shrinks ON receivables_invoice;
DROP TRIGGER allocation_excess_update ON receivables_allocation;
DROP TRIGGER allocation_excess_insert ON receivables_allocation;
DROP FUNCTION receivables_refuse_shrinking();
DROP FUNCTION receivables_refuse_excess();
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION + TRIGGERS, UNDO)]
