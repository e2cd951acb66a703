"""The stage `selftrain`: self-training on labels and on pseudo-labels of the pool."""
