"""Train an encoder on the unlabelled pool by a pretext task."""

import dataclasses
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from semisup import backbones, outputs
from semisup.backbones import Encoder
from semisup.data.device_images import DeviceImages
from semisup.data.labelled import ImageData
from semisup.device import Runtime, stream_seed
from semisup.params import Params
from semisup.training import Fit, Plan, Row, Score, fit
from semisup.weights import save_weights

EVALUATION_IMAGES = 256  # at once; a task may show each several times over


@dataclass(frozen=True)
class Pretrained:
    """An encoder, and how its training went (None for a task that trains nothing)."""

    encoder: Encoder
    fit: Fit | None
    pool_images: int


def pretrain(task: str, params: Params, data: ImageData, runtime: Runtime) -> Pretrained:
    """Train the encoder of params.yaml by one pretext task.

    The last weights are kept: nothing is selected, and no label is read.

    Raises:
        UserError: where the task's section of params.yaml is wrong, or training diverges.
    """
    module = import_module(f"semisup.pretext.{task}")
    settings = params.task_settings(task, module.Settings)
    seed = stream_seed(params.seed, *task.encode())
    encoder = backbones.build(params.backbone.name, data.channels, data.image_size, params.seed)
    if module.Task is None:
        return Pretrained(encoder.eval(), None, 0)
    pool = np.random.default_rng(seed).permutation(data.pool)
    # small pools keep at least nine tenths to train on
    heldout = min(params.pretrain.heldout_images, max(1, len(pool) // 10))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_seed(seed, 1))
        network = module.Task(encoder, settings, data.image_size)
    network = network.to(runtime.device, memory_format=torch.channels_last)
    held = DeviceImages.of(data, np.sort(pool[:heldout]), runtime)
    result = _train(
        network,
        settings,
        params,
        DeviceImages.of(data, np.sort(pool[heldout:]), runtime),
        held,
        runtime,
        seed,
        task,
    )
    return Pretrained(encoder, result, len(pool) - heldout)


def write(folder: Path, task: str, pretrained: Pretrained) -> None:
    """Write encoder.safetensors, history.csv and pretext.json (the task's figure of merit)."""
    save_weights(pretrained.encoder, folder / outputs.ENCODER)
    rows = pretrained.fit.rows if pretrained.fit else []
    columns = [field.name for field in dataclasses.fields(Row)]
    outputs.write_table(folder / outputs.HISTORY, rows, columns)
    merit: dict[str, float | int | str] = {"task": task, "pool_images": pretrained.pool_images}
    if rows:
        merit |= {
            "accuracy": round(rows[-1].heldout_accuracy, 4),
            "loss": round(rows[-1].heldout_loss, 4),
            "updates": rows[-1].update,
        }
    outputs.write_json(folder / outputs.PRETEXT, merit)


def _train(
    network: Any,
    settings: Any,
    params: Params,
    pool: DeviceImages,
    held: DeviceImages,
    runtime: Runtime,
    seed: int,
    task: str,
) -> Fit:
    generator = runtime.generator(seed, 2)

    def batch_loss(numbers: Tensor) -> tuple[Tensor, Tensor]:
        loss, right = network.loss(pool.augmented(numbers, params.pretrain.augment, generator))
        return loss, right

    plan = Plan(
        settings.lr, settings.weight_decay, params.pretrain.batch_images, params.pretrain.epochs
    )
    return fit(
        network,
        batch_loss,
        len(pool),
        plan,
        runtime,
        stream_seed(seed, 3),
        lambda: heldout_score(network, held, runtime),
        keep="last",
        label=f"pretraining by {task}",
    )


def heldout_score(network: Any, held: DeviceImages, runtime: Runtime) -> Score:
    """Mean loss and share of right predictions on held-out images as they are."""
    loss, right, seen = 0.0, 0.0, 0
    with torch.no_grad(), runtime.autocast():
        for batch in held.batches(EVALUATION_IMAGES):
            batch_loss, batch_right = network.loss(held.plain(batch))
            loss += float(batch_loss) * batch_right.numel()
            right += float(batch_right.float().sum())
            seen += batch_right.numel()
    return Score(right / seen, loss / seen)
