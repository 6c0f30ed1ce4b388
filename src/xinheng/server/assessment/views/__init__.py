"""Pages of assessment, by topic."""
