"""Pages of customers, by topic."""
