"""What lies in the chunk files between the two passes of the worker."""

#: columns of the files after customer_id, in the order in which they are copied; the first is the key
STAGED: dict[str, tuple[str, ...]] = {
    "invoices": ("number", "kind", "issued_on", "due_on", "amount", "currency", "disputed", "void"),
    "payments": ("reference", "received_on", "amount", "currency", "invoice_id"),
}
