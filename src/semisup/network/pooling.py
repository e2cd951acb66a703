"""Feature maps averaged down to fewer places, the same way on every device."""

from itertools import chain

import torch
from torch import Tensor
from torch.nn import functional as F

from semisup.network.backbones import Encoder


def pooled(maps: Tensor, side: int) -> Tensor:
    """Feature maps averaged down to at most side x side and flattened: (N, C' * side**2)."""
    return averaged(maps, min(side, maps.shape[2]), min(side, maps.shape[3])).flatten(1)


def averaged(maps: Tensor, rows: int, columns: int) -> Tensor:
    """Means (N, C, rows, columns) over parts that cover all of (N, C, H, W), H and W or fewer.

    They are those of `F.adaptive_avg_pool2d`, whose gradients are not the same in each run on CUDA,
    and which neither ONNX nor Apple's GPUs can do where sizes do not divide.
    """
    height, width = maps.shape[2:]
    if (height, width) == (rows, columns):
        return maps
    if height % rows == 0 and width % columns == 0:
        return F.avg_pool2d(maps, (height // rows, width // columns))
    down, across = (_averages(*sizes, maps.device) for sizes in ((height, rows), (width, columns)))
    # bfloat16 has no exact thirds
    with torch.autocast(maps.device.type, enabled=False):
        return (down @ maps.float() @ across.T).to(maps.dtype)


def _averages(size: int, cells: int, device: torch.device) -> Tensor:
    """A matrix (cells, size) of means over parts that cover all."""
    at = torch.arange(cells, device=device)
    first, end = at * size // cells, -(-(at + 1) * size // cells)
    place = torch.arange(size, device=device)
    covered = (place >= first[:, None]) & (place < end[:, None])
    return covered / covered.sum(dim=1, keepdim=True)


def pooled_width(encoder: Encoder, layer: str, side: int, image_size: int) -> int:
    """Length of `pooled`'s rows for one layer of an encoder, found by running it once.

    Args:
        encoder: any.
        layer: of it.
        side: as `pooled` has it.
        image_size: side of the images, or of what `body` is given.
    """
    seen = getattr(encoder.entry, "side", image_size)  # an entry that brings all images to a side
    device = next(chain(encoder.parameters(), encoder.buffers())).device
    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        inputs = torch.zeros(1, encoder.channels, seen, seen, device=device)
        maps = encoder.body(inputs, layer)
    encoder.train(was_training)
    return int(pooled(maps, side).shape[1])
