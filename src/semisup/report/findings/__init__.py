"""What the results say, as numbers: the sentences are in words/summary.md.jinja."""
