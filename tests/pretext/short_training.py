"""What tests of several pretext tasks do: make images, build a task, train and score it."""

import math
from typing import Any, TypeVar

import torch
from torch import Tensor

from semisup.network import backbones
from semisup.params.sections import BACKBONE_LAYERS, RESNETS
from semisup.pretext.shared.task import PretextTask

T = TypeVar("T", bound=PretextTask)
# of this project; one ResNet stands for all
OWN_BACKBONES = [name for name in BACKBONE_LAYERS if name not in RESNETS[1:]]


def build(kind: type[T], settings: Any, channels: int, side: int, name: str) -> T:
    """A task around an untrained encoder, always with the same weights."""
    encoder = backbones.build(name, channels, side, 0)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return kind(encoder, settings, side)


def images(n: int = 5, channels: int = 3, side: int = 16) -> Tensor:
    """Noise in 0 to 1."""
    return torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(3))


def flat(n: int, seed: int) -> Tensor:
    """One colour for each image, and noise as faint as the steps of 8 bits."""
    draw = torch.Generator().manual_seed(seed)
    return torch.rand(n, 3, 1, 1, generator=draw) + torch.randn(n, 3, 16, 16, generator=draw) / 255


def striped() -> Tensor:
    """A bright stripe of its own in each image; brightness and noise tell nothing."""
    images = 0.2 * torch.rand(14, 1, 16, 16)
    for at in range(14):
        images[at, :, at : at + 3] += 0.5
    return images


def train(
    network: PretextTask,
    examples: Tensor,
    updates: int,
    lr: float = 0.05,
    enough: float = math.inf,
) -> tuple[Tensor, Tensor]:
    """Train on all examples at once. Loss and figure of merit before the last update.

    Ends before where the mean figure of merit is above `enough`.
    """
    torch.manual_seed(2)
    network.train()
    optimiser = torch.optim.SGD(network.parameters(), lr=lr, momentum=0.9)
    for _ in range(updates):
        loss, merit = network.loss(examples)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if merit.float().mean() > enough:
            break
    return loss.detach(), merit.detach()


def slow_cross_entropy(logits: list[float], label: int) -> float:
    """That of one prediction."""
    return -math.log(math.exp(logits[label]) / sum(math.exp(value) for value in logits))


def accuracy(network: PretextTask, heldout: Tensor) -> float:
    """Mean figure of merit, always by the same random choices."""
    torch.manual_seed(7)
    network.eval()
    with torch.no_grad():
        return network.loss(heldout)[1].float().mean().item()


def four_deviations(chance: float, n: int) -> float:
    """Beyond which an accuracy over n guesses is no chance."""
    return 4 * math.sqrt(chance * (1 - chance) / n)
