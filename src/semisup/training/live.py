"""What a training shows while it runs: a bar at the terminal, and files in DVCLive's layout.

`metrics.json` holds the last figures, `plots/metrics/train/loss.tsv` and its like the curves.
"""

import json
import math
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tqdm import tqdm

from semisup.training.progress import Row
from semisup.workflow import live

SECONDS = 2.0  # from one writing of the update's number to the next, at least
FIGURES = {
    "train/loss": "train_loss",
    "train/merit": "train_merit",
    "heldout/loss": "heldout_loss",
    "heldout/merit": "heldout_merit",
}


class Live:
    """A training's bar and files; nothing that is trained depends on it."""

    def __init__(
        self,
        label: str,
        begun: int,
        updates: int,
        position: int,
        is_shown: bool,
        folder: Path | None,
    ) -> None:
        """Show how far a training is.

        Args:
            label: of the bar.
            begun: updates that were made before.
            updates: in all.
            position: of the bar, below others that run at the same time.
            is_shown: whether this process is the one that tells of the training.
            folder: of the files; None: there are none.
        """
        silent = None if is_shown else True  # None: where this is no terminal
        self._bar = tqdm(
            None, label, updates, False, initial=begun, disable=silent, position=position
        )
        self._folder = folder if is_shown else None
        self._update, self._updates, self._rows = begun, updates, list[Row]()
        self._written = -math.inf

    def step(self) -> None:
        """Show that one more update was made."""
        self._bar.update()
        self._update += 1
        if self._folder and time.monotonic() - self._written >= SECONDS:
            self._write_metrics(self._folder)

    def curve(self, rows: Sequence[Row]) -> None:
        """Show the curve as it is now."""
        self._rows = [*rows]
        if self._folder:
            self._write_metrics(self._folder)
            self._write_curves(self._folder / live.CURVES)

    def close(self) -> None:
        """The training has ended, perhaps before all updates were made."""
        self._bar.close()
        self._updates = self._update
        if self._folder:
            self._write_metrics(self._folder)

    def _write_metrics(self, folder: Path) -> None:
        figures: dict[str, Any] = {"step": self._update, "of": self._updates}
        columns = FIGURES if self._rows else {}
        for name, column in columns.items():
            value = getattr(self._rows[-1], column)
            if math.isfinite(value):
                part, figure = name.split("/")
                figures.setdefault(part, {})[figure] = round(value, 4)
        with suppress(OSError):  # the disk is full
            folder.mkdir(exist_ok=True)
            live.write(folder / live.METRICS, json.dumps(figures))
        self._written = time.monotonic()

    def _write_curves(self, folder: Path) -> None:
        for name, column in FIGURES.items():
            points = [(row.update, getattr(row, column)) for row in self._rows]
            lines = [f"{update}\t{value:.6g}" for update, value in points if math.isfinite(value)]
            path = folder / f"{name}.tsv"
            if lines:
                with suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    live.write(path, "\n".join([f"step\t{path.stem}", *lines]) + "\n")
