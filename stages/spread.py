"""Spread the labels of one budget over the pool and train the head on, for every draw."""

from functools import partial
from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.classify import budget as at_budget
from semisup.classify import results
from semisup.classify.draws import train_draws
from semisup.features.stored import FeatureSet
from semisup.neighbours.stored import Graph
from semisup.spread.learner import spread_learner
from semisup.workflow import command, outputs


def main(
    task: Annotated[str, typer.Option(help="one of pretext_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/spread/TASK-BUDGET: results.csv, pool.csv, history.csv, predictions, weights."""
    with at_budget.started("spread", budget, task) as run:
        features = FeatureSet.read_all(outputs.folder_of("embed", task))
        graphs = map(Graph.read, outputs.repeats(outputs.folder_of("neighbours", task)))
        # where alike images are of different classes it does harm: then validation keeps the head
        learner = partial(spread_learner, run, [*zip(features, graphs, strict=True)])
        before = results.judged_before(run.folder("head"))
        trained = train_draws(run, learner, run.params.spread, start_judged=before)
        with outputs.replacing(run.folder("spread")) as folder:
            results.write(run, trained, folder)


if __name__ == "__main__":
    command.run(main)
