"""Features of a frozen encoder, computed once for every budget and draw."""

import os
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap

from semisup.compute.device import Runtime
from semisup.compute.weights import checksum
from semisup.data.dataset import ImageData, Ints
from semisup.data.device_images import DeviceImages
from semisup.features.encode import FeatureExtractor
from semisup.features.probe import probe_layers
from semisup.features.stored import POOL, POOL_IDS, TEST, TRAIN, TRAIN_IDS, VALIDATION, Features
from semisup.features.writing import write
from semisup.network.backbones import Encoder
from semisup.network.borrowed import check_layer
from semisup.network.fused import fused
from semisup.params.data_sections import Augment
from semisup.params.sections import Embed
from semisup.workflow import outputs

LOOKED_AT = 4  # images by which two forms of an encoder are compared


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
    train_ids.npy (n,) their positions; pool.npy, validation.npy and test.npy are (n, D);
    pool_ids.npy positions of pool images that are none of train's.

    Args:
        encoder: is frozen, in place.
        data: the images.
        settings: which layer, how many images and views.
        augment: how views are changed.
        runtime: device, precision.
        seed: of the views.
        folder: to write to.

    Raises:
        UserError: the encoder has no layer of the name that is set.
        OSError: the disk is full.
    """
    # in evaluation mode batch norm uses its stored statistics and keeps them
    encoder = runtime.place(encoder).eval().requires_grad_(False)
    own = checksum(encoder.state_dict())
    layer, accuracies = _chosen_layer(encoder, data, settings, runtime)
    train_ids = data.ranked_below(settings.images_per_class)
    np.save(folder / TRAIN_IDS, train_ids)
    shown = DeviceImages(data, train_ids, runtime)
    fast = fused(encoder, shown.plain(slice(0, LOOKED_AT)), layer)
    before = checksum(fast.state_dict())
    extractor = FeatureExtractor(fast, layer, settings.pool, runtime)
    width = extractor.width(data.image_size)
    train = _new_file(folder / TRAIN, (len(train_ids), 1 + settings.views, width))
    called = f"{own}, {layer}"
    _write_views(extractor, shown, train, augment, seed, called)
    train.flush()
    pool_ids = sample_of_pool(data, train_ids, settings.pool_images)
    np.save(folder / POOL_IDS, pool_ids)
    for name, positions in ((POOL, pool_ids), (VALIDATION, data.validation), (TEST, data.test)):
        features = _new_file(folder / name, (len(positions), width))
        images = DeviceImages(data, positions, runtime)
        write(extractor, images, features, f"{called}, {name}", images.plain)
        features.flush()
    if (checksum(encoder.state_dict()), checksum(fast.state_dict())) != (own, before):
        raise AssertionError("the frozen encoder's weights or buffers moved")
    info = {
        "layer": layer,
        "pool": settings.pool,
        "width": width,
        "probe": accuracies,
        "encoder_checksum": own,
    }
    outputs.write_json(folder / outputs.FEATURES_INFO, info)
    return info


def sample_of_pool(data: ImageData, train_ids: Ints, most: int) -> Ints:
    """Positions, ascending, of at most so many images of the pool that are not among train_ids.

    They are the same for every task.
    """
    others = np.setdiff1d(data.pool, train_ids, assume_unique=True)
    if len(others) <= most:
        return others
    chosen = np.random.default_rng(0).permutation(others)[:most]
    return np.sort(chosen)


def _chosen_layer(
    encoder: Encoder, data: ImageData, settings: Embed, runtime: Runtime
) -> tuple[str, dict[str, float]]:
    """The layer, and the accuracies of a linear probe where `auto` chose it by them."""
    if settings.layer != "auto":
        check_layer(settings.layer, [*encoder.layers, "auto"], "embed.layer")
        return settings.layer, {}
    accuracies = probe_layers(encoder, data, settings.pool, runtime)
    return max(accuracies, key=lambda name: accuracies[name]), accuracies


def _write_views(
    extractor: FeatureExtractor,
    images: DeviceImages,
    train: Features,
    augment: Augment,
    seed: int,
    name: str,
) -> None:
    """Each image as it is, then augmented."""
    write(extractor, images, train[:, 0], f"{name}, view 0", images.plain)
    for view in range(1, train.shape[1]):
        stream = extractor.runtime.generator(seed, view)
        augmented = partial(images.augmented, settings=augment, generator=stream)
        write(extractor, images, train[:, view], f"{name}, view {view}", augmented, stream)


def _new_file(path: Path, shape: tuple[int, ...]) -> np.memmap[Any, np.dtype[np.float16]]:
    """An array of features that lies in a file, whose place on disk is taken at once.

    Raises:
        OSError: where the disk is too full; found out later, in the middle of writing to memory
            that is mapped, it would kill the process.
    """
    features = open_memmap(path, "w+", np.float16, shape)
    if hasattr(os, "posix_fallocate"):  # not on macOS
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return features
