"""sRGB to CIE Lab and back, for the white D65 and the 2 degree observer (IEC 61966-2-1, CIE 15).

Sums of channels are written out: as matrix products, autocast would round them to bfloat16.
"""

import numpy as np
import torch
from torch import Tensor

_RGB_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
# relative to white, which thus has exactly a = b = 0
_TO_XYZ = _RGB_TO_XYZ / _RGB_TO_XYZ.sum(axis=1, keepdims=True)
_FROM_XYZ = np.linalg.inv(_TO_XYZ)
_DELTA = 6 / 29  # below it the cube root becomes a straight line


def rgb_to_lab(images: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB in 0 to 1, to L in 0 to 100 and a and b in about -110 to 100."""
    x, y, z = (_root(light) for light in _mix(_TO_XYZ, _linear(images)).unbind(1))
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """(N, 3, H, W) Lab to sRGB in 0 to 1; colours that sRGB lacks are cut to that range."""
    lightness, a, b = lab.unbind(1)
    y = (lightness + 16) / 116
    xyz = _cube(torch.stack([y + a / 500, y, y - b / 200], dim=1))
    return _gamma(_mix(_FROM_XYZ, xyz).clamp(0, 1)).clamp(max=1)


def lightness(images: Tensor) -> Tensor:
    """(N, 3, H, W) sRGB in 0 to 1, to L (N, 1, H, W) in 0 to 100: the first channel of Lab."""
    return 116 * _root(_mix(_TO_XYZ[1:2], _linear(images))) - 16


def _mix(matrix: np.ndarray, channels: Tensor) -> Tensor:
    one, two, three = channels.unbind(1)
    return torch.stack([u * one + v * two + w * three for u, v, w in matrix.tolist()], dim=1)


def _linear(values: Tensor) -> Tensor:
    """Undo sRGB's gamma."""
    curve = ((values.clamp(min=0.04045) + 0.055) / 1.055).pow(2.4)
    return torch.where(values > 0.04045, curve, values / 12.92)


def _gamma(light: Tensor) -> Tensor:
    curve = 1.055 * light.clamp(min=0.0031308).pow(1 / 2.4) - 0.055
    return torch.where(light > 0.0031308, curve, 12.92 * light)


def _root(light: Tensor) -> Tensor:
    curve = light.clamp(min=_DELTA**3).pow(1 / 3)
    return torch.where(light > _DELTA**3, curve, light / (3 * _DELTA**2) + 4 / 29)


def _cube(values: Tensor) -> Tensor:
    return torch.where(values > _DELTA, values.pow(3), 3 * _DELTA**2 * (values - 4 / 29))
