"""Train an encoder on the unlabelled pool by a pretext task."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from semisup.compute.device import Runtime, stream_seed
from semisup.data.augment import augment
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages, to_unit
from semisup.network import encoders
from semisup.network.backbones import Encoder
from semisup.network.encoders import EncoderSpec
from semisup.params.base import Section
from semisup.params.loading import Params
from semisup.params.sections import Pretrain, task_module
from semisup.pretext.shared import borrowed
from semisup.pretext.shared.borrowed_settings import BorrowedSettings
from semisup.pretext.shared.synchronised import averaged
from semisup.pretext.shared.task import Examples, NoTraining, PretextTask, TrainedSettings
from semisup.pretrain.watch import Watch
from semisup.training.loop import Fit, Objective, Plan, fit
from semisup.training.progress import Row
from semisup.training.selection import Selection
from semisup.workflow import outputs
from semisup.workflow.errors import NoMeans, UserError

MIN_POOL = 4  # one image may be held out, two must be there to be told apart
PREPARE_IMAGES = 1000  # at most, for a task to look at before training
PREPARE_VALUES = 2**26  # and no more than this many pixel values: a quarter of a GB
# Images that the encoder sees in an epoch, for each of the pool: as many as rotation shows. Tasks
# that show fewer make more passes over the pool, so that all train their encoder equally long.
SHOWN_PER_EPOCH = 4


@dataclass(frozen=True)
class Pretrained:
    """An encoder, and how its training went: nothing of that where a task trains nothing.

    figures: means over the held-out images, the task's figure of merit first; origin: of weights
    that others trained: model, weights, source, licence, sha256.
    """

    encoder: Encoder
    spec: EncoderSpec
    pool_images: int = 0
    encoder_images: int = 0
    fit: Fit | None = None
    figures: dict[str, float] = dataclasses.field(default_factory=dict)
    examples: Examples | None = None
    origin: dict[str, str] = dataclasses.field(default_factory=dict)


def pretrain_all(task: str, params: Params, data: ImageData, runtime: Runtime) -> list[Pretrained]:
    """As many encoders as `pretrain.repeats` says; one where all would be the same.

    Raises:
        UserError: as `pretrain`.
    """
    kind = task_module(task).Task
    same = issubclass(kind, NoTraining) and not kind.by_chance
    repeats = range(1 if same else params.pretrain.repeats)
    return [pretrain(task, params, data, runtime, repeat) for repeat in repeats]


def pretrain(
    task: str, params: Params, data: ImageData, runtime: Runtime, repeat: int = 0
) -> Pretrained:
    """Train the encoder of params.yaml by one pretext task.

    The last weights are kept, and no label is read, but by tasks that are chosen by a probe.

    Args:
        task: its name.
        params: what is trained, and how long.
        data: the pool.
        runtime: device, precision, checkpoints.
        repeat: number of the encoder, which with the seed decides all that is random.

    Raises:
        UserError: where the task's section of params.yaml is wrong, the task makes no sense for
            these images, or training diverges or collapses.
    """
    module = task_module(task)
    settings = params.task_settings(task, module.Settings)
    kind: type[PretextTask] | type[NoTraining] = module.Task
    kind.check(settings, data)
    of_all = stream_seed(params.seed, repeat) if repeat else params.seed
    if issubclass(kind, NoTraining):
        ready = kind.encoder(settings, params.backbone.name, data, of_all)
        return Pretrained(ready.encoder.eval(), ready.spec, origin=ready.origin)
    if len(data.pool) < MIN_POOL:
        raise UserError(
            f"the pool has {len(data.pool)} images, pretraining takes {MIN_POOL} or more; add "
            f"unlabelled images, raise split.max_pool, or drop {task} from pretext_tasks"
        )
    seed = stream_seed(of_all, *task.encode())
    spec = kind.spec(settings, params.backbone.name)
    encoder = encoders.make(spec, data, of_all)
    origin = _start(encoder, params)
    network = _network(kind, encoder, settings, data.image_size, runtime, stream_seed(seed, 1))
    held, pool = _held_and_trained(data, params.pretrain.heldout_images, runtime, seed)
    with torch.no_grad():
        network.prepare(_sample(pool))
    watch = Watch(network, held, data, runtime, stream_seed(seed, 4))
    done = _train(network, pool, watch, params.pretrain, runtime, seed, task, repeat)
    figures = watch.figures()
    if problem := network.collapse(figures):
        raise UserError(f"pretraining by {task}: {problem}")
    shown = round(done.updates * len(pool) / _plan(network, params.pretrain).batches(len(pool)))
    return Pretrained(
        encoder,
        spec,
        pool_images=len(pool),
        encoder_images=round(shown * network.encoder_passes),
        fit=done,
        figures={watch.metric: done.best.merit} | figures if done.best else figures,
        examples=watch.examples(),
        origin=origin,
    )


def write(folder: Path, task: str, every: Sequence[Pretrained]) -> None:
    """Write the encoders, and history.csv, pretext.json and examples of the first.

    pretext.json has figures of merit and cost.
    """
    for number, one in enumerate(every):
        own = outputs.of_repeat(folder, number)
        own.mkdir(exist_ok=True)
        encoders.save(one.encoder, one.spec, own)
    pretrained = every[0]
    rows = pretrained.fit.rows if pretrained.fit else []
    columns = [field.name for field in dataclasses.fields(Row)]
    outputs.write_table(folder / outputs.HISTORY, rows, columns)
    facts: dict[str, Any] = {
        "task": task,
        "pool_images": pretrained.pool_images,
        "encoder_images": pretrained.encoder_images,
        "updates": rows[-1].update if rows else 0,
        "figures": {name: round(value, 4) for name, value in pretrained.figures.items()},
    }
    if pretrained.origin:
        facts["origin"] = pretrained.origin
    outputs.write_json(folder / outputs.PRETEXT, facts)
    if pretrained.examples:
        _write_examples(folder, pretrained.examples)


def _start(encoder: Encoder, params: Params) -> dict[str, str]:
    """Give the backbone the weights of `pretrain.start`; returns where they are from."""
    name = params.pretrain.start
    if name == "random":
        params.task_settings(name, Section)
        return {}
    settings = params.task_settings(name, BorrowedSettings)
    return borrowed.start(encoder, settings, name)


def _network(
    kind: type[PretextTask],
    encoder: Encoder,
    settings: TrainedSettings,
    image_size: int,
    runtime: Runtime,
    seed: int,
) -> PretextTask:
    """What a task trains, on the device; the seed decides the weights beside the encoder's."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return runtime.place(kind(encoder, settings, image_size))


def _held_and_trained(
    data: ImageData, wanted: int, runtime: Runtime, seed: int
) -> tuple[DeviceImages, DeviceImages]:
    """The pool in two parts; small pools keep at least nine tenths to train on."""
    pool = np.random.default_rng(seed).permutation(data.pool)
    held = min(wanted, max(1, len(pool) // 10))
    parts = np.sort(pool[:held]), np.sort(pool[held:])
    return DeviceImages(data, parts[0], runtime), DeviceImages(data, parts[1], runtime)


def _sample(pool: DeviceImages) -> Tensor:
    """Images from all over the pool, which may be sorted by what the images show."""
    values = pool.pixels(slice(0, 1)).numel()
    wanted = max(1, min(PREPARE_IMAGES, PREPARE_VALUES // values))
    return pool.plain(slice(0, None, -(-len(pool) // wanted)))


def _plan(network: PretextTask, shared: Pretrain) -> Plan:
    settings = network.settings
    epochs = shared.epochs * SHOWN_PER_EPOCH / network.encoder_passes
    return Plan(settings.lr, settings.weight_decay, settings.batch_images, epochs)


def _train(
    network: PretextTask,
    pool: DeviceImages,
    watch: Watch,
    shared: Pretrain,
    runtime: Runtime,
    seed: int,
    task: str,
    repeat: int,
) -> Fit:
    generator = runtime.generator(seed, 2, *runtime.group.key)
    plan = _plan(network, shared)
    _check_parts(len(pool) // plan.batches(len(pool)), runtime.group.size, task)
    # compiled code has no gradients of gradients, and ends at each norm over several processes
    if not network.double_backward and runtime.group.size == 1:
        runtime.compile(network.encoder.blocks)  # which no task goes around
    loss = averaged(network, runtime.group)

    def batch_loss(pixels: Tensor) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = loss(augment(to_unit(pixels), shared.augment, generator))
        return found

    objective = Objective(
        network, batch_loss, len(pool), pool.stream, (generator,), network.optimiser
    )
    selection = Selection(network, watch.score, "best" if watch.probes else "last")
    label = f"pretraining by {task}" + (f", encoder {repeat + 1}" if repeat else "")
    return fit(objective, plan, selection, runtime, stream_seed(seed, 3), label)


def _check_parts(smallest: int, processes: int, task: str) -> None:
    if smallest < processes:
        raise NoMeans(
            f"params.yaml: pretrain.{task}.batch_images: batches of {smallest} images are too few "
            f"for {processes} processes; raise it, or lower compute.processes"
        )


def _write_examples(folder: Path, examples: Examples) -> None:
    pixels = examples.images.float().clamp(0, 1).mul(255).round().byte()
    np.save(folder / outputs.EXAMPLES, pixels.permute(0, 1, 3, 4, 2).cpu().numpy())
    texts = {"columns": [*examples.columns], "captions": [[*row] for row in examples.captions]}
    outputs.write_json(folder / outputs.CAPTIONS, texts)
