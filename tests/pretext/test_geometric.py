"""The chosen symmetries are asked about, and all eight are soon told apart."""

from collections.abc import Callable

from short_training import build, images, train

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.params.loading import Params
from semisup.pretext.geometric import Settings, Task
from semisup.pretext.shared.symmetries import SYMMETRIES
from semisup.pretrain.pretraining import pretrain


def task(names: list[str]) -> Task:
    settings = Settings(batch_images=8, lr=0.1, weight_decay=0.0, transforms=names)
    return build(Task, settings, 3, 16, "small")


def test_those_that_are_listed_are_asked_about() -> None:
    names = ["mirror_rotate90", "identity", "mirror"]
    network = task(names)
    assert network.symmetries == [SYMMETRIES[name] for name in names]
    assert network.encoder_passes == 3


def test_learns_to_tell_all_eight_apart() -> None:
    upright = images(16) * 0.1
    upright[:, :, :6] += 0.5  # bright above
    upright[:, :, :, :3] += 0.4  # and a little at the left
    network = task([*SYMMETRIES])
    _, right = train(network, upright, 60, enough=0.95)
    assert right.float().mean() > 0.9


def test_more_views_make_fewer_passes_over_the_pool(
    make_data: Callable[..., ImageData], make_params: Callable[..., Params], runtime: Runtime
) -> None:
    edits = {"pretrain.epochs": 4, "pretrain.heldout_images": 6, "pretrain.geometric.lr": 0.01}
    eight = pretrain("geometric", make_params(edits), make_data(unlabelled=6), runtime)
    edits["pretrain.geometric.transforms"] = ["identity", "mirror"]
    two = pretrain("geometric", make_params(edits), make_data(unlabelled=6), runtime)
    assert eight.fit is not None
    assert two.fit is not None
    assert two.fit.updates == 4 * eight.fit.updates
    assert two.encoder_images == eight.encoder_images == 4 * 4 * eight.pool_images
