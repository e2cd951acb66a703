"""How fine-tuning and the baseline train a classifier on images."""

from functools import partial

import torch
from torch import Tensor

from semisup.classify.budget import BudgetRun
from semisup.classify.draws import Learner
from semisup.classify.network import Classifier
from semisup.compute.device import Runtime
from semisup.data.dataset import LabelledSet
from semisup.data.device_images import DeviceImages


def learn_from_images(
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
    network = classifier.to(runtime.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    train, validation, test = (
        DeviceImages.of(run.data, positions, runtime)
        for positions in (labelled.train, labelled.validation, run.data.test)
    )
    stream = runtime.generator(seed)
    return Learner(
        network,
        lambda numbers: network(train.augmented(numbers, augment, stream)),
        partial(predict, network, validation, runtime),
        partial(predict, network, test, runtime),
        stream,
    )


def predict(classifier: Classifier, images: DeviceImages, runtime: Runtime) -> Tensor:
    """Logits (N, classes) of images as they are."""
    with torch.no_grad(), runtime.autocast():
        return torch.cat([classifier(images.plain(batch)) for batch in images.batches()])
