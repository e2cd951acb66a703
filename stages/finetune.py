"""Train encoder and head together at one label budget, for every draw."""

from typing import Annotated

import typer

from semisup.classify import classifier, draws
from semisup.compute import device
from semisup.data.dataset import Selection, open_data
from semisup.finetune import starting_classifier
from semisup.params.loading import load
from semisup.workflow import command, outputs, scratch


def main(
    task: Annotated[str, typer.Option(help="one of pretext_tasks")],
    budget: Annotated[int, typer.Option(help="labels per class, one of label_budgets")],
) -> None:
    """Write data/finetune/TASK-BUDGET: results.csv, history.csv, predictions.npy, weights."""
    params = load()
    params.require_task(task)
    params.require_budget(budget)
    data = open_data(outputs.PREPARED, outputs.SPLITS)
    seconds = params.compute.checkpoint_seconds
    with scratch.during("finetune", seconds, task=task, budget=budget) as work:
        runtime = device.start(params.compute, work, params.draws)
        seed = device.stream_seed(params.seed, *b"finetune", *task.encode(), budget)
        pretrained, heads = outputs.pretrain_folder(task), outputs.head_folder(task, budget)

        def learner(draw: int, selection: Selection) -> draws.Learner:
            start = starting_classifier(params, data, pretrained, heads, seed, draw)
            key = device.stream_seed(seed, draw, 1)
            return classifier.learner(start, data, params.data.augment, runtime, key, selection)

        selections = data.selections(budget, params.draws, params.split.within_budget_fraction)
        label = f"fine-tuning {task} {budget}"
        # with few labels training makes a good start worse: then validation keeps the start
        trained = draws.train_draws(
            learner, data, selections, params.finetune, runtime, seed, label, start_counts=True
        )
        with outputs.replacing(outputs.finetune_folder(task, budget)) as folder:
            draws.write(folder, "finetune", task, budget, data, trained)


if __name__ == "__main__":
    command.run(main)
