"""What models of all libraries have in common."""

from torch import Tensor

FEATURES = "features"  # the last layer: what the model's own classifier sees


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
