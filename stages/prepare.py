"""Read the images of the chosen source and pack them into arrays with a manifest."""

import gc

import environment  # noqa: F401

from semisup.params.loading import load
from semisup.prepare import last_good, limits, packing
from semisup.prepare.sources import beside, candidates
from semisup.prepare.unfinished import Unfinished
from semisup.workflow import command, outputs, scratch
from semisup.workflow.notes import Notes, as_table


def main() -> None:
    """Write data/prepared: images.npy, manifest.csv and .npy, tables of classes and rejects."""
    params = load()
    notes = Notes()
    # names and rows stay to the end: to look for circles among them takes a tenth of the time
    gc.set_threshold(200_000)
    with (
        command.warned(notes.show),
        last_good.kept("prepare", outputs.PREPARED),
        scratch.during("prepare", params.compute.checkpoint_seconds, beside(params)) as work,
        outputs.replacing(outputs.PREPARED) as folder,
    ):
        unfinished = Unfinished(work, params.data.image_size)
        summary = packing.pack(
            candidates(params, unfinished.outcomes, notes),
            folder,
            params.data.color,
            params.data.max_rejected_fraction,
            unfinished,
            notes,
        )
    print(packing.describe(summary))
    where = outputs.PREPARED / outputs.CLASSES
    _, *rows = outputs.read_lines(where)
    print(as_table(limits.COLUMNS, rows, str(where)))
    notes.show()


if __name__ == "__main__":
    command.run(main)
