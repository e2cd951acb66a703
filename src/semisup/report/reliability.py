"""How far single answers of a way's classifiers can be trusted, at each budget."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from semisup.classify.layers import build_head
from semisup.compute.device import Runtime
from semisup.compute.weights import load_weights
from semisup.data.dataset import ImageData, Ints, spaced
from semisup.features.stored import FeatureSet
from semisup.model import calibration
from semisup.model.parts import WEIGHTS, Parts, parts_of
from semisup.model.trained import (
    Logits,
    Measured,
    described,
    fitted,
    held_images,
    logits_of,
    measured,
    rebuilt,
)
from semisup.model.whole import hidden_units
from semisup.params.loading import Params
from semisup.report.methods import Way
from semisup.workflow import outputs

MOST = 1000  # images of validation and of test: a report shall take seconds


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How far to trust single answers of the draw that is best on validation."""

    budget: int
    temperature: float  # of validation
    threshold: float | None  # for `precision` on validation, None without such images
    precision: float
    promised: Measured  # how it did on validation
    kept: Measured  # how it did on test
    # (n,) of test images:
    positions: Ints
    predicted: Ints
    right: NDArray[np.bool_]
    raw: NDArray[np.float64]  # probability of the likeliest class, before the temperature
    confidences: NDArray[np.float64]  # the same after it


def of_way(
    way: Way, budgets: Sequence[int], data: ImageData, params: Params, runtime: Runtime
) -> list[Reliability]:
    """The reliability of one way at each budget.

    Raises:
        UserError: where a stage has not run.
    """
    return [
        of_parts(parts_of(way.folder(budget), *way, budget), data, params, runtime)
        for budget in budgets
    ]


def of_parts(parts: Parts, data: ImageData, params: Params, runtime: Runtime) -> Reliability:
    """Calibrate one classifier on validation and measure it on test."""
    most = min(params.export.images, MOST)
    held, test = held_images(parts, data, params, most), spaced(data.test, most)
    found = _logits(parts, data, np.concatenate([held, test]), params, runtime)
    of_held, of_test = found[: len(held)], found[len(held) :]
    about = fitted(
        described(parts, data, params), of_held, data.labels[held], params.export.precision
    )
    predicted, labels = of_test.argmax(axis=1), data.labels[test]
    return Reliability(
        budget=int(parts.result["budget"]),
        temperature=about.temperature,
        threshold=about.threshold,
        precision=params.export.precision,
        promised=measured(about, of_held, data.labels[held]),
        kept=measured(about, of_test, labels),
        positions=test,
        predicted=predicted,
        right=predicted == labels,
        raw=calibration.probabilities(of_test, 1.0).max(axis=1),
        confidences=calibration.probabilities(of_test, about.temperature).max(axis=1),
    )


def _logits(
    parts: Parts, data: ImageData, positions: Ints, params: Params, runtime: Runtime
) -> Logits:
    """(n, classes); of a head on a frozen encoder by stored features, for encoders may be slow."""
    if outputs.ENCODER not in parts.files:
        whole = rebuilt(parts, data, params).to(runtime.device)
        return logits_of(whole, data, positions, runtime)
    stored = FeatureSet.read_all(outputs.folder_of("embed", str(parts.result["task"])))
    features = _features(outputs.of_draw(stored, int(parts.result["draw"])), data, positions)
    weights = parts.files[WEIGHTS]
    head = build_head(features.shape[1], hidden_units(weights), len(data.classes), 0.0, 0).eval()
    load_weights(head, weights)
    with torch.no_grad():
        found: Logits = head(torch.from_numpy(features)).numpy()
    return found


def _features(stored: FeatureSet, data: ImageData, positions: Ints) -> NDArray[np.float32]:
    """(n, D) of labelled images."""
    found = np.zeros((len(positions), stored.width), np.float32)
    known = (data.test, stored.test), (data.validation, stored.validation)
    for of_images, features in (*known, (stored.train_ids, stored.plain_train)):
        there = np.isin(positions, of_images)
        found[there] = features[np.searchsorted(of_images, positions[there])]
    return found
