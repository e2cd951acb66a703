"""The list of packed images: a table for readers, an array for the stages that follow."""

import csv
from array import array
from pathlib import Path
from typing import TextIO

import numpy as np

from semisup.prepare.records import Facts, Outcome, Record, Rejected
from semisup.workflow import outputs

COLUMNS = ("id", "source", "given_split", "label", "pixel_hash", "duplicate_of")
NO_CLASS = -1


class Manifest:
    """manifest.csv, written line by line; the few bytes of an image that manifest.npy has."""

    def __init__(self, file: TextIO) -> None:
        self._write = csv.writer(file, lineterminator="\n").writerow
        self._write(COLUMNS)
        self._first_with: dict[str, int] = {}  # by the hash of the pixels
        self._numbers: dict[str, int] = {}  # of classes, in the order in which they turn up
        self._labels, self._given_test, self._same_as = array("i"), array("b"), array("q")
        self.rejected: list[Rejected] = []
        self.images = 0
        self.all_grey = True

    def add(self, outcome: Outcome, facts: Facts | None) -> None:
        """Enter one image, or a file among the rejected ones."""
        if isinstance(outcome, Rejected):
            self.rejected.append(outcome)
        elif facts:
            self._enter(outcome, facts)

    def _enter(self, record: Record, facts: Facts) -> None:
        number, split, label = self.images, record.given_split, record.label
        first = self._first_with.setdefault(facts.pixel_hash, number)
        duplicate_of = "" if first == number else first
        # csv writes None as nothing, as it does an empty label
        self._write((number, record.source, split, label, facts.pixel_hash, duplicate_of))
        named = self._numbers.setdefault(label, len(self._numbers)) if label else NO_CLASS
        self._labels.append(named)
        self._given_test.append(split == "test")
        self._same_as.append(first)
        self.all_grey = self.all_grey and facts.is_grey
        self.images += 1

    @property
    def classes(self) -> list[str]:
        """Their names, sorted."""
        return sorted(self._numbers)

    def write_array(self, path: Path) -> None:
        """Write what the stages read, an `outputs.MANIFEST_ROW` for each image."""
        rows = np.empty(self.images, outputs.MANIFEST_ROW)
        rank = {name: position for position, name in enumerate(self.classes)}
        # the last one is what NO_CLASS picks
        sorted_as = np.array([*(rank[name] for name in self._numbers), NO_CLASS], np.int32)
        rows["label"] = sorted_as[np.frombuffer(self._labels, np.int32)]
        rows["given_test"] = self._given_test
        rows["same_as"] = self._same_as
        np.save(path, rows)

    def summary(self, channels: int) -> dict[str, object]:
        """What summary.json says."""
        labels = np.frombuffer(self._labels, np.int32)
        given_test = np.frombuffer(self._given_test, np.bool_)
        return {
            "images": self.images,
            "labelled": int((~given_test & (labels != NO_CLASS)).sum()),
            "unlabelled": int((~given_test & (labels == NO_CLASS)).sum()),
            "given_test": int(given_test.sum()),
            "channels": channels,
            "rejected": len(self.rejected),
            "duplicates": self.images - len(self._first_with),
            "classes": self.classes,
        }
