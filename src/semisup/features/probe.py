"""How much a linear classifier finds in the features of each layer."""

import numpy as np
import torch
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features.encode import FeatureExtractor
from semisup.network.backbones import Encoder

PROBE_FOLDS = 4
PROBE_IMAGES = 4000  # at most: time and memory grow with their square
PROBE_RIDGE = 0.1  # of the mean squared length of the centred features
SMALLEST_RIDGE = 1e-12  # where features are constant


def probe_layers(
    encoder: Encoder, data: ImageData, pool: int, runtime: Runtime
) -> dict[str, float]:
    """How right a linear probe on each layer is, cross-validated within the validation images."""
    positions = data.validation
    if len(positions) > PROBE_IMAGES:
        positions = np.sort(np.random.default_rng(0).permutation(positions)[:PROBE_IMAGES])
    # other devices than these two lack numbers of 64 bits
    device = runtime.device if runtime.device.type == "cuda" else torch.device("cpu")
    labels = torch.from_numpy(data.labels[positions]).to(device)
    accuracies = {}
    for layer in encoder.layers:
        features = FeatureExtractor(encoder, layer, pool, runtime).plain(data, positions)
        accuracies[layer] = round(
            probe_accuracy(
                torch.from_numpy(features).to(device).double(), labels, len(data.classes)
            ),
            4,
        )
    return accuracies


def probe_accuracy(features: Tensor, labels: Tensor, classes: int) -> float:
    """Cross-validated, of ridge regression from features (N, D) to one-hot labels (N,).

    The mean of the classes' recalls: naming the largest class alone finds nothing in the features.
    Solved in its dual form, so that N by N is the largest system, whatever D.
    """
    shuffled = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    fold = (shuffled % PROBE_FOLDS).to(features.device)
    features = features - features.mean(dim=0)
    gram = features @ features.T
    ridge = PROBE_RIDGE * gram.diagonal().mean().clamp(min=SMALLEST_RIDGE)
    targets = torch.nn.functional.one_hot(labels, classes).double()
    right = torch.zeros_like(labels, dtype=torch.bool)
    for held in range(PROBE_FOLDS):
        fits, tests = (fold != held).nonzero()[:, 0], (fold == held).nonzero()[:, 0]
        system = gram[fits][:, fits] + ridge * torch.eye(
            len(fits), dtype=gram.dtype, device=gram.device
        )
        weights = torch.linalg.solve(system, targets[fits] - targets[fits].mean(dim=0))
        logits = gram[tests][:, fits] @ weights + targets[fits].mean(dim=0)
        right[tests] = logits.argmax(dim=1) == labels[tests]
    counts = labels.bincount(minlength=classes)
    recalls = labels[right].bincount(minlength=classes) / counts
    return float(recalls[counts > 0].mean())
