"""What tests of several pretext tasks do: build a task, train it for a moment, score it."""

import math
from typing import Any, TypeVar

import torch
from torch import Tensor

from semisup.network import backbones
from semisup.pretext.shared.task import PretextTask

T = TypeVar("T", bound=PretextTask)


def build(kind: type[T], settings: Any, channels: int, side: int, name: str) -> T:
    """A task around an untrained encoder, always with the same weights."""
    encoder = backbones.build(name, channels, side, 0)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return kind(encoder, settings, side)


def images(n: int = 5, channels: int = 3, side: int = 16) -> Tensor:
    """Noise in 0 to 1."""
    return torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(3))


def train(
    network: PretextTask, examples: Tensor, updates: int, lr: float = 0.05
) -> tuple[Tensor, Tensor]:
    """Train on all examples at once. Loss and figure of merit before the last update."""
    torch.manual_seed(2)
    network.train()
    optimiser = torch.optim.SGD(network.parameters(), lr=lr, momentum=0.9)
    for _ in range(updates):
        loss, merit = network.loss(examples)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.detach(), merit.detach()


def accuracy(network: PretextTask, heldout: Tensor) -> float:
    """Mean figure of merit, always by the same random choices."""
    torch.manual_seed(7)
    network.eval()
    with torch.no_grad():
        return network.loss(heldout)[1].float().mean().item()


def four_deviations(chance: float, n: int) -> float:
    """Beyond which an accuracy over n guesses is no chance."""
    return 4 * math.sqrt(chance * (1 - chance) / n)
