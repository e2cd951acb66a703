"""Images that pretext tasks can learn from, made in memory, and settings for them."""

from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from semisup.data.dataset import ROLES, ImageData
from semisup.params.loading import Params
from semisup.studies.overlay import merged

REPOSITORY = Path(__file__).parents[2]


def settings(over: dict[str, Any]) -> Params:
    """params.yaml with other values for some keys."""
    values = YAML(typ="safe").load((REPOSITORY / "params.yaml").read_text(encoding="utf-8"))
    return Params.model_validate(merged(values, over))


def pool(images: int, side: int) -> ImageData:
    """Images brighter at the top, each with a colour and a bright disc of its own."""
    rng = np.random.default_rng(0)
    height, width = np.mgrid[0:side, 0:side] / side
    slope = (1 - height)[None, :, :, None] * rng.uniform(40, 120, (images, 1, 1, 1))
    colour = rng.uniform(0, 100, (images, 1, 1, 3))
    y, x = rng.uniform(0.2, 0.8, (2, images, 1, 1))
    disc = ((height - y) ** 2 + (width - x) ** 2 < 0.02)[..., None] * 60
    noise = rng.normal(0, 8, (images, side, side, 3))
    pixels = np.clip(slope + colour + disc + noise, 0, 255).astype(np.uint8)
    flat = pixels.reshape(-1, 3) / 255
    return ImageData(
        pixels,
        np.full(images, -1),
        np.full(images, ROLES.index("unlabelled")),
        np.empty((0, images), np.int64),
        np.arange(images),
        ["none"],
        flat.mean(axis=0).astype(np.float32),
        flat.std(axis=0).astype(np.float32),
    )
