"""The classifier that fine-tuning and the baseline train: an encoder up to a layer, and a head."""

from functools import partial

import torch
from torch import Tensor, nn

from semisup.classify.draws import Learner
from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, Selection
from semisup.data.device_images import DeviceImages
from semisup.network.backbones import Encoder, pooled
from semisup.params.sections import Augment


class Classifier(nn.Module):
    """Images (N, C, S, S) in 0 to 1 to logits (N, classes) in float32."""

    def __init__(self, encoder: Encoder, layer: str, pool: int, head: nn.Module) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head
        self.layer, self.pool = layer, pool

    def forward(self, images: Tensor) -> Tensor:
        """Logits of every class."""
        logits: Tensor = self.head(pooled(self.encoder(images, self.layer), self.pool))
        return logits.float()


def build_head(
    width: int, hidden: list[int], classes: int, dropout: float, generator_seed: int
) -> nn.Sequential:
    """Fully connected layers with batch norm, ReLU and dropout between them, random weights.

    No hidden layers make it a linear classifier. Without batch norm, a network trained from random
    weights stays at chance for much of its training.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        layers: list[nn.Module] = []
        for units in hidden:
            linear = nn.Linear(width, units, bias=False)
            layers += [linear, nn.BatchNorm1d(units), nn.ReLU(inplace=True), nn.Dropout(dropout)]
            width = units
        return nn.Sequential(*layers, nn.Linear(width, classes))


def learner(
    classifier: Classifier,
    data: ImageData,
    augment: Augment,
    runtime: Runtime,
    seed: int,
    selection: Selection,
) -> Learner:
    """A classifier trained on one draw's images, augmented.

    Args:
        classifier: with the weights to start from.
        data: the images.
        augment: random changes of the training images.
        runtime: device and precision.
        seed: of the augmentation.
        selection: the draw's images.
    """
    network = classifier.to(runtime.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    train = DeviceImages.of(data, selection.train, runtime)
    generator = runtime.generator(seed)
    return Learner(
        network,
        lambda numbers: network(train.augmented(numbers, augment, generator)),
        partial(predict, network, DeviceImages.of(data, selection.validation, runtime), runtime),
        partial(predict, network, DeviceImages.of(data, data.test, runtime), runtime),
        generator,
    )


def predict(classifier: Classifier, images: DeviceImages, runtime: Runtime) -> Tensor:
    """Logits (N, classes) of images as they are."""
    with torch.no_grad(), runtime.autocast():
        return torch.cat([classifier(images.plain(batch)) for batch in images.batches()])
