"""A NumPy .npz of images and labels, as MedMNIST and Keras save sets, read as if it held files.

Of the arrays `train_images` (N, H, W) or (N, H, W, 3) and `train_labels` (N,) or (N, 1), image 7 of
class 3 becomes `train/3/000007.png`; the same of `val` and `test`. Labels may be words, of which
slashes become underscores, or a row of ones and zeros (N, classes). Without labels it becomes
`train/000007.png`. Pixels are kept as they are; images may be (N, 3, H, W).
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semisup.labels.parts import part_of
from semisup.prepare.files.member import Member
from semisup.prepare.junk import is_junk
from semisup.prepare.records import Pixels
from semisup.workflow.errors import UserError

IMAGES = {"images", "image", "x", "data", "imgs"}
LABELS = {"labels", "label", "y", "targets", "target"}
# also of an encrypted member, or one compressed in a way that is not known, and of a header cut off
UNREADABLE = (OSError, ValueError, RuntimeError, SyntaxError, TokenError, zipfile.BadZipFile)
FOLDERS = {"train": "train", "validation": "val", "test": "test", "unlabelled": "unlabelled"}


def files(path: Path, place: str) -> Iterator[Member]:
    """Each image, with the size of its pixels.

    Raises:
        UserError: no such arrays, or of another kind than is read.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name, images, labels in _pairs(arrays, place):
                yield from _files(name, images, labels)
    except UNREADABLE as error:
        raise UserError(
            f"{place}: cannot be read as arrays of numbers ({' '.join(str(error).split())})"
        ) from None


def _pairs(
    arrays: "np.lib.npyio.NpzFile", place: str
) -> Iterator[tuple[str, Pixels, list[str] | None]]:
    found: dict[str, dict[str, str]] = {}
    folders: dict[str, str] = {}
    for key in arrays.files:
        words = re.findall(r"[a-z]+", key.lower())
        kind = "images" if IMAGES & {*words} else "labels" if LABELS & {*words} else ""
        part = next((part for word in words if (part := part_of(word))), "train")
        if not kind or "names" in words:
            continue
        if first := found.setdefault(part, {}).get(kind):
            raise UserError(
                f"{place}: {first} and {key} both read as the {kind} for {part}; leave one"
            )
        found[part][kind] = key
    if not any("images" in keys for keys in found.values()):
        raise UserError(
            f"{place}: has no arrays named as train_images and train_labels; it has "
            f"{', '.join(arrays.files[:8]) or 'nothing'}"
        )
    for part, keys in found.items():
        if "images" in keys:
            images = arrays[keys["images"]]
            labels = arrays[keys["labels"]] if "labels" in keys else None
            yield (
                FOLDERS[part],
                _checked(images, keys["images"], place),
                _classes(labels, len(images), f"{place}: {keys.get('labels')}", folders),
            )


def _checked(images: NDArray[np.generic], name: str, place: str) -> Pixels:
    shape = images.shape
    if len(shape) == 4 and shape[1] in (1, 3) and shape[3] not in (1, 3):
        images, shape = np.moveaxis(images, 1, 3), (shape[0], *shape[2:], shape[1])
    right = len(shape) == 3 or (len(shape) == 4 and shape[3] in (1, 3))
    if images.dtype != np.uint8 or not right or 0 in shape[1:]:
        raise UserError(
            f"{place}: {name}: is {images.dtype} of shape {shape}; it must be uint8 of shape "
            "(N, H, W) or (N, H, W, 3)"
        )
    return images.astype(np.uint8, copy=False)


def _classes(
    labels: NDArray[Any] | None, count: int, where: str, folders: dict[str, str]
) -> list[str] | None:
    """What the class folder of each image is called; `folders`: those so far, with their words."""
    if labels is None:
        return None
    if _is_one_hot(labels, count):
        return [str(number) for number in labels.argmax(axis=1)]
    if labels.size == count and labels.dtype.kind in "US":
        words = [w.decode() if isinstance(w, bytes) else str(w) for w in labels.ravel()]
        called = {word: _folder(word, where, folders) for word in sorted({*words})}
        return [called[word] for word in words]
    if labels.size == count and labels.dtype.kind in "iufb":
        with np.errstate(invalid="ignore"):  # what is no number
            whole = labels.reshape(-1).astype(np.int64)
        if (whole == labels.reshape(-1)).all():
            return [str(number) for number in whole]
    raise UserError(
        f"{where}: is {labels.dtype} of shape {labels.shape}; it must be a whole number or a word "
        f"for each of the {count} images"
    )


def _folder(word: str, where: str, folders: dict[str, str]) -> str:
    """What the folder of a class is called.

    Raises:
        UserError: another one is called so, or the images in it would be passed over.
    """
    name = word.replace("/", "_")
    if is_junk(name):
        raise UserError(
            f"{where}: {word!r} can be no class, since folders called so are passed over as what "
            "systems and programs leave; write another word"
        )
    first = folders.setdefault(name, word)
    if first != word:
        raise UserError(
            f"{where}: {first!r} and {word!r} would be one class, {name!r}; write other words"
        )
    return name


def _is_one_hot(labels: NDArray[Any], count: int) -> bool:
    """Whether each row has a single 1, for its class."""
    if labels.ndim != 2 or len(labels) != count or labels.shape[1] < 2:
        return False
    return labels.dtype.kind in "iufb" and bool(
        np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
    )


def _files(part: str, images: Pixels, labels: list[str] | None) -> Iterator[Member]:
    for number, image in enumerate(images):
        folder = part if labels is None else f"{part}/{labels[number]}"
        yield Member(f"{folder}/{number:06}.png", None, image.nbytes, partial(_png, image))


def _png(image: Pixels) -> bytes:
    stream = io.BytesIO()
    grey = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
    Image.fromarray(grey).save(stream, "PNG", compress_level=0)
    return stream.getvalue()
