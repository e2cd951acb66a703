"""What every pretext task promises: asked of each, found by its file, set as params.yaml sets it.

What each refuses stands in test_refusals.py.
"""

import dataclasses
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from short_training import OWN_BACKBONES
from torch import Tensor

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.data.device_images import DeviceImages
from semisup.network import encoders
from semisup.params.base import Section
from semisup.params.loading import Params
from semisup.params.sections import known_tasks, task_module
from semisup.pretext.shared.task import Examples, NoTraining, PretextTask, TrainedSettings
from semisup.pretrain.watch import PROBE_METRIC
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
Build = Callable[..., tuple[PretextTask, Tensor]]
Seen = tuple[Tensor, Tensor, dict[str, Tensor], Examples]
Once = Callable[..., tuple[PretextTask, Tensor, Seen]]

MODULES = {task: task_module(task) for task in known_tasks()}
TRAINED = [task for task, module in MODULES.items() if issubclass(module.Task, PretextTask)]
NEEDS_COLOUR = ["colorization"]
# biases before a batch norm, which takes away again what they add
WITHOUT_GRADIENT = {"head.each.0.bias", "head.all.0.bias"}
ROUNDING = 3e-5  # what rounding alone may leave of a gradient that is 0

each_task = pytest.mark.parametrize("task", TRAINED)
each_task_and_size = pytest.mark.parametrize(
    ("task", "channels", "side"),
    [(task, *size) for task in TRAINED for size in [(1, 28), (3, 45)]],
)


@pytest.fixture(scope="module")
def build(make_data: MakeData, make_params: Make, runtime: Runtime) -> Build:
    """A task around an untrained encoder, as `pretrain` makes it, and images of its pool."""

    def make(
        task: str, channels: int, side: int, n: int = 2, backbone: str = "small"
    ) -> tuple[PretextTask, Tensor]:
        module = MODULES[task]
        settings = make_params({}).task_settings(task, module.Settings)
        data = make_data(
            size=side, channels=3 if task in NEEDS_COLOUR else channels, unlabelled=2, train=2
        )
        data = dataclasses.replace(data, labels=np.full_like(data.labels, -1))
        module.Task.check(settings, data)
        encoder = encoders.make(module.Task.spec(settings, backbone), data, 0)
        network: PretextTask = module.Task(encoder, settings, side)
        images = DeviceImages(data, data.pool, runtime).plain(slice(None))
        with torch.no_grad():
            network.prepare(images)
        return network.to(memory_format=torch.channels_last), images[:n]

    return make


def evaluated(network: PretextTask, images: Tensor) -> Seen:
    """Loss, figure of merit, further figures and examples, as a held-out set has them."""
    network.eval()
    torch.manual_seed(7)
    with torch.no_grad():
        return *network.loss(images), network.figures(images), network.examples(images)


@pytest.fixture(scope="module")
def once(build: Build) -> Once:
    """A task, so many images, and what it makes of them: for tests that change neither."""

    @cache
    def built(task: str, channels: int, side: int) -> tuple[PretextTask, Tensor]:
        torch.manual_seed(0)
        return build(task, channels, side, n=8)

    @cache
    def seen(task: str, channels: int, side: int, n: int) -> tuple[PretextTask, Tensor, Seen]:
        network, images = built(task, channels, side)
        return network, images[:n], evaluated(network, images[:n])

    return seen


@pytest.mark.parametrize("task", MODULES)
def test_a_file_holds_a_task_and_its_settings(task: str) -> None:
    module = MODULES[task]
    trained = issubclass(module.Task, PretextTask)
    assert issubclass(module.Task, NoTraining) is not trained
    assert issubclass(module.Settings, TrainedSettings if trained else Section)
    assert getattr(module.Task, "name", task) == task  # of rows that others trained


def test_only_tasks_of_colour_refuse_grey_images(make_data: MakeData, make_params: Make) -> None:
    grey, refused = make_data(channels=1), []
    for task, module in MODULES.items():
        try:
            module.Task.check(make_params({}).task_settings(task, module.Settings), grey)
        except UserError:
            refused.append(task)
    assert refused == NEEDS_COLOUR


@pytest.mark.parametrize(
    ("backbone", "channels", "side"),
    [
        *[(backbone, 1, 28) for backbone in OWN_BACKBONES],
        *[(backbone, 3, 66) for backbone in OWN_BACKBONES if backbone != "nin"],  # of other stems
        ("nin", 3, 45),  # the same network for images of any size, but slow for large ones
    ],
)
@each_task
def test_gradients_reach_all_of_the_encoder_and_of_the_task(
    build: Build, task: str, backbone: str, channels: int, side: int
) -> None:
    network, images = build(task, channels, side, backbone=backbone)
    loss, _ = network.train().loss(images)
    loss.backward()
    learning = {
        name
        for name, weight in network.named_parameters()
        if weight.grad is not None and ROUNDING < weight.grad.abs().max() < torch.inf
    }
    assert {*dict(network.named_parameters())} - learning <= WITHOUT_GRADIENT
    assert any(name.startswith("encoder.") for name in learning)


@each_task_and_size
def test_loss_is_a_number_and_each_prediction_has_a_merit(
    once: Once, task: str, channels: int, side: int
) -> None:
    network, _, (loss, merit, *_) = once(task, channels, side, 3)
    _, _, (loss_of_one, merit_of_one, *_) = once(task, channels, side, 1)
    for number in (loss, loss_of_one):
        assert number.shape == ()
        assert number.isfinite()
    for values in (merit, merit_of_one):
        assert values.ndim == 1
        assert values.float().isfinite().all()
    assert len(merit) == 3 * len(merit_of_one) > 0
    if network.metric == "accuracy":
        assert merit.dtype == torch.bool


@each_task_and_size
def test_each_image_has_all_figures_and_an_untrained_network_is_no_collapse(
    once: Once, task: str, channels: int, side: int
) -> None:
    for n in (1, 3):
        network, _, (*_, figures, _) = once(task, channels, side, n)
        for values in figures.values():
            assert values.shape == (n,)
            assert values.float().isfinite().all()
        # which stand beside them in pretext.json
        assert not {network.metric, PROBE_METRIC} & figures.keys()
        means = {name: float(values.float().mean()) for name, values in figures.items()}
        assert network.collapse(means) is None


@each_task_and_size
def test_encoder_passes_is_what_passes_the_encoder(
    build: Build, task: str, channels: int, side: int
) -> None:
    network, images = build(task, channels, side)
    pixels: list[int] = []
    network.encoder.blocks.register_forward_pre_hook(
        lambda _, inputs: pixels.append(inputs[0][:, 0].numel())
    )
    network.train().loss(images)
    assert sum(pixels) / images[:, 0].numel() == pytest.approx(network.encoder_passes)


@each_task
@pytest.mark.parametrize("model", ["resnet10t", "vit_tiny_patch16_224"])
def test_encoder_passes_count_what_models_of_libraries_see(
    build: Build, task: str, model: str
) -> None:
    """They enlarge images, and parts of them more: to multiples of 32 px, or as the whole."""
    network, images = build(task, 3, 28, backbone=f"timm/{model}")
    pixels: list[int] = []
    network.encoder.blocks.blocks.register_forward_pre_hook(
        lambda _, inputs: pixels.append(inputs[0][:, 0].numel())
    )
    network.train().loss(images)
    whole = len(images) * network.encoder.side(28) ** 2
    assert sum(pixels) / whole == pytest.approx(network.encoder_passes)


@each_task_and_size
def test_examples_are_pictures_with_a_text_for_each(
    once: Once, task: str, channels: int, side: int
) -> None:
    for n in (1, 8):
        _, images, (*_, shown) = once(task, channels, side, n)
        rows, columns, *shape = shown.images.shape
        assert shape == [*images.shape[1:]]
        assert 0 <= shown.images.min() <= shown.images.max() <= 1  # and so finite
        if shown.captions:
            assert [len(row) for row in shown.captions] == [columns] * rows
        if shown.columns:
            assert len(shown.columns) == columns
        texts = [*shown.columns, *(text for row in shown.captions for text in row)]
        assert all(isinstance(text, str) and "\n" not in text for text in texts)


@each_task
def test_evaluation_repeats_itself_and_changes_nothing(build: Build, task: str) -> None:
    network, images = build(task, 3, 28, n=3)
    network.eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    untouched = images.clone()
    one, two = (evaluated(network, images) for _ in range(2))
    for first, second in zip(one[:2], two[:2], strict=True):
        assert torch.equal(first, second)
    assert one[2].keys() == two[2].keys()
    assert all(torch.equal(values, two[2][name]) for name, values in one[2].items())
    assert torch.equal(one[3].images, two[3].images)
    assert (one[3].captions, one[3].columns) == (two[3].captions, two[3].columns)
    after = network.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert torch.equal(images, untouched)
    assert not any(module.training for module in network.modules())
