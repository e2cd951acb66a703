"""The classifier that the advice names, put aside for the stage `export`."""

from collections.abc import Iterable
from pathlib import Path

from semisup.model.parts import WEIGHTS, Parts, parts_of
from semisup.report.methods import Way
from semisup.workflow import outputs

AMONG = "among.json"


def write(way: Way, among: Iterable[Way], budget: int, folder: Path) -> None:
    """Copies of its parts, and what it was chosen among, with hashes of the weights.

    Args:
        way: that the advice names, whose best draw on validation is taken.
        among: the ways that were compared.
        budget: labels per class.
        folder: to write to.

    Raises:
        UserError: where a stage before has not run.
    """
    parts_of(way.folder(budget), *way, budget).copy(folder)
    every = {other.series: parts_of(other.folder(budget), *other, budget) for other in among}
    outputs.write_json(folder / AMONG, {name: _told(parts) for name, parts in every.items()})


def _told(parts: Parts) -> dict[str, object]:
    draw, accuracy = (parts.result.get(name) for name in ("draw", "validation_top1"))
    weights = outputs.sha256(parts.files[WEIGHTS])
    return {"draw": draw, "validation_top1": accuracy, "weights_sha256": weights}
