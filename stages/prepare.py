"""Read the images of the chosen source and pack them into arrays with a manifest."""

from semisup import outputs, scratch, stage
from semisup.data import packing
from semisup.data.sources import candidates
from semisup.data.unfinished import Unfinished
from semisup.params import load


def main() -> None:
    """Write data/prepared: images.npy, manifest.csv, rejected.csv, summary.json."""
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
    stage.run(main)
