"""HTML input of assessment, by topic."""
