"""Pretraining for exactly so many updates, whatever its settings say."""

import hashlib
from contextlib import ExitStack
from unittest import mock

from made_up import pool, settings

from semisup.compute import device
from semisup.compute.weights import to_arrays
from semisup.pretrain import pretraining
from semisup.pretrain.pretraining import Pretrained
from semisup.training.loop import Plan
from semisup.workflow.scratch import Scratch

BATCH = 64


def train(
    task: str, on: str, updates: int, tiny: bool, scratch: Scratch | None = None
) -> Pretrained:
    """Pretrain on made-up images.

    Args:
        task: a pretext task that trains.
        on: the device.
        updates: how many.
        tiny: small images and batches, few of them.
        scratch: where unfinished trainings are kept.
    """
    side, batch = (16, 8) if tiny else (96, BATCH)
    params = settings(
        {
            "pretext_tasks": [task],
            "finetune_tasks": [],
            "backbone": {"name": "small" if tiny else "alexnet"},
            "data": {"image_size": side},
            "pretrain": {"heldout_images": batch, task: {"batch_images": batch}},
            "compute": {"device": on, "threads": 1 if tiny else 0},
        }
    )

    def plan(network: pretraining.PretextTask, _: object) -> Plan:
        chosen = network.settings
        return Plan(chosen.lr, chosen.weight_decay, batch, 0, updates, by_update=True)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(pretraining, "_plan", plan))
        data = pool(batch * (8 if tiny else 16), side)
        return pretraining.pretrain(task, params, data, device.start(params.compute, scratch))


def digest(trained: Pretrained) -> str:
    """Of all weights of the encoder."""
    found = hashlib.sha256()
    for name, values in sorted(to_arrays(trained.encoder).items()):
        found.update(name.encode() + values.tobytes())
    return found.hexdigest()
