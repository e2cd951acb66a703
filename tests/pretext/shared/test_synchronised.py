"""The network that several processes train is the one that a single process would."""

import copy
from collections.abc import Iterator

import pytest
import torch
from torch import distributed, nn

from semisup.network import backbones
from semisup.pretext.shared.synchronised import BatchNormOfAll, SyncedBatchNorm, synchronise

MODELS = ["timm/tf_efficientnet_lite0", "timm/resnet10t", "small"]


@pytest.fixture
def joined() -> Iterator[None]:
    """One process that is a group of its own."""
    distributed.init_process_group("gloo", store=distributed.HashStore(), rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.usefixtures("joined")
def test_a_network_stays_what_it_is(model: str, training: bool) -> None:
    """timm's norms hold the activation that comes after them."""
    alone = backbones.build(model, 3, 48, 7).train(training)
    together = copy.deepcopy(alone)
    synchronise(together, double_backward=False)
    norms = [one for one in together.modules() if isinstance(one, nn.modules.batchnorm._BatchNorm)]
    assert {type(one) for one in norms} == {BatchNormOfAll}
    assert {one.training for one in norms} == {training}
    images = torch.rand(8, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(together(images), alone(images), atol=1e-3, rtol=1e-3)
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(together.state_dict()[name], value, atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("training", [True, False])
def test_on_a_gpu_too(training: bool) -> None:
    """torch's SyncBatchNorm of a process alone is its usual batch norm, on any device."""
    norm = first_norm(MODELS[0])
    alone, synced = copy.deepcopy(norm).train(training), SyncedBatchNorm(norm.train(training))
    maps = torch.randn(2, norm.num_features, 4, 4)
    assert torch.equal(synced(maps), alone(maps))
    assert float(synced(maps).detach().min()) == 0
    assert synced.state_dict().keys() == alone.state_dict().keys()


def first_norm(model: str) -> nn.BatchNorm2d:
    blocks = backbones.build(model, 3, 24, 7).modules()
    return next(one for one in blocks if isinstance(one, nn.BatchNorm2d))
