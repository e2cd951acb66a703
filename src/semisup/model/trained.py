"""A classifier that stages trained, as a whole, calibrated on validation."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from semisup.classify.evaluation import scores
from semisup.compute.device import Runtime
from semisup.compute.weights import load_weights
from semisup.data.dataset import ImageData, Ints, spaced
from semisup.data.device_images import DeviceImages
from semisup.model import calibration
from semisup.model.about import About
from semisup.model.calibration import Sure
from semisup.model.parts import WEIGHTS, Parts
from semisup.model.whole import Whole, hidden_units
from semisup.network.batching import in_parts
from semisup.network.entry import Normalise
from semisup.params.loading import Params
from semisup.workflow import outputs

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Measured:
    """How good a classifier's answers are on some images.

    top1 in 0 to 1; raw_error, error: calibration error without and with the temperature; sure: the
    answers above the threshold, None where there is no threshold; balanced: the mean over classes
    of the share that is right.
    """

    images: int
    top1: float
    raw_error: float
    error: float
    sure: Sure | None
    balanced: float = float("nan")


def calibrated(
    parts: Parts, data: ImageData, params: Params, runtime: Runtime
) -> tuple[Whole, Measured]:
    """The classifier with the temperature and threshold of validation, and how it does there.

    Args:
        parts: its files.
        data: its draw's validation images among them.
        params: `data` for the rules by which files become images, `export` for the threshold.
        runtime: where to compute.

    Raises:
        UserError: where a stage has not run.
    """
    whole = rebuilt(parts, data, params).to(runtime.device)
    held = held_images(parts, data, params, params.export.images)
    logits, labels = logits_of(whole, data, held, runtime), data.labels[held]
    whole.about = fitted(whole.about, logits, labels, params.export.precision)
    return whole, measured(whole.about, logits, labels)


def fitted(about: About, logits: Logits, labels: Ints, precision: float) -> About:
    """With the temperature and threshold that suit these images.

    Args:
        about: of the classifier; without images it gets no threshold.
        logits: (n, classes) of validation images.
        labels: (n,) theirs.
        precision: of answers above the threshold.
    """
    found = dataclasses.replace(about, temperature=calibration.temperature(logits, labels))
    if not len(labels):
        return found
    sure = calibration.threshold(*_answers(logits, labels, found.temperature), precision)
    return dataclasses.replace(found, threshold=sure, precision=precision)


def held_images(parts: Parts, data: ImageData, params: Params, most: int) -> Ints:
    """Validation images of the classifier's draw, at most so many."""
    budget, draw = int(parts.result["budget"]), int(parts.result["draw"])
    within = params.split.within_budget_fraction
    return spaced(data.labelled_set(budget, draw, within).validation, most)


def logits_of(whole: Whole, data: ImageData, positions: Ints, runtime: Runtime) -> Logits:
    """(n, classes) of images as they are, not divided by the temperature."""
    images = DeviceImages(data, positions, runtime)
    found = np.empty((len(positions), len(data.classes)), np.float32)
    with torch.no_grad():
        for batch in images.batches():
            shown = images.pixels(batch).permute(0, 2, 3, 1)
            logits = in_parts(whole.logits, shown, whole.network.encoder)
            found[batch] = logits.cpu().numpy()
    return found


def measured(about: About, logits: Logits, labels: Ints) -> Measured:
    """Of images (N,) with these logits (N, classes), which need not be any."""
    raw, right = _answers(logits, labels, 1.0)
    scored = scores(logits, labels) if len(labels) else None
    confidences, _ = _answers(logits, labels, about.temperature)
    limit = about.threshold
    return Measured(
        images=len(labels),
        top1=scored.top1 if scored else float("nan"),
        raw_error=calibration.calibration_error(raw, right),
        error=calibration.calibration_error(confidences, right),
        sure=None if limit is None else calibration.above(limit, confidences, right),
        balanced=scored.balanced_accuracy if scored else float("nan"),
    )


def _answers(
    logits: Logits, labels: Ints, temperature: float
) -> tuple[calibration.Floats, NDArray[np.bool_]]:
    """How probable each likeliest class is, and whether it is right."""
    found = calibration.probabilities(logits, temperature)
    return found.max(axis=1, initial=0.0), logits.argmax(axis=1) == labels


def described(parts: Parts, data: ImageData, params: Params) -> About:
    """What is known of the classifier, not calibrated.

    Args:
        parts: its files.
        data: for the classes, and what the images are.
        params: for the rules by which files become images.

    Raises:
        UserError: where a stage has not run.
    """
    files = parts.files
    spec = outputs.read_json(files[outputs.ENCODER_SPEC])
    info = outputs.read_json(files[outputs.FEATURES_INFO])
    pretext = outputs.read_json(files[outputs.PRETEXT]) if outputs.PRETEXT in files else {}
    look = spec.get("trained")
    return About(
        classes=data.classes,
        image_size=data.image_size,
        channels=data.channels,
        fit=params.data.fit,
        max_megapixels=params.data.max_megapixels,
        mean=np.array(look["mean"], np.float32) if look else data.mean,
        std=np.array(look["std"], np.float32) if look else data.std,
        encoder=spec,
        layer=info["layer"],
        pool=info["pool"],
        hidden=hidden_units(files[WEIGHTS]),
        origin=dict(parts.result),
        weights=pretext.get("origin") or {},
        ranges=outputs.read_json(outputs.PREPARED / outputs.SUMMARY).get("ranges"),
    )


def rebuilt(parts: Parts, data: ImageData, params: Params) -> Whole:
    """The classifier with its trained weights, not calibrated; arguments as of `described`.

    Raises:
        UserError: where a stage has not run.
    """
    files, whole = parts.files, Whole(described(parts, data, params))
    if outputs.ENCODER in files:
        load_weights(whole.network.encoder, files[outputs.ENCODER])
        load_weights(whole.network.head, files[WEIGHTS])
    else:
        load_weights(whole.network, files[WEIGHTS])
    entry = whole.network.encoder.entry
    if isinstance(
        entry, Normalise
    ):  # by the weights that training began with, if others trained them
        mean, std = (buffer.flatten().cpu().numpy() for buffer in (entry.mean, entry.std))
        whole.about = dataclasses.replace(whole.about, mean=mean, std=std)
    return whole
