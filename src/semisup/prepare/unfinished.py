"""What `prepare` has packed so far, so that a killed run need not decode it again.

Beside the array of images, which grows, there is a list with a line for what became of each
candidate. A line is written after its pixels, so that the list never promises more than is there.
"""

import json
import os
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from semisup.prepare.records import Facts, Outcome, Record, Rejected, pixel_hash
from semisup.workflow import outputs
from semisup.workflow.scratch import OUTDATED, Scratch, refuse

LIST = "outcomes.jsonl"
HEADER_BYTES = 128  # of an .npy file, padded so that the final shape can be written over it


@dataclass
class Unfinished:
    """A packing that may have been interrupted.

    done: what became of the first candidates, and what is known of their pixels.
    """

    scratch: Scratch
    image_size: int
    done: list[tuple[Outcome, Facts | None]] = field(default_factory=list)
    _pending: list[str] = field(default_factory=list)
    _last: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        try:
            first, *lines = self._list.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):  # there is none, or it is empty, or no text
            first, lines = "", []
        if first == self.scratch.key:
            self.done = _read(lines)
            if not self._holds_the_images():
                refuse(self._list, "damaged (its images are others)")
                self.done = []
        elif first:
            refuse(self._list, OUTDATED)
        self.scratch.folder.mkdir(parents=True, exist_ok=True)
        kept = [self.scratch.key, *lines[: len(self.done)]]  # no line that was cut off
        self._list.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def _holds_the_images(self) -> bool:
        """Whether the array has the pixels that the list tells of."""
        hashes = [facts.pixel_hash for _, facts in self.done if facts]
        size = 3 * self.image_size**2
        try:
            with self.images.open("rb") as file:
                file.seek(HEADER_BYTES)
                return all(pixel_hash(file.read(size)) == expected for expected in hashes)
        except OSError:
            return not hashes

    @property
    def images(self) -> Path:
        """The array that grows."""
        return self.scratch.folder / outputs.IMAGES

    @property
    def outcomes(self) -> deque[Outcome]:
        """Of the candidates that a source may leave out."""
        return deque(outcome for outcome, _ in self.done)

    def add(self, outcome: Outcome, facts: Facts | None = None) -> None:
        """Take note of a candidate, whose pixels, if any, were appended."""
        line = [*vars(outcome).values()]  # as `_read` puts it together again
        if isinstance(outcome, Record):
            line.append([*(facts or ())])
        self._pending.append(json.dumps(line))

    def is_due(self) -> bool:
        """Whether the last save was long enough ago."""
        return time.monotonic() - self._last >= self.scratch.seconds

    def save(self) -> None:
        """Write the lines of all candidates whose pixels are on disk by now."""
        with self._list.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in self._pending)
            file.flush()
            os.fsync(file.fileno())
        self._pending.clear()
        self._last = time.monotonic()

    @property
    def _list(self) -> Path:
        return self.scratch.folder / LIST


def _read(lines: list[str]) -> list[tuple[Outcome, Facts | None]]:
    """Up to the first line that is cut off."""
    found: list[tuple[Outcome, Facts | None]] = []
    for line in lines:
        try:
            values = json.loads(line)
            if isinstance(values[-1], list):
                found.append((Record(*values[:-1]), Facts(*values[-1])))
            else:
                found.append((Rejected(*values), None))
        except ValueError:
            break
    return found
