"""What models of all libraries have in common."""

from dataclasses import dataclass

from torch import Tensor

FEATURES = "features"  # the last layer: what the model's own classifier sees


@dataclass(frozen=True)
class Published:
    """What a library says of a model with some weights.

    side: of its images in pixels; mean, std: of each channel; sources: places of the file, the
    first that can be read counts; licence: of the weights.
    """

    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    sources: tuple[str, ...]
    licence: str


def as_maps(features: Tensor) -> Tensor:
    """Vectors (N, D) as maps (N, D, 1, 1); maps as they are.

    Raises:
        RuntimeError: for anything else.
    """
    if features.dim() == 2:
        return features[:, :, None, None]
    if features.dim() != 4:
        raise RuntimeError(f"features of shape {tuple(features.shape)}")
    return features
