"""What a classifier keeps of its encoder while it is trained."""

from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from semisup.classify.network import Classifier, with_random_head
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec, Kind, Usage
from semisup.selftrain.mean_teacher import MeanTeacher
from semisup.selftrain.weighting import ConfidenceWeighting

USAGE = Usage(32, [0.5, 0.4, 0.3], [0.2, 0.3, 0.4])
SPECS = {
    "own": EncoderSpec("small"),
    "of others": EncoderSpec("torchvision/mobilenet_v3_small", "as_trained", USAGE),
}


class Images:
    """Of what kind they are."""

    channels, image_size = 3, 16
    mean = std = torch.full((3,), 0.5).numpy()


def network(whose: str) -> Classifier:
    encoder = encoders.make(SPECS[whose], cast(Kind, Images()), 0)
    layer = encoder.layers[-1]
    return with_random_head(
        encoder, image_size=16, layer=layer, pool=1, hidden=[8], classes=3, dropout=0.2
    )


def statistics(module: nn.Module) -> list[Tensor]:
    norms = [layer for layer in module.modules() if isinstance(layer, _BatchNorm)]
    return [cast(Tensor, norm.running_mean).clone() for norm in norms]


def images() -> Tensor:
    return torch.rand(6, 3, 16, 16, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("whose", "stay"), [("own", False), ("of others", True)])
def test_batch_norm_of_others_stays_as_it_is(whose: str, stay: bool) -> None:
    classifier = network(whose)
    before = statistics(classifier.encoder)
    classifier.eval()
    classifier.train()
    classifier(images()).sum().backward()  # type: ignore[no-untyped-call]
    pairs = zip(before, statistics(classifier.encoder), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs) == stay
    assert all(weight.grad is not None for weight in classifier.head.parameters())
    assert any(layer.training for layer in classifier.encoder.modules()), "such as dropout"


@pytest.mark.parametrize(("whose", "stay"), [("own", False), ("of others", True)])
def test_a_teachers_too(whose: str, stay: bool) -> None:
    pair = MeanTeacher(network(whose), ConfidenceWeighting(3), 0.9)
    encoder, head = statistics(pair.teacher.encoder), statistics(pair.teacher.head)
    pair.train()
    pair.pseudo_label(images(), torch.full((6,), -1))
    pairs = zip(encoder, statistics(pair.teacher.encoder), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs) == stay
    pairs = zip(head, statistics(pair.teacher.head), strict=True)
    assert not any(torch.equal(one, other) for one, other in pairs)
