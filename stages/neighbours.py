"""Find the images that a frozen encoder finds alike."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.compute import device
from semisup.features.stored import FeatureSet
from semisup.neighbours.find import find_neighbours
from semisup.neighbours.stored import write_points
from semisup.params.loading import load
from semisup.workflow import command, outputs


def main(task: Annotated[str, typer.Option(help="one of pretext_tasks")]) -> None:
    """Write data/neighbours/TASK: ids.npy, neighbours.npy, similarities.npy, points.npy."""
    params = load()
    params.require_task(task)
    runtime = device.start(params.compute)
    with outputs.replacing(outputs.folder_of("neighbours", task)) as folder:
        for number, features in enumerate(FeatureSet.read_all(outputs.folder_of("embed", task))):
            graph, points = find_neighbours(features, params.neighbours, runtime)
            own = outputs.of_repeat(folder, number)
            own.mkdir(exist_ok=True)
            graph.write(own)
            write_points(points, own)


if __name__ == "__main__":
    command.run(main)
