"""The stage `spread`: labels spread over the pool, and a classifier trained on what they became."""
