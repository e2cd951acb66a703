"""Train encoder and head together at one label budget, for every draw."""

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
from semisup.finetune import judged_start, starting_classifier
from semisup.workflow import command, outputs


def main(
    task: Annotated[str, typer.Option(help="one of finetune_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/finetune/TASK-BUDGET: results.csv, history.csv, predictions.npy, weights."""
    with at_budget.started("finetune", budget, task) as run:

        def learner(draw: int, labelled: LabelledSet) -> Learner:
            start = starting_classifier(run, draw)
            return image_learner(run, start, stream_seed(run.seed, draw, 1), labelled)

        # with few labels training makes a good start worse: then validation keeps the start
        trained = train_draws(run, learner, run.params.finetune, start_judged=judged_start(run))
        with outputs.replacing(run.folder("finetune")) as folder:
            results.write(run, trained, folder)


if __name__ == "__main__":
    command.run(main)
