"""Read the images of the chosen source and pack them into arrays with a manifest."""

from semisup import outputs, stage
from semisup.data import packing
from semisup.data.sources import candidates
from semisup.params import load


def main() -> None:
    """Write data/prepared: images.npy, manifest.csv, rejected.csv, summary.json."""
    params = load()
    with outputs.replacing(outputs.PREPARED) as folder:
        summary = packing.pack(
            candidates(params),
            folder,
            params.data.image_size,
            params.data.color,
            params.data.max_rejected_fraction,
        )
    print(packing.describe(summary))


if __name__ == "__main__":
    stage.run(main)
