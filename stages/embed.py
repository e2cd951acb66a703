"""Compute the features of a pretrained, frozen encoder for labelled images and the pool."""

from typing import Annotated

import environment  # noqa: F401
import typer

from semisup.compute import device
from semisup.data.dataset import open_data
from semisup.embed import embed
from semisup.network import encoders
from semisup.params.loading import load
from semisup.workflow import command, outputs, scratch


def main(task: Annotated[str, typer.Option(help="one of pretext_tasks")]) -> None:
    """Write data/features/TASK: arrays of training, validation, test and pool, and their images."""
    params = load()
    params.require_task(task)
    data = open_data()
    seconds = params.compute.checkpoint_seconds
    with scratch.during("embed", seconds, task=task) as work:
        runtime = device.start(params.compute, work)
        pretrained = outputs.folder_of("pretrain", task)
        settings = encoders.read_spec(pretrained).chosen(params.embed)
        seed = device.stream_seed(params.seed, *b"embed", *task.encode())
        with outputs.replacing(outputs.folder_of("embed", task)) as folder:
            for number, one in enumerate(outputs.repeats(pretrained)):
                own, encoder = outputs.of_repeat(folder, number), encoders.load(one, data)
                own.mkdir(exist_ok=True)
                info = embed(encoder, data, settings, params.data.augment, runtime, seed, own)
                # where a probe chose it, the first one's is that of all
                settings = settings.model_copy(update={"layer": info["layer"]})


if __name__ == "__main__":
    command.run(main)
