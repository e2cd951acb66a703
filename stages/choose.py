"""Compare labels of images that were chosen with labels of random images."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.choose.comparison import Candidates, compare
from semisup.compute import device
from semisup.data.dataset import open_data
from semisup.features.stored import FeatureSet
from semisup.neighbours.stored import read_points
from semisup.params.loading import load
from semisup.workflow import command, outputs, scratch


def main(task: Annotated[str, typer.Option(help="one of pretext_tasks")]) -> None:
    """Write data/choose/TASK: results.csv, selections.csv."""
    params = load()
    params.require_task(task)
    data = open_data()
    features = FeatureSet.read(outputs.folder_of("embed", task))
    points = read_points(outputs.folder_of("neighbours", task))
    chosen = outputs.read_array(outputs.SPLITS / outputs.CHOSEN)[:, 0]  # no random sample
    candidates = Candidates.of(features, points, chosen)
    seconds = params.compute.checkpoint_seconds
    with scratch.during("choose", seconds, task=task) as work:
        runtime = device.start(params.compute, work, params.choose.draws)
        with outputs.replacing(outputs.folder_of("choose", task)) as folder:
            compare(task, params, data, features, candidates, runtime, folder)


if __name__ == "__main__":
    command.run(main)
