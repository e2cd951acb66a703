"""Train the fine-tuned network further, on labels of one budget and the pool, for every draw."""

from functools import partial
from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.classify import budget as at_budget
from semisup.classify import results
from semisup.classify.draws import train_draws
from semisup.selftrain.learner import pool_learner
from semisup.workflow import command, outputs


def main(
    task: Annotated[str, typer.Option(help="one of finetune_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/selftrain/TASK-BUDGET: results, pool.csv, history.csv, predictions, weights."""
    with at_budget.started("selftrain", budget, task) as run:
        # a teacher that errs teaches its errors: then validation keeps the start
        learner = partial(pool_learner, run)
        before = results.judged_before(run.folder("finetune"))
        trained = train_draws(run, learner, run.params.selftrain, start_judged=before)
        with outputs.replacing(run.folder("selftrain")) as folder:
            results.write(run, trained, folder)


if __name__ == "__main__":
    command.run(main)
