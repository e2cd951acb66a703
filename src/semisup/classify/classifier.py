"""How a classifier of images is trained and run on one draw's images."""

from functools import partial

import torch
from torch import Tensor

from semisup.classify.budget import BudgetRun
from semisup.classify.learner import CrossEntropy, Learner
from semisup.classify.network import Classifier
from semisup.compute.device import Runtime
from semisup.data.dataset import LabelledSet
from semisup.data.device_images import DeviceImages
from semisup.network.batching import in_parts


def image_learner(
    run: BudgetRun, classifier: Classifier, seed: int, labelled: LabelledSet
) -> Learner:
    """A classifier trained on one draw's images, augmented.

    Args:
        run: the images, their augmentation, the device.
        classifier: with the weights to start from.
        seed: of the augmentation.
        labelled: the draw's images.
    """
    runtime, augment = run.runtime, run.params.data.augment
    network = runtime.place(classifier)
    train, validation, test = images_of(run, labelled)
    stream = runtime.generator(seed)

    def train_logits(indices: Tensor) -> Tensor:
        logits: Tensor = network(train.augmented(indices, augment, stream))
        return logits

    return Learner(
        network,
        CrossEntropy(network, train_logits, stream),
        partial(predict, network, validation, runtime),
        partial(predict, network, test, runtime),
    )


def images_of(run: BudgetRun, labelled: LabelledSet) -> tuple[DeviceImages, ...]:
    """Images of one draw: to train on, of validation, of test."""
    parts = (labelled.train, labelled.validation, run.data.test)
    return tuple(DeviceImages(run.data, positions, run.runtime) for positions in parts)


def predict(classifier: Classifier, images: DeviceImages, runtime: Runtime) -> Tensor:
    """Logits (N, classes) of images as they are."""

    def look(batch: slice) -> Tensor:
        return in_parts(classifier, images.plain(batch), classifier.encoder)

    with torch.no_grad(), runtime.autocast():
        return torch.cat([look(batch) for batch in images.batches()])
