"""Read the images of the chosen source and pack them into arrays with a manifest."""

from semisup.params.loading import load
from semisup.prepare import packing
from semisup.prepare.sources import candidates
from semisup.prepare.unfinished import Unfinished
from semisup.workflow import command, outputs, scratch


def main() -> None:
    """Write data/prepared: images.npy, manifest.csv and .npy, rejected.csv, summary.json."""
    params = load()
    with (
        scratch.during("prepare", params.compute.checkpoint_seconds) as work,
        outputs.replacing(outputs.PREPARED) as folder,
    ):
        unfinished = Unfinished(work, params.data.image_size)
        summary = packing.pack(
            candidates(params, unfinished.outcomes),
            folder,
            params.data.image_size,
            params.data.color,
            params.data.max_rejected_fraction,
            unfinished,
        )
    print(packing.describe(summary))


if __name__ == "__main__":
    command.run(main)
