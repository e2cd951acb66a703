"""How the learning rate rises and falls over a training."""

import math

WARMUP = 0.05  # share of the updates in which the learning rate rises


def schedule(update: int, updates: int) -> float:
    """Share of the learning rate at an update, from 0: linear warm-up, then half a cosine."""
    warmup = max(1, round(WARMUP * updates))
    if update < warmup:
        return (update + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (update - warmup) / max(1, updates - warmup)))
