"""Train a head on frozen features at one label budget, for every draw."""

from functools import partial
from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.classify import budget as at_budget
from semisup.classify import results
from semisup.classify.draws import train_draws
from semisup.features.stored import FeatureSet
from semisup.head import head_learner
from semisup.workflow import command, outputs


def main(
    task: Annotated[str, typer.Option(help="one of pretext_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/head/TASK-BUDGET: results.csv, history.csv, predictions.npy, head_DRAW weights."""
    with at_budget.started("head", budget, task) as run:
        features = outputs.folder_of("embed", task)
        learner = partial(head_learner, run, FeatureSet.read_all(features))
        trained = train_draws(run, learner, run.params.head)
        with outputs.replacing(run.folder("head")) as folder:
            results.write(run, trained, folder)
            outputs.copy(features / outputs.FEATURES_INFO, folder)


if __name__ == "__main__":
    command.run(main)
