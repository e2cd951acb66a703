"""What an encoder does to images (N, C, S, S) in 0 to 1 before its first layer sees them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Normalise(nn.Module):
    """Subtract the mean and divide by the standard deviation of each channel.

    Args:
        mean: of each channel, in 0 to 1.
        std: of each channel.
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        for name, values in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.tensor([*values]).view(-1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, S, S) in 0 to 1, to mean 0 and deviation 1 over the data."""
        return (images - self.mean) / self.std
