"""Features of a frozen encoder, computed once for every budget and draw."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import Tensor

from semisup import outputs
from semisup.backbones import Encoder, pooled, pooled_width
from semisup.data.device_images import DeviceImages
from semisup.data.labelled import ImageData
from semisup.device import Runtime
from semisup.params_sections import Augment, Embed

TRAIN, TRAIN_IDS, VALIDATION, TEST = "train.npy", "train_ids.npy", "validation.npy", "test.npy"
PROBE_FOLDS = 4
PROBE_RIDGE = 0.1  # of the mean squared length of the centred features

Features = NDArray[np.float16]


def embed(
    encoder: Encoder,
    data: ImageData,
    settings: Embed,
    augment: Augment,
    runtime: Runtime,
    seed: int,
    folder: Path,
) -> dict[str, object]:
    """Write features of the labelled images into `folder`; returns what features.json says.

    train.npy is (n, 1 + views, D) float16: each train image as it is, then its augmented views;
    train_ids.npy (n,) their positions; validation.npy and test.npy are (n, D).
    """
    encoder = encoder.to(runtime.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    before = checksum(freeze(encoder))
    layer = settings.layer
    accuracies = {}
    if layer == "auto":
        accuracies = probe_layers(encoder, data, settings.pool, runtime)
        layer = max(accuracies, key=lambda name: accuracies[name])
    width = pooled_width(encoder, layer, settings.pool, data.image_size)
    train_ids = data.ranked_below(settings.images_per_class)
    train = open_memmap(
        folder / TRAIN, "w+", np.float16, (len(train_ids), 1 + settings.views, width)
    )
    for view in range(1 + settings.views):
        generator = runtime.generator(seed, view)
        images = DeviceImages.of(data, train_ids, runtime)
        for batch in images.batches():
            shown = images.augmented(batch, augment, generator) if view else images.plain(batch)
            train[batch, view] = _features(encoder, shown, layer, settings.pool, runtime)
    train.flush()
    np.save(folder / TRAIN_IDS, train_ids)
    for name, positions in ((VALIDATION, data.validation), (TEST, data.test)):
        np.save(
            folder / name, _plain_features(encoder, data, positions, layer, settings.pool, runtime)
        )
    after = checksum(encoder)
    if after != before:
        raise AssertionError("the frozen encoder's weights or buffers moved")
    info = {
        "layer": layer,
        "pool": settings.pool,
        "width": width,
        "probe": accuracies,
        "encoder_checksum": after,
    }
    outputs.write_json(folder / outputs.FEATURES_INFO, info)
    return info


def freeze(encoder: Encoder) -> Encoder:
    """Evaluation mode (batch norm uses its stored statistics and keeps them), no gradients."""
    return encoder.eval().requires_grad_(False)


def checksum(encoder: Encoder) -> str:
    """A hash over the names, weights and buffers of an encoder."""
    digest = hashlib.blake2b(digest_size=16)
    for name, value in sorted(encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def probe_layers(
    encoder: Encoder, data: ImageData, pool: int, runtime: Runtime
) -> dict[str, float]:
    """Accuracy of a linear probe on each layer, cross-validated within the validation images."""
    labels = torch.from_numpy(data.labels[data.validation])
    accuracies = {}
    for layer in encoder.layers:
        features = _plain_features(encoder, data, data.validation, layer, pool, runtime)
        accuracies[layer] = round(
            probe_accuracy(torch.from_numpy(features).double(), labels, len(data.classes)), 4
        )
    return accuracies


def probe_accuracy(features: Tensor, labels: Tensor, classes: int) -> float:
    """Cross-validated accuracy of ridge regression from features (N, D) to one-hot labels (N,).

    Solved in its dual form, so that N by N is the largest system, whatever D.
    """
    fold = torch.arange(len(labels)) % PROBE_FOLDS
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    fold = fold[order]
    features = features - features.mean(dim=0)
    gram = features @ features.T
    ridge = PROBE_RIDGE * gram.diagonal().mean()
    targets = torch.nn.functional.one_hot(labels, classes).double()
    right = 0
    for held in range(PROBE_FOLDS):
        fits, tests = (fold != held).nonzero()[:, 0], (fold == held).nonzero()[:, 0]
        system = gram[fits][:, fits] + ridge * torch.eye(len(fits), dtype=gram.dtype)
        weights = torch.linalg.solve(system, targets[fits] - targets[fits].mean(dim=0))
        logits = gram[tests][:, fits] @ weights + targets[fits].mean(dim=0)
        right += int((logits.argmax(dim=1) == labels[tests]).sum())
    return right / len(labels)


def _plain_features(
    encoder: Encoder,
    data: ImageData,
    positions: NDArray[np.int64],
    layer: str,
    pool: int,
    runtime: Runtime,
) -> Features:
    images = DeviceImages.of(data, positions, runtime)
    parts = [_features(encoder, images.plain(b), layer, pool, runtime) for b in images.batches()]
    width = pooled_width(encoder, layer, pool, data.image_size)
    return np.concatenate(parts) if parts else np.empty((0, width), np.float16)


def _features(
    encoder: Encoder, images: Tensor, layer: str, pool: int, runtime: Runtime
) -> Features:
    with torch.no_grad(), runtime.autocast():
        return pooled(encoder(images, layer), pool).half().cpu().numpy()
