"""Train the baseline from random weights at one label budget, for every draw."""

from typing import Annotated

import typer

from semisup.classify import classifier, draws
from semisup.compute import device
from semisup.data.dataset import Selection, open_data
from semisup.params.loading import load
from semisup.supervised import fresh_classifier
from semisup.workflow import command, outputs, scratch


def main(
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/supervised/BUDGET: results.csv, history.csv, predictions.npy, weights."""
    params = load()
    params.require_budget(budget)
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    seconds = params.compute.checkpoint_seconds
    with scratch.during("supervised", seconds, budget=budget) as work:
        runtime = device.start(params.compute, work, params.draws)
        seed = device.stream_seed(params.seed, *b"supervised", budget)

        def learner(draw: int, selection: Selection) -> draws.Learner:
            start = fresh_classifier(params, data, seed, draw)
            key = device.stream_seed(seed, draw, 2)
            return classifier.learner(start, data, params.data.augment, runtime, key, selection)

        selections = data.selections(budget, params.draws, params.split.within_budget_fraction)
        label = f"supervised {budget}"
        trained = draws.train_draws(
            learner, data, selections, params.supervised, runtime, seed, label
        )
        with outputs.replacing(outputs.supervised_folder(budget)) as folder:
            draws.write(folder, "supervised", outputs.NO_TASK, budget, data, trained)


if __name__ == "__main__":
    command.run(main)
