"""A finished classifier in Python: `semisup.load`."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from semisup.model.whole import Whole
from semisup.prepare.decoding.decode import decode
from semisup.prepare.decoding.pixels import fit_pixels, grey
from semisup.prepare.records import Pixels, Unreadable
from semisup.workflow.errors import UserError

# pixels that the network sees at once: of a CPU, what its cache holds the feature maps of
CPU_BATCH, GPU_BATCH = 2**16, 2**22
SMALLEST_BATCH = 8

Picture = str | os.PathLike[str] | bytes | Image.Image | np.ndarray
Pictures = Iterable[Picture] | np.ndarray | Tensor
Listed = Sequence[Picture] | Tensor


@dataclass(frozen=True)
class Answer:
    """What a classifier says of an image.

    label: the likeliest class; probability: of it; sure: whether that is above the threshold, None
    where the classifier has none; top: (class, probability) of the likeliest ones, falling.
    """

    label: str
    probability: float
    sure: bool | None
    top: list[tuple[str, float]]


class ImageClassifier(Whole):
    """A `torch.nn.Module` from images to probabilities, which also takes files.

    Called as a module it takes a tensor (N, S, S, C) uint8 and gives (N, classes) float32, each row
    of sum 1. `about` says what S and C are, and all else; `network` is the classifier without its
    preprocessing: images (N, C, S, S) float in 0 to 1 to logits. `predict` and `embed` compute in
    evaluation mode, whatever mode it is in.

    Images of `predict`, `embed` and `pixels` are a list, each of any size: a path, the bytes of a
    file, a PIL image, or an array (H, W), (H, W, 3) of uint8; or all at once an array of grey ones
    (N, H, W), or an array or tensor (N, S, S, C). Files are read as `prepare` reads them, JPEG in a
    smaller form where that is enough: the same picture as a PIL image can differ by a few of 255.
    """

    def forward(self, images: Tensor) -> Tensor:
        """Calibrated probabilities (N, classes) of images (N, S, S, C) uint8.

        Raises:
            ValueError: for a tensor of another shape or type.
        """
        return super().forward(self._checked(images))

    def predict(self, images: Pictures, top: int = 5) -> list[Answer]:
        """An answer for each image, with the `top` likeliest classes.

        Raises:
            ValueError: for an image that can't be read: which one, and why; for a `top` below 1.
        """
        if top < 1:
            raise ValueError(f"top: {top}, should be 1 or more")
        classes = self.about.classes
        answers = []
        for rows in self._batches(self, images):
            best, numbers = rows.topk(min(top, len(classes)))
            for found, at in zip(best.tolist(), numbers.tolist(), strict=True):
                ranked = [*zip((classes[n] for n in at), found, strict=True)]
                answers.append(Answer(*ranked[0], self.is_sure(found[0]), ranked))
        return answers

    def is_sure(self, probability: float) -> bool | None:
        """Whether an answer of this probability is above the threshold; None without one."""
        limit = self.about.threshold
        return None if limit is None else probability > limit

    def embed(self, images: Pictures) -> Tensor:
        """Features (N, D) float32, on the CPU: what the head sees, for search and clustering.

        Raises:
            ValueError: for an image that can't be read: which one, and why.
        """
        return torch.cat([*self._batches(self.features, images)])

    def pixels(self, images: Pictures) -> Tensor:
        """(N, S, S, C) uint8, by the same rules as the training images.

        Raises:
            ValueError: for an image that can't be read: which one, and why.
        """
        return self._pixels(_listed(images, self.about.channels))

    def _pixels(self, images: Listed, first: int = 0) -> Tensor:
        """`first`: the number of the first of them, for messages."""
        if isinstance(images, Tensor):
            return self._checked(images)
        size, channels = self.about.image_size, self.about.channels
        found = np.empty((len(images), size, size, channels), np.uint8)
        for n, image in enumerate(images):
            found[n] = self._one(first + n, image)
        return torch.from_numpy(found)

    def _checked(self, images: Tensor) -> Tensor:
        size, channels = self.about.image_size, self.about.channels
        if not isinstance(images, Tensor):
            raise ValueError(
                f"images: a {type(images).__name__}, should be a tensor; `predict` takes more"
            )
        if images.dtype != torch.uint8 or images.shape[1:] != (size, size, channels):
            raise ValueError(
                f"images: {tuple(images.shape)} {images.dtype}, should be uint8 of shape "
                f"(N, {size}, {size}, {channels}); or give a list of images of any size"
            )
        return images

    def _one(self, number: int, image: Any) -> Pixels:
        try:
            pixels = self._rgb(image)
        except (Unreadable, TypeError, ValueError, OSError, SyntaxError) as error:
            called = f" ({os.fspath(image)})" if isinstance(image, str | os.PathLike) else ""
            raise ValueError(f"images[{number}]{called}: {error}") from None
        return grey(pixels) if self.about.channels == 1 else pixels

    def _rgb(self, image: Any) -> Pixels:
        about = self.about
        if isinstance(image, str | os.PathLike | bytes):
            file = image if isinstance(image, bytes) else os.fspath(image)
            return decode(
                file, about.image_size, about.fit, about.max_megapixels, ranges=about.ranges
            )
        if isinstance(image, np.ndarray):
            image = _picture(image)
        if not isinstance(image, Image.Image):
            raise TypeError(
                f"a {type(image).__name__}, should be a path, bytes, array or PIL image"
            )
        if not image.width or not image.height:
            raise ValueError(f"an image of {image.width} x {image.height} px, should have some")
        return fit_pixels(image, about.image_size, about.fit, about.ranges)

    def _batches(self, network: Any, images: Pictures) -> Iterator[Tensor]:
        device = next(self.parameters()).device
        at_once, listed = batch_size(self), _listed(images, self.about.channels)
        for at in range(0, max(1, len(listed)), at_once):
            with torch.no_grad(), _evaluating(self):
                found: Tensor = network(self._pixels(listed[at : at + at_once], at).to(device))
            yield found.cpu()


@contextmanager
def _evaluating(network: nn.Module) -> Iterator[None]:
    """In evaluation mode, also as a part of what is being trained; each part's mode is put back."""
    trained = [part for part in network.modules() if part.training]
    network.eval()
    try:
        yield
    finally:
        for part in trained:
            part.training = True


def _listed(images: Pictures, channels: int) -> Listed:
    """All at once as a tensor, or one by one."""
    if isinstance(images, np.ndarray) and images.ndim == 1 and images.dtype.kind in "UO":
        return images.tolist()  # type: ignore[no-any-return]
    if isinstance(images, np.ndarray) and images.ndim == 3 and images.shape[2] > 4:
        if channels == len(images) == 3:
            raise ValueError(
                f"images: an array {images.shape} may be one image, colours first, or three grey "
                "ones: give [images.transpose(1, 2, 0)] or [*images]"
            )
        return [*images]  # grey ones
    if isinstance(images, np.ndarray) and images.ndim == 4:
        if images.dtype != np.uint8:
            raise ValueError(
                f"images: an array {images.shape} of {images.dtype}, should be of uint8"
            )
        return torch.from_numpy(np.require(images, requirements=["C", "W"]))  # of a file: a copy
    if isinstance(images, Tensor):
        return images
    if isinstance(images, str | os.PathLike | bytes | Image.Image | np.ndarray):
        raise ValueError("images: one image, where a list of them is needed")
    try:
        return [*images]
    except TypeError:
        kind = type(images).__name__
        raise ValueError(f"images: a {kind}, where a list of them is needed") from None


def _picture(values: NDArray[Any]) -> Image.Image:
    """Of an array (H, W), (H, W, 1), (H, W, 3) or, with transparency, (H, W, 4)."""
    values = values[..., 0] if values.ndim == 3 and values.shape[2] == 1 else values
    right = values.ndim == 2 or (values.ndim == 3 and values.shape[2] in (3, 4))
    if values.dtype != np.uint8 or not right or not values.size:
        raise ValueError(
            f"an array {values.shape} of {values.dtype}, should be (H, W) or (H, W, 3) of uint8"
        )
    return Image.fromarray(values)


def batch_size(whole: Whole) -> int:
    """Images that the network sees at once."""
    side = whole.network.encoder.side(whole.about.image_size)
    on_cpu = next(whole.parameters()).device.type == "cpu"
    return max(SMALLEST_BATCH, (CPU_BATCH if on_cpu else GPU_BATCH) // side**2)


def load(folder: str | os.PathLike[str] = "data/model", device: str = "cpu") -> ImageClassifier:
    """The classifier that the stage `export` wrote, ready to be used.

    Args:
        folder: with classifier.json and model.safetensors.
        device: a device of torch: cpu, cuda, mps.

    Raises:
        semisup.workflow.errors.UserError: where the folder holds no classifier, or a damaged one;
            where the device is none, or not on this machine.
    """
    model = ImageClassifier.read(Path(folder))
    try:
        return model.to(device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        why = str(error).splitlines()[0].rstrip(".")
        raise UserError(f"device {device!r}: {why}; name one that is here, such as cpu") from None
