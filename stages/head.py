"""Train a head on frozen features at one label budget, for every draw."""

from functools import partial
from typing import Annotated

import typer

from semisup.classify import draws
from semisup.compute import device
from semisup.data.dataset import open_data
from semisup.features.stored import FeatureSet
from semisup.head import learner
from semisup.params.loading import load
from semisup.workflow import command, outputs, scratch


def main(
    task: Annotated[str, typer.Option(help="one of pretext_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/head/TASK-BUDGET: results.csv, history.csv, predictions.npy, head_DRAW weights."""
    params = load()
    params.require_task(task)
    params.require_budget(budget)
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    seconds = params.compute.checkpoint_seconds
    with scratch.during("head", seconds, task=task, budget=budget) as work:
        runtime = device.start(params.compute, work, params.draws)
        features = FeatureSet.read(outputs.features_folder(task))
        seed = device.stream_seed(params.seed, *b"head", *task.encode(), budget)
        make = partial(learner, data, features, params.head, runtime, seed)
        selections = data.selections(budget, params.draws, params.split.within_budget_fraction)
        label, patience = f"head {task} {budget}", params.head.patience
        trained = draws.train_draws(
            make, data, selections, params.head, runtime, seed, label, patience
        )
        with outputs.replacing(outputs.head_folder(task, budget)) as folder:
            draws.write(folder, "head", task, budget, data, trained)
            outputs.copy(outputs.features_folder(task) / outputs.FEATURES_INFO, folder)


if __name__ == "__main__":
    command.run(main)
