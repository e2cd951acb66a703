"""What an encoder does to images (N, C, S, S) in 0 to 1 before its first layer sees them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
        self.first_mean: Tensor
        self.first_std: Tensor
        for name, values in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.tensor([*values]).view(-1, 1, 1))
            self.register_buffer(f"first_{name}", getattr(self, name).clone(), persistent=False)

    def set(self, mean: Sequence[float], std: Sequence[float]) -> None:
        """Take others, of three channels; of grey images their average.

        `typical` goes on with what the data at hand are like.
        """
        for buffer, values in ((self.mean, mean), (self.std, std)):
            of_channels = torch.tensor([*values]).view(-1, 1, 1)
            buffer.copy_(of_channels if len(buffer) == len(values) else of_channels.mean(0))

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, S, S) in 0 to 1, to mean 0 and deviation 1 over the data."""
        return (images - self.mean).div_(self.std)

    def undo(self, inputs: Tensor) -> Tensor:
        """What `forward` was given."""
        return inputs * self.std + self.mean

    def typical(self) -> tuple[Tensor, Tensor]:
        """Mean and deviation (C, 1, 1) of what `forward` makes of the data; 0, 1 before `set`."""
        return (self.first_mean - self.mean) / self.std, self.first_std / self.std


class Lightness(nn.Module):
    """L of Lab alone: the colours are not to be seen.

    Middle grey becomes 0, black -2 and white 2, whatever the data: photographs then have a
    deviation of about 1, and batch norm sees to the rest.
    """

    def forward(self, images: Tensor) -> Tensor:
        """(N, 3, S, S) in 0 to 1, to (N, 1, S, S) in -2 to 2."""
        return (lightness(images) - 50) / 25


class AsTrained(Normalise):
    """What a model that others trained expects: RGB, of its side, by the mean and deviation it saw.

    Args:
        image_size: side of the images in pixels.
        side: that they are brought to, by bicubic interpolation.
        mean: of each of three channels, in 0 to 1.
        std: of each of three channels.
    """

    def __init__(
        self, image_size: int, side: int, mean: Sequence[float], std: Sequence[float]
    ) -> None:
        super().__init__(mean, std)
        self.side, self.resize = side, side != image_size
        self.matrix: Tensor  # (side, image_size): what bicubic interpolation makes of unit vectors
        self.register_buffer("matrix", bicubic(image_size, side), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, S, S) in 0 to 1, grey repeated to three channels, to (N, 3, side, side)."""
        if self.resize:
            images = resized(images, self.matrix).clamp(0, 1)
        inputs = super().forward(images.expand(-1, 3, -1, -1))
        return inputs.contiguous(memory_format=torch.channels_last)


def resized(images: Tensor, matrix: Tensor) -> Tensor:
    """Images (N, C, S, S) whose rows and columns a matrix (side, S) resizes.

    A product, since gradients of interpolation are not the same in each run on CUDA; in bfloat16
    it would lose levels of brightness.
    """
    with torch.autocast(images.device.type, enabled=False):
        return matrix @ images.float() @ matrix.T


def bicubic(size: int, side: int, device: torch.device | None = None) -> Tensor:
    """The matrix (side, size) that resizes columns of `size` values as bicubic interpolation does.

    Smoothed first where `side` is smaller, as Pillow does.
    """
    columns = torch.eye(size, device=device)[None, None]
    whole = F.interpolate(
        columns, (side, size), mode="bicubic", align_corners=False, antialias=side < size
    )
    return whole[0, 0]
