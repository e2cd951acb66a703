"""Embeddings have length 1, a collapse is seen, and the picture shows the true neighbours."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from semisup.network import backbones
from semisup.params.loading import Params
from semisup.pretext import simclr, triplet
from semisup.pretext.shared.similarity import (
    SimilarityTask,
    ViewSettings,
    cosines,
    spread,
    squared_distances,
)


class Plain(SimilarityTask):
    """Without a loss."""

    remedy = "do something"

    def loss(self, images: Tensor) -> tuple[Tensor, Tensor]:
        raise NotImplementedError


def plain(side: int = 16) -> Plain:
    still = {"shift": 0, "rotate": 0, "scale": 0, "flip": False, "color": 0, "erase": 0}
    settings = ViewSettings.model_validate(
        {"batch_images": 8, "lr": 0.1, "weight_decay": 0.0, "projection": 8}
        | {"crop": 1.0, "strong": still, "hue": 0.0, "grey": 0.0, "blur": 0.0}
    )
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Plain(backbones.build("small", 3, side, 0), settings, side).eval()


def images(n: int) -> Tensor:
    return torch.rand(n, 3, 16, 16, generator=torch.Generator().manual_seed(3))


def sphere(n: int, size: int) -> Tensor:
    points = torch.randn(n, size, generator=torch.Generator().manual_seed(5))
    return nn.functional.normalize(points, dim=1)


def test_embeddings_have_length_one_in_float32() -> None:
    network = plain()
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        embeddings = network.embed(images(6))
    assert embeddings.shape == (6, 8)
    assert embeddings.dtype == torch.float32
    assert embeddings.square().sum(dim=1).sqrt().numpy() == pytest.approx(np.ones(6), abs=1e-6)


def test_cosines_and_distances_are_those_of_numpy_even_under_autocast() -> None:
    points = sphere(7, 5)
    exact = points.double().numpy()
    distances = ((exact[:, None] - exact[None]) ** 2).sum(axis=2)
    with torch.autocast("cpu", torch.bfloat16):
        assert cosines(points).numpy() == pytest.approx(exact @ exact.T, abs=1e-6)
        assert squared_distances(points).numpy() == pytest.approx(distances, abs=2e-6)


def test_spread_of_known_embeddings() -> None:
    assert spread(sphere(4000, 16)).mean().item() == pytest.approx(1, abs=0.02)
    assert spread(sphere(1, 16).expand(9, -1)).tolist() == pytest.approx([0] * 9, abs=1e-6)
    # two places that differ in one of four dimensions by 2 * 0.3: deviation 0.3 there
    two = torch.tensor([[0.3, 0.5, 0.5, 0.5], [-0.3, 0.5, 0.5, 0.5]])
    assert spread(two).tolist() == pytest.approx([0.3 / 4 * 2] * 2)


@pytest.mark.parametrize("kind", [Plain, triplet.Task, simclr.Task])
def test_a_constant_embedding_is_reported_in_one_line(
    kind: type[SimilarityTask], make_params: Callable[..., Params]
) -> None:
    network: SimilarityTask = plain()
    if kind is not Plain:
        module = triplet if kind is triplet.Task else simclr
        name = module.__name__.rpartition(".")[2]
        settings = make_params({}).task_settings(name, module.Settings)
        network = kind(backbones.build("small", 3, 16, 0), settings, 16).eval()
    with torch.no_grad():
        alive = {name: float(v.float().mean()) for name, v in network.figures(images(40)).items()}
        last: nn.Module = [m for m in network.projection.modules() if [*m.parameters(False)]][-1]
        last.weight.zero_()
        last.bias.fill_(1.0)  # the same embedding for all images
        dead = {name: float(v.float().mean()) for name, v in network.figures(images(40)).items()}
    assert network.collapse(alive | {"spread": 0.051}) is None
    assert dead["spread"] < 1e-5
    message = network.collapse(dead)
    assert message is not None
    assert message.startswith("the embedding collapsed: its spread over images is 0.000")
    assert message.endswith(network.remedy)
    assert "\n" not in message


def test_a_single_image_has_no_spread_and_is_no_collapse() -> None:
    with torch.no_grad():
        assert plain().figures(images(1)) == {}
    assert plain().collapse({}) is None


def test_examples_show_the_nearest_by_brute_force() -> None:
    network, shown = plain(), images(30)
    with torch.no_grad():
        points = network.embed(shown).double().numpy()
        examples = network.examples(shown)
    assert examples.images.shape == (8, 6, 3, 16, 16)
    assert len(examples.columns) == 6
    for row in range(8):
        others = [at for at in range(30) if at != row]
        distances = {at: float(np.linalg.norm(points[at] - points[row])) for at in others}
        nearest = sorted(others, key=lambda at: distances[at])[:5]
        assert torch.equal(examples.images[row], shown[[row, *nearest]])
        assert examples.captions[row][0] == ""
        written = [float(caption) for caption in examples.captions[row][1:]]
        assert written == pytest.approx([distances[at] for at in nearest], abs=0.006)


def test_a_single_image_is_shown_alone() -> None:
    assert plain().examples(images(1)).images.shape == (1, 1, 3, 16, 16)


@pytest.mark.parametrize("n", [2, 4])
def test_examples_of_few_images(n: int) -> None:
    with torch.no_grad():
        examples = plain().examples(images(n))
    assert examples.images.shape == (n, n, 3, 16, 16)
    assert [len(row) for row in examples.captions] == [n] * n
    assert len(examples.columns) == n
