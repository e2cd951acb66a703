"""The stage `spread`: label propagation over the pool, and a classifier trained on the outcome."""
