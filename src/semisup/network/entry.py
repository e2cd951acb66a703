"""What an encoder does to images (N, C, S, S) in 0 to 1 before its first layer sees them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from semisup.network.lab import lightness


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
        return (images - self.mean).div_(self.std)

    def undo(self, inputs: Tensor) -> Tensor:
        """What `forward` was given."""
        return inputs * self.std + self.mean


class Lightness(nn.Module):
    """L of Lab alone: the colours are not to be seen.

    Middle grey becomes 0, black -2 and white 2, whatever the data: photographs then have a
    deviation of about 1, and batch norm sees to the rest.
    """

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, S, S) in 0 to 1, to (N, 1, S, S) in -2 to 2."""
        return (lightness(images) - 50) / 25


class ImageNetNormalise(Normalise):
    """What networks trained on ImageNet expect: RGB, by ImageNet's own mean and deviation."""

    def __init__(self) -> None:
        super().__init__((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, S, S) in 0 to 1, grey repeated to three channels, to (N, 3, S, S)."""
        return super().forward(images.expand(-1, 3, -1, -1))
