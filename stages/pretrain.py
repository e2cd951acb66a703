"""Train an encoder on the unlabelled pool by one pretext task."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.compute import device
from semisup.data.dataset import open_pool
from semisup.params.loading import load
from semisup.pretrain.launch import launch
from semisup.pretrain.pretraining import pretrain_all, write
from semisup.workflow import command, outputs, scratch


def main(task: Annotated[str, typer.Option(help="one of pretext_tasks")]) -> None:
    """Write data/pretrain/TASK: the encoders, history.csv, pretext.json, examples.npy."""
    params = load()
    params.require_task(task)
    launch(params.compute)
    data = open_pool()
    seconds = params.compute.checkpoint_seconds
    with scratch.during("pretrain", seconds, task=task) as work:
        runtime = device.start(params.compute, work)
        pretrained = pretrain_all(task, params, data, runtime)
        if runtime.group.leads:
            with outputs.replacing(outputs.folder_of("pretrain", task)) as folder:
                write(folder, task, pretrained)
        runtime.group.wait()


if __name__ == "__main__":
    command.run(main)
