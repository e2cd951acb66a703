"""Features of many images, to a file, so that an interruption costs no more than the last part."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from semisup.data.device_images import DeviceImages
from semisup.features.encode import FeatureExtractor
from semisup.features.stored import Features
from semisup.workflow.errors import UserError

PART_BYTES = 2**28  # of features between two saves, at most


def write(
    extractor: FeatureExtractor,
    images: DeviceImages,
    features: Features,
    name: str,
    shown: Callable[[slice], Tensor],
    stream: torch.Generator | None = None,
) -> None:
    """Fill `features` (n, D), and save them from time to time where the runtime keeps checkpoints.

    Args:
        extractor: of the encoder.
        images: all of them.
        features: where they shall lie, such as a file.
        name: of the checkpoints; no other features of the stage have it.
        shown: the images of a batch as the encoder shall see them.
        stream: what `shown` draws from.

    Raises:
        UserError: features are no numbers, or beyond those of 16 bits.
    """
    batches, at = [*images.batches()], 0
    while at < len(batches):
        start = batches[at].start
        checkpoint = extractor.runtime.checkpoint(f"{name}, from {start}")
        if checkpoint and (state := checkpoint.read()):
            end = start + len(state["features"])
            features[start:end] = state["features"].numpy()
            if stream:
                stream.set_state(state["stream"])
            at = next((n for n, batch in enumerate(batches) if batch.start >= end), len(batches))
            continue
        done = 0
        while at < len(batches) and done < PART_BYTES:
            features[batches[at]] = _numbers(extractor(shown(batches[at])), extractor.layer)
            done, at = features[start : batches[at].stop].nbytes, at + 1
            if checkpoint and checkpoint.is_due():
                break
        if checkpoint:
            checkpoint.write(_state(features[start : batches[at - 1].stop], stream))


def _numbers(features: Features, layer: str) -> Features:
    """The same; what follows would end by errors that say nothing of the encoder."""
    if not np.isfinite(features).all():
        raise UserError(
            f"layer {layer} of the encoder gives features beyond 65504, which 16 bits can't hold: "
            "it was trained too little or too fast; raise pretrain.epochs, lower the task's lr, or "
            "take another layer"
        )
    return features


def _state(features: Features, stream: torch.Generator | None) -> dict[str, Any]:
    state = {"features": torch.from_numpy(features.copy())}
    return state | ({"stream": stream.get_state()} if stream else {})
