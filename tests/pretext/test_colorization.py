"""Colour bins, their weights and the loss against slow references; colours are not seen."""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch
from short_training import train
from torch import Tensor

from semisup.data.dataset import ImageData
from semisup.network.backbones import build
from semisup.network.entry import Lightness
from semisup.network.lab import lab_to_rgb, rgb_to_lab
from semisup.params.loading import Params
from semisup.pretext.colorization import ColourBins, Settings, Task, coloured_share, rebalancing
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
WIDTH = 20.0


def images(n: int = 6, side: int = 16, seed: int = 3) -> Tensor:
    """Random colours, in squares of 4 x 4 pixels so that shrinking leaves them."""
    generator = torch.Generator().manual_seed(seed)
    small = torch.rand(n, 3, side // 4, side // 4, generator=generator)
    return small.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)


def task(side: int = 16, backbone: str = "small", uniform: float = 0.5) -> Task:
    encoder = build(backbone, 1, side, 0, Lightness())
    settings = Settings(batch_images=16, lr=0.1, weight_decay=0.0, bin_width=WIDTH, uniform=uniform)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Task(encoder, settings, side)


def slow_bin(centres: list[list[float]], a: float, b: float) -> int:
    return min(range(len(centres)), key=lambda q: math.dist(centres[q], (a, b)))


def slow_bins(network: Task, shown: Tensor) -> list[int]:
    """Bin of each 4 x 4 square, the nearest of all centres."""
    centres = network.bins.centres.tolist()
    lab = rgb_to_lab(shown[:, :, ::4, ::4])
    return [slow_bin(centres, *ab) for ab in lab[:, 1:].permute(0, 2, 3, 1).reshape(-1, 2).tolist()]


def test_bins_are_squares_of_the_gamut() -> None:
    bins = ColourBins(WIDTH)
    # 128**3 colours reach 76 bins; those at the rim that fewer reach hardly matter
    assert 70 <= len(bins) <= 76
    assert [0.0, 0.0] in bins.centres.tolist()
    assert torch.equal(bins.centres, (bins.centres / WIDTH).round() * WIDTH)
    assert len({tuple(centre) for centre in bins.centres.tolist()}) == len(bins)
    assert 255 <= len(ColourBins(10.0)) <= 262


def test_every_colour_is_in_the_nearest_bin() -> None:
    bins = ColourBins(WIDTH)
    ab = rgb_to_lab(torch.rand(1, 3, 40, 50, generator=torch.Generator().manual_seed(0)))[:, 1:]
    found = bins.nearest(ab).flatten().tolist()
    places = ab[0].flatten(1).T.tolist()
    assert found == [slow_bin(bins.centres.tolist(), a, b) for a, b in places]
    nearest = bins.centres[found]
    assert (nearest - torch.tensor(places)).abs().max() <= WIDTH / 2 + 1e-3
    for number, (a, b) in enumerate(bins.centres.tolist()):
        assert int(bins.nearest(torch.tensor([a, b]).view(1, 2, 1, 1))) == number


@pytest.mark.parametrize("uniform", [0.1, 0.5, 1.0])
def test_weights_are_those_of_the_paper(uniform: float) -> None:
    prior = [0.7, 0.2, 0.1, 0.0]
    raw = [1 / ((1 - uniform) * p + uniform / 4) for p in prior]
    mean = sum(p * w for p, w in zip(prior, raw, strict=True))
    found = rebalancing(torch.tensor(prior), uniform)
    assert found.tolist() == pytest.approx([w / mean for w in raw], rel=1e-5)
    assert (found * torch.tensor(prior)).sum().item() == pytest.approx(1)
    if uniform == 1:
        assert found.tolist() == pytest.approx([1] * 4)


def test_prior_is_that_of_the_images() -> None:
    network = task(uniform=0.3)
    assert network.weights.tolist() == [1.0] * len(network.bins)
    shown = images(20)
    shown[:15] = torch.tensor([0.8, 0.2, 0.1]).view(3, 1, 1)
    network.prepare(shown)
    counts = Counter(slow_bins(network, shown))
    total = 20 * 4 * 4
    assert sum(counts.values()) == total
    q = len(network.bins)
    raw = [1 / (0.7 * counts[i] / total + 0.3 / q) for i in range(q)]
    mean = sum(counts[i] / total * raw[i] for i in range(q))
    assert network.weights.tolist() == pytest.approx([w / mean for w in raw], rel=1e-4)
    commonest = counts.most_common(1)[0][0]
    assert network.weights[commonest] == network.weights.min() < 1


def test_loss_is_the_weighted_cross_entropy_of_every_pixel() -> None:
    network = task().eval()
    shown = images()
    network.prepare(images(30, seed=4))
    with torch.no_grad():
        loss, right = network.loss(shown)
        logits = network.logits(shown).double().permute(0, 2, 3, 1).reshape(-1, len(network.bins))
    losses, hits = [], []
    for row, target in zip(logits.tolist(), slow_bins(network, shown), strict=True):
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        entropy = -(row[target] - top - math.log(total))
        losses.append(float(network.weights[target]) * entropy)
        hits.append(row.index(top) == target)
    assert loss.item() == pytest.approx(sum(losses) / len(losses), rel=1e-4)
    shares = np.array(hits).reshape(6, -1).mean(axis=1)
    assert right.tolist() == pytest.approx(shares.tolist())


def test_figures() -> None:
    network = task().eval()
    network.prepare(images(30, seed=4))
    shown = images()
    with torch.no_grad():
        figures = network.figures(shown)
        guesses = network.logits(shown).argmax(dim=1).flatten().tolist()
        predicted = network.examples(shown).images[:, 1]
    truth = slow_bins(network, shown)
    weighed = [float(network.weights[t]) * (g == t) for g, t in zip(guesses, truth, strict=True)]
    expected = np.array(weighed).reshape(6, -1).mean(axis=1)
    assert figures["pixels right, rebalanced"].tolist() == pytest.approx(expected.tolist())
    grey = rgb_to_lab(shown)
    grey[:, 1:] = 0
    for name, picture in (("PSNR of grey (dB)", lab_to_rgb(grey)), ("PSNR (dB)", predicted)):
        errors = ((picture - shown).double().numpy() ** 2).mean(axis=(1, 2, 3))
        assert figures[name].tolist() == pytest.approx((-10 * np.log10(errors)).tolist(), rel=1e-4)


def test_colours_are_not_seen() -> None:
    network = task().eval()
    lab = rgb_to_lab(images() * 0.4 + 0.3)
    other = lab.clone()
    other[:, 1:] *= -0.3
    with torch.no_grad():
        one, two = (network.logits(lab_to_rgb(colours)) for colours in (lab, other))
    torch.testing.assert_close(one, two, atol=1e-3, rtol=1e-3)
    assert not torch.equal(network.targets(lab_to_rgb(lab)), network.targets(lab_to_rgb(other)))


def test_untrained_is_at_chance() -> None:
    network = task().eval()
    with torch.no_grad():
        loss, right = network.loss(images(64))
    assert loss.item() == pytest.approx(math.log(len(network.bins)), abs=0.5)
    assert right.mean().item() < 0.1


def test_learns_that_the_bright_half_is_red() -> None:
    generator = torch.Generator().manual_seed(0)
    shown = torch.empty(16, 3, 16, 16)
    sides = torch.rand(16, generator=generator) < 0.5
    red, blue = (torch.tensor(c).view(3, 1, 1) for c in ([0.9, 0.5, 0.5], [0.1, 0.1, 0.5]))
    for image, side in zip(shown, sides.tolist(), strict=True):
        image[:, :8], image[:, 8:] = (red, blue) if side else (blue, red)
    network = task()
    network.prepare(shown)
    loss, right = train(network, shown, 20, lr=0.1)
    assert right.mean() > 0.95
    assert loss.item() < 0.3
    with torch.no_grad():
        figures = {name: float(v.mean()) for name, v in network.eval().figures(shown).items()}
    assert figures["PSNR (dB)"] > figures["PSNR of grey (dB)"]


@pytest.mark.parametrize(
    ("backbone", "side"),
    [("small", 28), ("small", 96), ("alexnet", 16), ("alexnet", 96), ("nin", 32), ("resnet18", 50)],
)
def test_colours_are_told_at_a_quarter_of_the_side_or_more(backbone: str, side: int) -> None:
    network = task(side, backbone)
    shown = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    assert side / 4 <= network.side <= side / 2
    assert network.logits(shown).shape == (2, len(network.bins), network.side, network.side)


def test_examples() -> None:
    network = task().eval()
    shown = images(8)
    with torch.no_grad():
        examples = network.examples(shown)
    assert examples.columns == ["lightness", "predicted colours", "true colours"]
    grey, _, true = examples.images.unbind(1)
    assert torch.equal(true, shown)
    assert (grey.amax(dim=1) - grey.amin(dim=1)).max() < 1e-3


def test_grey_images_stored_as_rgb_are_refused(make_data: MakeData, make_params: Make) -> None:
    settings = make_params({}).task_settings("colorization", Settings)
    coloured = make_data()
    rng = np.random.default_rng(0)
    coloured.images[:] = rng.integers(0, 256, coloured.images.shape)
    assert coloured_share(coloured) == 1
    grey = np.repeat(coloured.images[..., :1], 3, axis=3)
    as_rgb = dataclasses.replace(coloured, images=grey)
    with pytest.raises(UserError, match=r"colorization needs images in colour, but 0%"):
        Task.check(settings, as_rgb)
    # what JPEG does to greys is no colour; one image in five that has some is enough
    noisy = (as_rgb.images.astype(int) + rng.integers(-5, 6, as_rgb.images.shape)).clip(0, 255)
    noisy = noisy.astype(np.uint8)
    assert coloured_share(dataclasses.replace(as_rgb, images=noisy)) == 0
    some = as_rgb.images.copy()
    some[coloured.pool[::5], 4:8, 4:8] = (200, 20, 90)
    mixed = dataclasses.replace(as_rgb, images=some)
    assert coloured_share(mixed) == pytest.approx(0.2, abs=0.05)
    Task.check(settings, mixed)


def test_colours_of_one_bin_are_refused() -> None:
    dull = torch.tensor([0.5, 0.48, 0.47]).view(1, 3, 1, 1).expand(4, 3, 16, 16)
    with pytest.raises(UserError, match=r"bin_width: all colours .* one bin of 20 x 20; lower it"):
        task().prepare(dull)
