"""The report as one page with charts, that opens from disk without a network."""
