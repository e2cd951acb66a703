"""What is hidden, what the loss counts, that the bottleneck is one: against slow references."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from short_training import images, train
from torch import Tensor

from semisup.data.dataset import ImageData
from semisup.network.backbones import build
from semisup.network.entry import Normalise
from semisup.network.pooling import pooled_width
from semisup.params.loading import Params
from semisup.pretext.autoencoder import Decoder, Settings, Task, patch_mask

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
KINDS = ["plain", "denoising", "masked"]
MEAN, STD = 0.4, 0.2


def task(channels: int = 3, side: int = 16, backbone: str = "small", **some: Any) -> Task:
    entry = Normalise([MEAN] * channels, [STD] * channels)
    encoder = build(backbone, channels, side, 0, entry)
    values = {"kind": "masked", "bottleneck": 8, "noise": 0.5, "patch": 4, "masked": 0.6}
    values |= {"batch_images": 16, "lr": 0.1, "weight_decay": 0.0}
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return Task(encoder, Settings.model_validate(values | some), side)


@pytest.mark.parametrize(("side", "patch", "share"), [(16, 4, 0.6), (24, 6, 0.5), (9, 1, 0.25)])
def test_masked_share_is_exact_and_of_whole_patches(side: int, patch: int, share: float) -> None:
    mask = patch_mask(images(200, 3, side), patch, share)
    assert mask.shape == (200, 1, side, side)
    assert mask.dtype == torch.bool
    grid = side // patch
    patches = mask.view(200, grid, patch, grid, patch).transpose(2, 3).flatten(3)
    assert torch.equal(patches.any(dim=3), patches.all(dim=3))
    wanted = round(share * grid**2)
    assert patches[..., 0].sum(dim=(1, 2)).tolist() == [wanted] * 200
    # everywhere alike, and differently in each image
    often = patches[..., 0].float().mean(dim=0)
    assert (often - wanted / grid**2).abs().max() < 0.15
    assert len({row.numpy().tobytes() for row in mask}) > 190


def test_patches_at_the_rim_are_cut() -> None:
    mask = patch_mask(images(50, 1, 10), 4, 0.5)
    assert mask.shape == (50, 1, 10, 10)
    counts = mask[:, 0, ::4, ::4].sum(dim=(1, 2))  # 3 x 3 patches; round(4.5) is 4
    assert counts.tolist() == [4] * 50


def test_hidden_patches_are_the_mean_and_the_rest_stays() -> None:
    network = task()
    originals = network._normalise(images())
    torch.manual_seed(0)
    shown, mask = network.corrupt(originals)
    hidden = mask.expand_as(shown)
    assert (shown[hidden] == 0).all()
    assert torch.equal(shown[~hidden], originals[~hidden])
    torch.testing.assert_close(
        network._normalise.undo(shown)[hidden].unique(), torch.tensor([MEAN])
    )


@pytest.mark.parametrize("noise", [0.1, 0.7])
def test_noise_has_the_level_asked_for(noise: float) -> None:
    network = task(kind="denoising", noise=noise)
    originals = network._normalise(images(100))
    torch.manual_seed(0)
    shown, counts = network.corrupt(originals)
    assert counts.all()
    assert (shown - originals).std().item() == pytest.approx(noise, rel=0.02)
    assert (shown - originals).mean().item() == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("channels", [1, 3])
def test_colour_and_noise_are_the_data_s_after_a_start_from_others(channels: int) -> None:
    """Whatever the mean and deviation are that the encoder normalises by."""
    found = []
    for start in (False, True):
        network = task(channels, kind="masked").eval()
        noisy = task(channels, kind="denoising").eval()
        for one in (network, noisy) if start else ():
            one._normalise.set((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
        torch.manual_seed(0)
        shown, mask = network.corrupt(network._normalise(images(channels=channels)))
        hidden = network._normalise.undo(shown)[mask.expand_as(shown)]
        torch.testing.assert_close(hidden, torch.full_like(hidden, MEAN))
        torch.manual_seed(0)
        shown, _ = noisy.corrupt(noisy._normalise(images(channels=channels)))
        found.append(noisy._normalise.undo(shown))
    torch.testing.assert_close(found[0], found[1])


def test_gain_is_over_the_mean_colour_after_a_start_from_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = task().eval()
    network._normalise.set((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    shown = images()
    mean = network._normalise(torch.full_like(shown, MEAN))
    monkeypatch.setattr(network, "rebuild", lambda _: mean)
    gain = network.figures(shown)["PSNR above the mean colour's (dB)"]
    torch.testing.assert_close(gain, torch.zeros_like(gain), atol=1e-4, rtol=0)


def test_plain_is_shown_as_it_is() -> None:
    network = task(kind="plain")
    originals = network._normalise(images())
    shown, counts = network.corrupt(originals)
    assert torch.equal(shown, originals)
    assert counts.all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_loss_and_psnr_against_numpy(kind: str, channels: int) -> None:
    network = task(channels, kind=kind).eval()
    originals = images(channels=channels)
    with torch.no_grad():
        torch.manual_seed(7)
        loss, merit = network.loss(originals)
        torch.manual_seed(7)
        figure = network.figures(originals)["PSNR above the mean colour's (dB)"]
        torch.manual_seed(7)
        shown, counts = network.corrupt(network._normalise(originals))
        rebuilt = network.rebuild(shown).double().numpy()
    errors, ratios, blanks = [], [], []
    for image, found, mask in zip(originals.double().numpy(), rebuilt, counts, strict=True):
        places = [tuple(place) for place in mask[0].nonzero().tolist()]
        assert len(places) == (160 if kind == "masked" else 256)
        squares, pixel_squares, blank_squares = [], [], []
        for y, x in places:
            for c in range(channels):
                squares.append((found[c, y, x] - (image[c, y, x] - MEAN) / STD) ** 2)
                pixel = min(max(found[c, y, x] * STD + MEAN, 0), 1)
                pixel_squares.append((pixel - image[c, y, x]) ** 2)
                blank_squares.append((MEAN - image[c, y, x]) ** 2)
        errors.append(np.mean(squares))
        ratios.append(10 * np.log10(1 / np.mean(pixel_squares)))
        blanks.append(10 * np.log10(1 / np.mean(blank_squares)))
    assert loss.item() == pytest.approx(np.mean(errors), rel=1e-4)
    assert merit.tolist() == pytest.approx(ratios, rel=1e-4)
    gains = np.array(ratios) - np.array(blanks)
    assert figure.tolist() == pytest.approx(gains.tolist(), abs=1e-3)


def test_loss_is_about_masked_pixels_only(monkeypatch: pytest.MonkeyPatch) -> None:
    network = task().eval()
    originals = images()
    torch.manual_seed(0)
    shown, mask = network.corrupt(network._normalise(originals))
    monkeypatch.setattr(network, "corrupt", lambda _: (shown, mask))  # the input stays
    with torch.no_grad():
        before = network.loss(originals)
        other = network.loss(torch.where(mask, originals, 1 - originals))
        hidden = network.loss(torch.where(mask, 1 - originals, originals))
    assert torch.equal(before[0], other[0])
    assert torch.equal(before[1], other[1])
    assert abs(before[0].item() - hidden[0].item()) > 1e-3


def test_what_is_hidden_is_not_seen() -> None:
    network = task().eval()
    originals = images()
    torch.manual_seed(0)
    _, mask = network.corrupt(network._normalise(originals))
    changed = torch.where(mask, 1 - originals, originals)
    rebuilt = []
    with torch.no_grad():
        for version in (originals, changed):
            torch.manual_seed(0)
            rebuilt.append(network.rebuild(network.corrupt(network._normalise(version))[0]))
    assert torch.equal(*rebuilt)


@pytest.mark.parametrize("units", [1, 3, 8])
def test_bottleneck_is_one(units: int) -> None:
    """All that the decoder is told of 40 images has that many dimensions."""
    network = task(bottleneck=units).eval()
    codes: list[Tensor] = []
    network.decoder.register_forward_pre_hook(lambda _, inputs: codes.append(inputs[0]))
    with torch.no_grad():
        rebuilt = network.rebuild(network._normalise(images(40)))
    assert codes[0].shape == (40, units)
    assert torch.linalg.matrix_rank((codes[0] - codes[0].mean(dim=0)).double(), rtol=1e-9) == units
    # the first layer of the decoder, the widest map that is linear in the image's features
    with torch.no_grad():
        spread = network.decoder.layers[0](codes[0]).double()
    values = torch.linalg.svdvals(spread)
    assert (values > 1e-5 * values[0]).sum() == units
    with torch.no_grad():
        assert torch.equal(network.decoder(codes[0]), rebuilt)  # nothing passes beside it


def test_bottleneck_sees_where_things_are() -> None:
    network = task(side=96)
    channels = pooled_width(network.encoder, "conv5", 1, 96)
    assert network.bottleneck.in_features == channels * 16


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("side", [8, 16, 23, 24, 28, 33, 64, 96])
def test_decoder_makes_images_of_any_size(side: int, channels: int) -> None:
    decoder = Decoder(5, channels, side)
    made = decoder(torch.randn(2, 5))
    assert made.shape == (2, channels, side, side)
    assert (made[0] != made[1]).any(dim=0).all()  # every pixel depends on the code


def operations(module: torch.nn.Module, run: Callable[[], object]) -> int:
    """Multiplications of the convolutions and linear layers that lie in a module."""
    count = 0

    def add(layer: Any, _: Any, output: Tensor) -> None:
        nonlocal count
        each = layer.weight[0].numel()
        count += each * output[0].numel()

    layers = [m for m in module.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    run()
    for hook in hooks:
        hook.remove()
    return count


@pytest.mark.parametrize("side", [24, 28, 64, 96])
def test_decoder_costs_a_part_of_the_encoder(side: int) -> None:
    network = task(side=side, bottleneck=64).eval()
    shown = images(1, 3, side)
    encoder = operations(network.encoder, lambda: network.encoder(shown))
    decoder = operations(network.decoder, lambda: network.decoder(torch.zeros(1, 64)))
    assert decoder < encoder / 4


@pytest.mark.parametrize("kind", KINDS)
def test_untrained_is_no_better_than_the_mean_colour(kind: str) -> None:
    network = task(kind=kind).eval()
    with torch.no_grad():
        figures = network.figures(images(32))
    assert figures["PSNR above the mean colour's (dB)"].mean() < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_learns_which_side_is_bright(kind: str) -> None:
    shown = images(16) * 0.1
    for number, image in enumerate(shown):
        image[:, :8] += 0.8 * (number % 2)
        image[:, 8:] += 0.8 * (1 - number % 2)
    network = task(kind=kind)
    _, merit = train(network, shown, 40)
    assert merit.mean() > 16  # 8 dB is that of the mean
    with torch.no_grad():
        assert network.figures(shown)["PSNR above the mean colour's (dB)"].mean() > 6


@pytest.mark.parametrize("kind", KINDS)
def test_examples(kind: str) -> None:
    network = task(1, kind=kind).eval()
    originals = images(8, 1)
    with torch.no_grad():
        examples = network.examples(originals)
    assert examples.columns == [f"input ({kind})", "reconstruction", "original"]
    assert torch.equal(examples.images[:, 2], originals)
    same = torch.isclose(examples.images[:, 0], originals, atol=1e-5).float().mean().item()
    # 6 of 16 patches are shown: round(0.6 * 16) = 10 are hidden
    expected = {"plain": 1.0, "denoising": 0.0, "masked": 6 / 16}[kind]
    assert same == pytest.approx(expected, abs=0.03)
