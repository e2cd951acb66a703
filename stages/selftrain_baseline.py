"""A control: train the baseline further, on labels of one budget and the pool, for every draw."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.classify import budget as at_budget
from semisup.classify import results
from semisup.classify.draws import train_draws
from semisup.classify.learner import Learner
from semisup.compute.device import stream_seed
from semisup.data.dataset import LabelledSet
from semisup.selftrain.learner import mean_teacher_learner
from semisup.supervised import trained_classifier
from semisup.workflow import command, outputs


def main(
    budget: Annotated[int, typer.Option(help="labels per class, one of control_budgets")],
) -> None:
    """Write data/selftrain/none-BUDGET: results, pool.csv, history.csv, predictions, weights."""
    with at_budget.started("selftrain_baseline", budget) as run:

        def learner(draw: int, labelled: LabelledSet) -> Learner:
            start = trained_classifier(run, draw)
            return mean_teacher_learner(run, start, stream_seed(run.seed, draw, 1), labelled)

        before = results.judged_before(run.folder("supervised"))
        trained = train_draws(run, learner, run.params.selftrain, start_judged=before)
        with outputs.replacing(outputs.folder_of("selftrain", outputs.NO_TASK, budget)) as folder:
            results.write(run, trained, folder)


if __name__ == "__main__":
    command.run(main)
