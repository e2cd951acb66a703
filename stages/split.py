"""Give every image a role, and every training image its place in each draw."""

import numpy as np

from semisup.data.dataset import ROLES, read_manifest
from semisup.params.loading import load
from semisup.split.chosen import read_chosen
from semisup.split.roles import Rules, make_split, write_split
from semisup.workflow import command, outputs


def main() -> None:
    """Write data/splits: split.csv and .npy, stats.json, chosen.npy; pool for pretraining."""
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
    labels, given_test, same_as, classes = read_manifest(outputs.PREPARED)
    chosen = read_chosen(outputs.LABELS, outputs.PREPARED, labels, given_test, classes)
    split = make_split(labels, given_test, same_as, rules, chosen)
    with outputs.replacing(outputs.SPLITS) as folder:
        write_split(folder, split, outputs.PREPARED, classes)
    counts = np.bincount(split.role, minlength=len(ROLES))
    print(
        f"pool {len(split.pool)} images; "
        + ", ".join(f"{name} {count}" for name, count in zip(ROLES, counts, strict=True))
        + f" ({split.leaked} equal to a test or validation image)"
    )


if __name__ == "__main__":
    command.run(main)
