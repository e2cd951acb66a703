"""The list of packed images: a table for readers, an array for the stages that follow."""

from array import array
from pathlib import Path
from typing import TextIO

import numpy as np
import xxhash
from numpy.typing import NDArray

from semisup.prepare.limits import Tally
from semisup.prepare.records import Facts, Outcome, Record, Rejected
from semisup.workflow import outputs

COLUMNS = ("id", "source", "given_split", "label", "pixel_hash", "duplicate_of", "group")
NO_GROUP = -1


class ManifestWriter:
    """manifest.csv, written line by line; the few bytes of an image that manifest.npy has."""

    def __init__(self, file: TextIO) -> None:
        self._write = outputs.csv_writer(file).writerow
        self._write(COLUMNS)
        self._first_with: dict[str, int] = {}  # by the hash of the pixels
        self._numbers: dict[str, int] = {}  # of classes, in the order in which they turn up
        self._groups: dict[str, int] = {}  # in the order in which they turn up
        self._labels, self._given, self._same_as = array("i"), array("b"), array("q")
        self._group, self._keys = array("i"), array("Q")
        self.tally = Tally()
        self.rejected: list[Rejected] = []
        self.images = 0
        self.all_grey = True

    def add(self, outcome: Outcome, facts: Facts | None) -> None:
        """Enter one image, or a file among the rejected ones."""
        if isinstance(outcome, Rejected):
            self.rejected.append(outcome)
            self.tally.lose(outcome)
        elif facts:
            self._enter(outcome, facts)

    def _enter(self, record: Record, facts: Facts) -> None:
        number, split, label, group = self.images, record.given_split, record.label, record.group
        first = self._first_with.setdefault(facts.pixel_hash, number)
        duplicate_of = "" if first == number else first
        # csv writes None as nothing, as it does an empty label
        self._write((number, record.source, split, label, facts.pixel_hash, duplicate_of, group))
        named = self._numbers.setdefault(label, len(self._numbers)) if label else outputs.NO_CLASS
        self._labels.append(named)
        self._given.append(outputs.GIVEN.index(split))
        self._same_as.append(first)
        self._group.append(
            NO_GROUP if group is None else self._groups.setdefault(group, len(self._groups))
        )
        self._keys.append(
            xxhash.xxh3_64_intdigest((facts.pixel_hash if group is None else f"g{group}").encode())
        )
        self.tally.keep(record)
        self.all_grey = self.all_grey and facts.is_grey
        self.images += 1

    @property
    def classes(self) -> list[str]:
        """Their names, sorted."""
        return sorted(self._numbers)

    def write_array(self, path: Path) -> NDArray[np.void]:
        """Write what the stages read, an `outputs.MANIFEST_ROW` for each image."""
        rows = np.empty(self.images, outputs.MANIFEST_ROW)
        rank = {name: position for position, name in enumerate(self.classes)}
        # the last one is what NO_CLASS picks
        sorted_as = np.array([*(rank[name] for name in self._numbers), outputs.NO_CLASS], np.int32)
        rows["label"] = sorted_as[np.frombuffer(self._labels, np.int32)]
        rows["given"], rows["same_as"] = self._given, self._same_as
        rows["group"], rows["key"] = self._group, self._keys
        np.save(path, rows)
        return rows

    def summary(self, channels: int) -> dict[str, object]:
        """What summary.json says."""
        kept = self.tally.kept
        return {
            "images": self.images,
            "labelled": kept["labelled"],
            "unlabelled": kept["unlabelled"],
            "given_validation": kept["validation"],
            "given_test": kept["test"],
            "groups": len(self._groups),
            "channels": channels,
            "rejected": len(self.rejected),
            "duplicates": self.duplicates,
            "classes": self.classes,
        }

    @property
    def duplicates(self) -> int:
        """Images that equal one before."""
        return self.images - len(self._first_with)
