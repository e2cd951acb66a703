"""Give every image a role, and every training image its place in each draw."""

import environment  # noqa: F401
import numpy as np

from semisup.data.dataset import ROLES, read_manifest
from semisup.params.loading import load
from semisup.split.chosen import read_chosen
from semisup.split.roles import Rules, make_split
from semisup.split.writing import OF_CLASSES, by_class, write_split
from semisup.workflow import command, outputs
from semisup.workflow.notes import Notes, as_table


def main() -> None:
    """Write data/splits: split.csv and .npy, classes.csv, stats.json; pool for pretraining."""
    params = load()
    settings = params.split
    separate = settings.validation == "separate"
    rules = Rules(
        validation_per_class=settings.validation_per_class if separate else 0,
        test_fraction=settings.test_fraction,
        max_pool=settings.max_pool,
        draws=params.draws,
        seed=params.seed,
    )
    manifest, notes = read_manifest(), Notes()
    unfilled = Notes()  # shown and not kept, so that later stages need not run for them
    classes = manifest.classes
    chosen = read_chosen(outputs.LABELS, outputs.PREPARED, manifest, unfilled)
    split = make_split(manifest, rules, chosen)
    with outputs.replacing(outputs.SPLITS) as folder:
        write_split(folder, split, classes, notes)
    counts = np.bincount(split.role, minlength=len(ROLES))
    print(
        f"pool {len(split.pool)} images; "
        + ", ".join(f"{name} {count}" for name, count in zip(ROLES, counts, strict=True))
        + f" ({split.lost.leaked} equal to a test or validation image)"
    )
    print(as_table(OF_CLASSES, by_class(split, classes), str(outputs.SPLITS / outputs.CLASSES)))
    unfilled.show()
    notes.show()


if __name__ == "__main__":
    command.run(main)
