"""Train the baseline from random weights at one label budget, for every draw."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.classify import budget as at_budget
from semisup.classify import results
from semisup.classify.classifier import image_learner
from semisup.classify.draws import train_draws
from semisup.classify.learner import Learner
from semisup.compute.device import stream_seed
from semisup.data.dataset import LabelledSet
from semisup.supervised import fresh_classifier, write_spec
from semisup.workflow import command, outputs


def main(
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/supervised/BUDGET: results.csv, history.csv, predictions.npy, weights, specs."""
    with at_budget.started("supervised", budget) as run:

        def learner(draw: int, labelled: LabelledSet) -> Learner:
            start = fresh_classifier(run, draw)
            return image_learner(run, start, stream_seed(run.seed, draw, 2), labelled)

        trained = train_draws(run, learner, run.params.supervised)
        with outputs.replacing(run.folder("supervised")) as folder:
            results.write(run, trained, folder)
            write_spec(run, folder)


if __name__ == "__main__":
    command.run(main)
