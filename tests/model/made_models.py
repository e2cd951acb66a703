"""Small classifiers with random weights, whose logits are far apart."""

from typing import Any

import numpy as np
import torch

from semisup.model.about import About
from semisup.model.whole import Whole

SMALL = {"backbone": "small", "sees": "pixels"}


def about(size: int = 16, channels: int = 3, **edits: Any) -> About:
    pixels = np.linspace(0.3, 0.5, channels).astype(np.float32)
    fields: dict[str, Any] = {
        **{"classes": ["cat", "dog", "eel"], "image_size": size, "channels": channels},
        **{"fit": "crop", "max_megapixels": 100.0, "mean": pixels, "std": pixels / 2},
        **{"encoder": SMALL, "layer": "conv3", "pool": 2, "hidden": [8]},
        **{"temperature": 1.5, "threshold": 0.6, "precision": 0.95},
        **{"origin": {"method": "head", "task": "rotation", "budget": 4, "draw": 1}},
    }
    return About(**fields | edits)


def randomised(whole: Whole, seed: int = 0) -> Whole:
    """With statistics of batch norm unlike those of new networks, and logits that differ."""
    stream = torch.Generator().manual_seed(seed)
    for name, value in whole.network.state_dict().items():
        if name.endswith("running_mean"):
            value.copy_(torch.rand(value.shape, generator=stream) - 0.5)
        elif name.endswith("running_var"):
            value.copy_(torch.rand(value.shape, generator=stream) + 0.5)
    last = whole.network.head[-1]
    last.weight.data *= 40
    return whole


def pictures(count: int, size: int = 16, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, size, size, channels), np.uint8)
