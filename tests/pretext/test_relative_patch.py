"""The neighbour lies where its label says, and only content tells where."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from short_training import (
    accuracy,
    build,
    flat,
    four_deviations,
    images,
    slow_cross_entropy,
    train,
)
from torch import Tensor

from semisup.data.dataset import ImageData
from semisup.pretext.relative_patch import NEIGHBOURS, Layout, Settings, Task, draw_pairs, framed
from semisup.pretext.shared import patches
from semisup.pretext.shared.patches import cut

MakeData = Callable[..., ImageData]
VALUES = {
    **{"pairs": 2, "gap": 0.5, "jitter": 0.07, "color_drop": 0.66},
    **{"lr": 0.1, "weight_decay": 0.0, "batch_images": 16},
}


def settings(**edits: Any) -> Settings:
    return Settings.model_validate(VALUES | edits)


def task(channels: int = 3, side: int = 16, name: str = "small", **edits: Any) -> Task:
    return build(Task, settings(**edits), channels, side, name)


@pytest.mark.parametrize("size", [15, 16, 19, 24, 28, 32, 45, 64, 96, 224])
@pytest.mark.parametrize("edits", [{}, {"gap": 0.0}, {"gap": 1.0, "jitter": 0.2}, {"jitter": 0.0}])
def test_neighbour_lies_where_its_label_says(size: int, edits: dict[str, Any]) -> None:
    layout = Layout.of(settings(**edits), size)
    # each pixel holds its own row and column
    places = torch.stack(torch.meshgrid(*[torch.arange(size)] * 2, indexing="ij")).float()
    whole = places.expand(200, 2, size, size)
    torch.manual_seed(0)
    corners, labels = draw_pairs(whole, 4, layout)
    both = cut(whole, corners.flatten(1, 2), layout.side).view(800, 2, 2, layout.side, layout.side)
    directions = [*NEIGHBOURS.values()]
    for (first, second), label in zip(both, labels.flatten().tolist(), strict=True):
        for axis, towards in enumerate(directions[label]):
            # pixels between the two, negative where they overlap on this axis
            if towards:
                near, far = (first, second) if towards > 0 else (second, first)
                between = far[axis].min() - near[axis].max() - 1
                assert abs(between - layout.gap) <= layout.jitter
                assert between >= 0
            else:
                assert abs(second[axis, 0, 0] - first[axis, 0, 0]) <= layout.jitter
    assert sorted(set(labels.flatten().tolist())) == [*range(8)]
    assert torch.bincount(labels.flatten()).min() > 60  # of 100


def test_patches_lie_anywhere_that_they_fit() -> None:
    layout = Layout(8, 3, 1)
    torch.manual_seed(0)
    corners, labels = draw_pairs(images(3000, 1, 24), 1, layout)
    right = corners[labels == 4]  # n, patch, rows and columns
    rows, columns = right[:, 0, 0], right[:, 0, 1]
    assert rows.unique().tolist() == [*range(17)]
    assert columns.unique().tolist() == [*range(7)]
    assert right[:, 1, 1].unique().tolist() == [*range(10, 17)]
    assert (right[:, 1, 1] - columns).unique().tolist() == [10, 11, 12]


@pytest.mark.parametrize(
    ("size", "layout"),
    [
        (16, Layout(6, 2, 1)),
        (24, Layout(9, 4, 1)),
        (32, Layout(12, 6, 1)),
        (48, Layout(12, 6, 1)),
        (96, Layout(24, 12, 2)),
    ],
)
def test_layout(size: int, layout: Layout) -> None:
    assert Layout.of(settings(), size) == layout
    assert task(side=size).encoder_passes == pytest.approx(2 * 2 * layout.side**2 / size**2)


def test_loss_is_the_mean_cross_entropy() -> None:
    network = task(color_drop=0.0).eval()
    whole = images()
    torch.manual_seed(4)
    with torch.no_grad():
        loss, right = network.loss(whole)
    torch.manual_seed(4)
    corners, labels = draw_pairs(whole, 2, network.layout)
    losses, hits = [], []
    for n in range(5):
        for pair in range(2):
            two = []
            for top, left in corners[n, pair].tolist():
                side = network.layout.side
                two.append(whole[n, :, top : top + side, left : left + side])
            with torch.no_grad():
                logits = network.head(network.encoder, torch.stack(two)[None])[0].double().tolist()
            label = int(labels[n, pair])
            losses.append(slow_cross_entropy(logits, label))
            hits.append(max(logits) == logits[label])
    assert loss.item() == pytest.approx(sum(losses) / 10, rel=1e-4)
    assert right.tolist() == hits


def test_untrained_is_at_chance() -> None:
    network = task()
    loss, right = network.loss(images(200))
    assert right.shape == (400,)
    assert right.float().mean().item() == pytest.approx(1 / 8, abs=four_deviations(1 / 8, 400))
    assert loss.item() == pytest.approx(math.log(8), abs=0.5)


def textured(n: int) -> Tensor:
    """The finer the stripes the lower, the stronger the more to the right: along either axis."""
    along = torch.arange(24.0)
    lower = torch.sin(along**2 / 12)[:, None].expand(24, 24)
    further = torch.sin(along**2 / 12)[None].expand(24, 24)
    both = torch.stack([lower, further, lower * 0]) / 4 + 0.5
    return both + images(n, 3, 24) * 0.1


def test_learns_from_textures_that_tell_the_place() -> None:
    network = task(3, 24, color_drop=0.0, pairs=4)
    train(network, textured(24), 80, enough=0.9)
    assert accuracy(network, textured(64)) > 0.7


def grainy(n: int, seed: int) -> Tensor:
    """One brightness for each image, and strong noise: nothing that differs from place to place."""
    draw = torch.Generator().manual_seed(seed)
    mean = torch.rand(n, 1, 1, 1, generator=draw)
    return mean + 0.2 * torch.randn(n, 3, 16, 16, generator=draw)


def unevenly_lit(n: int, seed: int) -> Tensor:
    """Brightness grows from one corner, by less within a patch than noise hides."""
    draw = torch.Generator().manual_seed(seed)
    steps = torch.linspace(0, 0.9, 16)
    return (steps[:, None] + steps / 2).expand(n, 3, 16, 16) + 0.2 * torch.randn(
        n, 3, 16, 16, generator=draw
    )


@pytest.mark.parametrize("make", [flat, grainy])
def test_nothing_but_content_tells_the_neighbour(make: Callable[[int, int], Tensor]) -> None:
    network = task()
    train(network, make(64, 0), 40)
    found = accuracy(network, make(1000, 1))
    assert found == pytest.approx(1 / 8, abs=four_deviations(1 / 8, 2000))


@pytest.mark.slow
def test_without_standardising_brightness_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for standardised in (True, False):
        if not standardised:
            monkeypatch.setattr(patches, "standardise", lambda pixels: pixels)
        network = task()
        train(network, unevenly_lit(64, 0), 40)
        found.append(accuracy(network, unevenly_lit(500, 1)))
    assert found[0] < 0.2
    assert found[1] > 0.4


@pytest.mark.parametrize(("channels", "side"), [(1, 28), (3, 45)])
def test_examples(channels: int, side: int) -> None:
    network = task(channels, side).eval()
    whole = images(8, channels, side)
    torch.manual_seed(4)
    shown = network.examples(whole)
    torch.manual_seed(4)
    corners, labels = draw_pairs(whole, 4, network.layout)
    guesses = network._logits(whole, corners).argmax(dim=1)
    names = [*NEIGHBOURS]
    assert [caption for row in shown.captions for caption in row] == [
        f"true: {names[label]}, predicted: {names[guess]}"
        for label, guess in zip(labels.flatten(), guesses, strict=True)
    ]
    assert torch.equal(shown.images, framed(whole, corners, network.layout.side))


def test_frames_lie_around_the_patches() -> None:
    whole = torch.full((1, 1, 12, 12), 0.5)
    whole[0, 0, 2:5, 2:5], whole[0, 0, 2:5, 9:12] = 0.3, 0.7
    shown = framed(whole, torch.tensor([[[[2, 2], [2, 9]]]]), 3)[0, 0, 0]
    expected = torch.full((12, 12), 0.5)
    expected[1:6, 8:] = 0.0  # the neighbour's frame, cut off by the image's right side
    expected[1:6, 1:6] = 1.0
    expected[2:5, 2:5], expected[2:5, 9:12] = 0.3, 0.7
    assert torch.allclose(shown, expected)
