"""Pack what a source yields into one memory-mappable array, a manifest and a list of rejects."""

import math
import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from semisup.labels.conflicts import conflicting
from semisup.prepare.decoding.pixels import grey
from semisup.prepare.doubts import doubt_labels, doubt_pixels, write_conflicts
from semisup.prepare.limits import COLUMNS, check_limits, warn_of_lost
from semisup.prepare.manifest import ManifestWriter
from semisup.prepare.near_copies import doubt_copies
from semisup.prepare.records import Candidates, Facts, Outcome, Pixels, Rejected
from semisup.prepare.unfinished import HEADER_BYTES, Unfinished
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, counted

BUFFER_BYTES = 2**20  # that are written at once


class ArrayWriter:
    """Writes an .npy of uint8 image by image, so that memory never holds more than a few."""

    def __init__(self, path: Path, image_shape: tuple[int, int, int], kept: int = 0) -> None:
        """The first `kept` images of a file that is there stay, and others are appended."""
        self.shape = image_shape
        self.count = kept
        mode: Literal["r+b", "wb"] = "r+b" if kept else "wb"
        self._file: BinaryIO = path.open(mode, buffering=BUFFER_BYTES)
        self._write_header()
        self._file.truncate(HEADER_BYTES + kept * math.prod(image_shape))
        self._file.seek(0, os.SEEK_END)

    def append(self, image: Pixels) -> None:
        """Add one (H, W, C) image."""
        self._file.write(np.ascontiguousarray(image).data)
        self.count += 1

    def flush(self) -> None:
        """Bring all images to disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Finish the file."""
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def _write_header(self) -> None:
        shape = (self.count, *self.shape)
        fields = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".encode()
        body = fields.ljust(HEADER_BYTES - 11) + b"\n"
        self._file.write(b"\x93NUMPY\x01\x00" + (HEADER_BYTES - 10).to_bytes(2, "little") + body)


def pack(
    candidates: Candidates,
    folder: Path,
    color: str,
    max_rejected_fraction: float,
    unfinished: Unfinished,
    notes: Notes,
) -> dict[str, object]:
    """Write the images (N, H, W, C), manifest, rejected files and summary into `folder`.

    With `color` "auto" the images are stored with one channel where all of them are grey.
    `unfinished` brings what an earlier run packed, which `candidates` leave out, and is kept up to
    date; `notes` are written too. Returns the summary.

    Raises:
        UserError: where no image is left, or the rejected files are more than
            `max_rejected_fraction` of those of their kind.
    """
    with (folder / outputs.MANIFEST).open("w", encoding="utf-8", newline="") as file:
        manifest = ManifestWriter(file)
        for outcome, facts in unfinished.done:
            manifest.add(outcome, facts)
        side = unfinished.image_size
        with closing(ArrayWriter(unfinished.images, (side, side, 3), manifest.images)) as writer:
            _write_all(candidates, manifest, writer, unfinished)
    unfinished.images.replace(folder / outputs.IMAGES)
    list_of_failed = folder.parent / outputs.REJECTED  # stays where no output does
    list_of_failed.unlink(missing_ok=True)
    _check_rejects(manifest, max_rejected_fraction, list_of_failed)
    is_grey = color == "grey" or (color == "auto" and manifest.all_grey)
    if is_grey:
        _to_grey(folder / outputs.IMAGES, manifest.all_grey)
    rows = manifest.write_array(folder / outputs.MANIFEST_ROWS)
    _write_rejected(folder / outputs.REJECTED, manifest.rejected)
    outputs.write_rows(folder / outputs.CLASSES, COLUMNS, manifest.tally.classes())
    warn_of_lost(manifest.tally, manifest.rejected, notes)
    doubt_labels(manifest.tally, notes)
    images = np.load(folder / outputs.IMAGES, mmap_mode="r")
    doubt_pixels(images, manifest.duplicates, notes)
    doubt_copies(images, rows, folder / outputs.MANIFEST, notes)
    write_conflicts(folder, conflicting(rows["label"], rows["same_as"]), notes)
    notes.write(folder)
    summary = manifest.summary(channels=1 if is_grey else 3) | notes.known
    outputs.write_json(folder / outputs.SUMMARY, summary)
    return summary


def _write_all(
    candidates: Candidates, manifest: ManifestWriter, writer: ArrayWriter, unfinished: Unfinished
) -> None:
    outcome: Outcome
    facts: Facts | None
    for candidate in candidates:
        if isinstance(candidate, Rejected):
            outcome, facts = candidate, None
        else:
            outcome, (pixels, facts) = candidate
            writer.append(pixels)
        manifest.add(outcome, facts)
        unfinished.add(outcome, facts)
        if unfinished.is_due():
            writer.flush()
            unfinished.save()


def describe(summary: dict[str, Any]) -> str:
    """One line for the console."""
    return (
        f"{summary['images']} images ({summary['labelled']} labelled, {summary['unlabelled']} not, "
        f"{summary['given_validation']} for validation, {summary['given_test']} for test) of "
        f"{len(summary['classes'])} classes; {counted(summary['rejected'], 'file')} left out, "
        f"{counted(summary['duplicates'], 'duplicate')}"
    )


def _check_rejects(manifest: ManifestWriter, max_fraction: float, list_of_failed: Path) -> None:
    kept, left_out = manifest.images, len(manifest.rejected)
    if kept == 0 and left_out == 0:
        raise UserError("data: the source holds no images; put some there or change data.source")
    if left_out:
        _write_rejected(list_of_failed, manifest.rejected)
        check_limits(manifest.tally, max_fraction, manifest.rejected, list_of_failed)
        list_of_failed.unlink()
    if kept == 0:
        raise UserError(
            f"data: none of the {left_out} files can be used; see the first: "
            f"{manifest.rejected[0].source}: {manifest.rejected[0].reason}"
        )


def _to_grey(path: Path, are_equal: bool) -> None:
    """Rewrite an array of three channels as one, which is any of them where all `are_equal`."""
    rgb = np.load(path, mmap_mode="r")
    grey_path = path.with_suffix(".grey")
    with closing(ArrayWriter(grey_path, (*rgb.shape[1:3], 1))) as writer:
        for image in rgb:
            writer.append(image[..., :1] if are_equal else grey(image))
    del rgb
    grey_path.replace(path)


def _write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    rows = ((item.source, item.reason, item.meant, item.label) for item in rejected)
    outputs.write_rows(path, ("source", "reason", "meant_for", "label"), rows)
