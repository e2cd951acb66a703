"""The one training loop, what it keeps and what it selects."""
