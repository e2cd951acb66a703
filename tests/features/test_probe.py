"""The linear probe against ridge regression written out."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features import probe
from semisup.features.probe import probe_accuracy
from semisup.network.backbones import build


def naive_probe_accuracy(x: NDArray[np.float64], labels: NDArray[np.int64], classes: int) -> float:
    """Ridge regression on the features themselves (primal form), one fold after the other."""
    n = len(x)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0)).numpy()
    fold = (np.arange(n) % probe.PROBE_FOLDS)[order]
    x = x - x.mean(axis=0)
    ridge = probe.PROBE_RIDGE * (x**2).sum(axis=1).mean()
    right = np.zeros(n, bool)
    for held in range(probe.PROBE_FOLDS):
        inside = fold != held
        targets = np.eye(classes)[labels[inside]]
        offset = targets.mean(axis=0)
        system = x[inside].T @ x[inside] + ridge * np.eye(x.shape[1])
        weights = np.linalg.solve(system, x[inside].T @ (targets - offset))
        guesses = (x[~inside] @ weights + offset).argmax(axis=1)
        right[~inside] = guesses == labels[~inside]
    return float(np.mean([right[labels == c].mean() for c in np.unique(labels)]))


@pytest.mark.parametrize(("n", "width"), [(40, 5), (41, 60), (12, 3), (100, 10)])
@pytest.mark.parametrize("seed", range(3))
def test_probe_against_ridge_regression_in_primal_form(n: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, n)
    x = rng.normal(size=(n, width)) + 3
    x[:, :3] += np.eye(4)[labels][:, :3]  # partly separable
    found = probe_accuracy(torch.from_numpy(x), torch.from_numpy(labels), 4)
    assert found == pytest.approx(naive_probe_accuracy(x, labels, 4))


def test_probe_finds_what_is_there_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 200)
    separable = torch.from_numpy(np.eye(4)[labels] + rng.normal(0, 0.1, (200, 4)))
    assert probe_accuracy(separable, torch.from_numpy(labels), 4) == 1
    noise = torch.from_numpy(rng.normal(size=(200, 300)))  # more features than images
    assert probe_accuracy(noise, torch.from_numpy(labels), 4) < 0.4


def test_validation_images_are_probed_or_where_they_are_many_a_part_of_them(
    make_data: Callable[..., ImageData], runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data()
    encoder = build("small", 3, data.image_size, 0).eval()
    given: list[tuple[int, list[int]]] = []

    def accuracy(features: torch.Tensor, labels: torch.Tensor, classes: int) -> float:
        given.append((len(features), labels.tolist()))
        return 0.5

    monkeypatch.setattr(probe, "probe_accuracy", accuracy)
    probe.probe_layers(encoder, data, 1, runtime)
    of_validation = data.labels[data.validation].tolist()
    assert given == [(len(of_validation), of_validation)] * len(encoder.layers)
    given.clear()
    monkeypatch.setattr(probe, "PROBE_IMAGES", len(of_validation) - 1)
    probe.probe_layers(encoder, data, 1, runtime)
    assert [(n, len(labels)) for n, labels in given] == [(len(of_validation) - 1,) * 2] * len(
        encoder.layers
    )


def test_features_that_say_nothing() -> None:
    labels = torch.tensor([0, 1, 1] * 8)
    assert probe_accuracy(torch.zeros(24, 5).double(), labels, 2) == 0.5  # names the larger class
