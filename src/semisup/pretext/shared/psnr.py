"""How near an image comes to another one."""

from torch import Tensor


def mean_squared_error(found: Tensor, true: Tensor, counts: Tensor | None = None) -> Tensor:
    """Mean squared error (N,) of images (N, C, H, W) over the pixels that count.

    Args:
        found: the images.
        true: what they should be.
        counts: mask (N, 1, H, W) of the pixels; None: all.
    """
    squares = (found - true).square().mean(dim=1, keepdim=True)
    if counts is None:
        return squares.mean(dim=(1, 2, 3))
    return (squares * counts).sum(dim=(1, 2, 3)) / counts.sum(dim=(1, 2, 3))


def psnr(found: Tensor, true: Tensor, counts: Tensor | None = None) -> Tensor:
    """Peak signal-to-noise ratio (N,) in dB, 100 at most, of images in 0 to 1; as above."""
    return -10 * mean_squared_error(found, true, counts).clamp(min=1e-10).log10()
