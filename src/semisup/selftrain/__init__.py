"""The stage `selftrain`: a network that learns from labels and from what it says of the pool."""
