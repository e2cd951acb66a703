"""One loss trains both players as two separate ones would, and only the first moves batch norm."""

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from semisup.network import backbones
from semisup.network.entry import Normalise
from semisup.pretext import gan
from semisup.pretext.gan import Generator, Settings, Task, multiplications
from semisup.training.optimiser import Adam, update

Weights = dict[str, Tensor]


def images(n: int = 6, channels: int = 3, side: int = 16) -> Tensor:
    return torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(3))


def task(channels: int = 3, side: int = 16, r1: float = 0.0, name: str = "small") -> Task:
    entry = Normalise([0.5] * channels, [0.25] * channels)
    encoder = backbones.build(name, channels, side, 0, entry)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        settings = Settings(batch_images=16, lr=0.1, weight_decay=0.0, r1=r1)
        return Task(encoder, settings, side)


def seeded(network: Task, shown: Tensor) -> tuple[Tensor, Tensor]:
    torch.manual_seed(8)
    return network.loss(shown)


def gradients(network: Task) -> Weights:
    return {n: w.grad.clone() for n, w in network.named_parameters() if w.grad is not None}


def separate_gradients(network: Task, shown: Tensor, dtype: torch.dtype) -> Weights:
    """By two backward passes, each through networks of its own."""
    players = [copy.deepcopy(network) for _ in range(2)]
    for player in players:
        player.zero_grad()
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        torch.manual_seed(8)
        fakes = players[0].generate(shown).detach()
        real, fake = players[0](torch.cat([shown, fakes])).split(len(shown))
        (-real.sigmoid().log().mean() - (1 - fake.sigmoid()).log().mean()).backward()
        players[1].encoder.load_state_dict(players[0].encoder.state_dict())
        torch.manual_seed(8)
        fakes = players[1].generate(shown)
        judged = players[1].eval()(fakes)  # by the stored statistics
        (-judged.sigmoid().log().mean()).backward()
    assert gradients(players[1])["classifier.weight"].any()  # which must not be added
    of_generator = {k: v for k, v in gradients(players[1]).items() if k.startswith("generator.")}
    return gradients(players[0]) | of_generator


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("name", ["small", "nin"])
def test_gradients_are_those_of_separate_losses(dtype: torch.dtype, name: str) -> None:
    network, shown = task(name=name).train(), images()
    expected = separate_gradients(network, shown, dtype)
    with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
        loss, _ = seeded(network, shown)
    loss.backward()
    found = gradients(network)
    assert found.keys() == expected.keys() == dict(network.named_parameters()).keys()
    for key, value in expected.items():
        # rounding alone makes the generator's gradients of unlike sums differ in bfloat16
        scale = float(value.abs().max())
        assert scale > 0
        near = 1e-4 if dtype == torch.float32 else 0.05
        assert float((found[key] - value).abs().max()) <= near * scale, key


def test_the_discriminator_gets_nothing_from_the_generators_loss() -> None:
    network, shown = task().train(), images()
    torch.manual_seed(8)
    nn.functional.softplus(-network._frozen_logits(network.generate(shown))).mean().backward()
    assert {name.split(".")[0] for name in gradients(network)} == {"generator"}
    assert all(weight.requires_grad for weight in network.parameters())


def test_loss_is_written_out() -> None:
    network, shown = task().eval(), images()
    with torch.no_grad():
        loss, right = seeded(network, shown)
        torch.manual_seed(8)
        fakes = network.generate(shown)
        logits = [
            [float(network.classifier(network.encoder(one[None]).mean(dim=(2, 3)))) for one in part]
            for part in (shown, fakes)
        ]
    real, fake = ([1 / (1 + math.exp(-logit)) for logit in part] for part in logits)
    total = sum(-math.log(p) for p in real) + sum(-math.log(1 - p) - math.log(p) for p in fake)
    assert float(loss) == pytest.approx(total / len(shown), rel=1e-4)
    assert right.tolist() == [p > 0.5 for p in real] + [p <= 0.5 for p in fake]


def test_batch_norm_sees_the_discriminators_batches_only() -> None:
    network, shown = task(r1=1.0).train(), images()
    plain = copy.deepcopy(network)
    torch.manual_seed(8)
    with torch.no_grad():
        fakes = plain.generate(shown)
        plain(torch.cat([shown, fakes]))
    seeded(network, shown)
    for (name, found), expected in zip(network.named_buffers(), plain.buffers(), strict=True):
        assert torch.allclose(found.float(), expected.float(), rtol=1e-5), name
    counts = {int(v) for name, v in network.named_buffers() if name.endswith("tracked")}
    assert counts == {1}
    assert all(module.training for module in network.modules())


def slopes(network: Task, shown: Tensor, fakes: Tensor) -> float:
    """Mean over images of the squared slope of the logits' sum, by central differences."""
    step, total = 1e-3, 0.0
    with torch.no_grad():
        for at in range(shown.numel()):
            sums = []
            for sign in (1, -1):
                moved = shown.clone()
                moved.view(-1)[at] += sign * step
                sums.append(float(network(torch.cat([moved, fakes]))[: len(shown)].sum()))
            total += ((sums[0] - sums[1]) / (2 * step)) ** 2
    return total / len(shown)


def test_penalty_is_that_of_finite_differences() -> None:
    shown = images(3, 1, 8)
    with_penalty, without = task(1, 8, r1=0.6).train(), task(1, 8).train()
    torch.manual_seed(8)
    fakes = copy.deepcopy(without).generate(shown).detach()
    expected = gan.R1_EVERY * 0.6 / 2 * slopes(copy.deepcopy(without), shown, fakes)
    for number in range(1, gan.R1_EVERY + 1):
        extra = (seeded(with_penalty, shown)[0] - seeded(without, shown)[0]).item()
        if number < gan.R1_EVERY:
            assert extra == 0
    assert extra == pytest.approx(expected, rel=0.05)
    assert expected > 1e-4


def test_penalty_changes_the_discriminator_alone() -> None:
    shown, found = images(), []
    for r1 in (0.0, 5.0):
        network = task(r1=r1).train()
        network._updates = gan.R1_EVERY - 1
        seeded(network, shown)[0].backward()
        found.append(gradients(network))
    for name, value in found[0].items():
        # what is added after the last product leaves the slope as it is
        added = ("classifier.bias", "encoder.blocks.conv5.1.1.bias")
        same = name.startswith("generator") or name in added
        assert torch.allclose(value, found[1][name], rtol=1e-3, atol=1e-7) is same, name


@pytest.mark.parametrize(
    ("name", "channels", "side"),
    [
        *[(name, 1, 33) for name in ("small", "alexnet", "nin", "resnet18")],
        *[(name, 3, 66) for name in ("small", "alexnet", "resnet18")],  # whose stems differ then
    ],
)
def test_every_backbone_has_gradients_of_gradients(name: str, channels: int, side: int) -> None:
    network = task(channels, side, r1=1.0, name=name).train()
    network._updates = gan.R1_EVERY - 1  # with the penalty
    network.loss(images(2, channels, side))[0].backward()
    assert all(w.grad is not None and w.grad.isfinite().all() for w in network.parameters())
    assert all(w.grad is not None and w.grad.any() for w in network.encoder.parameters())
    shown = network.examples(images(2, channels, side)).images
    assert shown.shape == (4, 8, channels, side, side)
    assert shown.std() > 0.01


@pytest.mark.parametrize("side", [8, 16, 24, 31, 64, 96, 224])
@pytest.mark.parametrize("name", ["small", "resnet18"])
def test_generating_costs_no_more_than_encoding(name: str, side: int) -> None:
    encoder = backbones.build(name, 3, side, 0)
    budget = multiplications(encoder, side)
    convs: list[tuple[nn.Conv2d, Tensor]] = []
    for module in encoder.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(lambda m, _, out: convs.append((m, out)))
    with torch.no_grad():
        encoder.eval()(torch.zeros(1, 3, side, side))
    assert budget == sum(maps.numel() * conv.weight[0].numel() for conv, maps in convs)
    made = Generator(3, side, budget)
    assert made(torch.zeros(2, gan.LATENT)).shape == (2, 3, side, side)
    cost = made.first.weight.numel()
    maps = made.side
    for layer in made.layers:
        if isinstance(layer, nn.Conv2d):
            maps *= 2  # each comes after an enlargement
            cost += maps**2 * layer.weight.numel()
    assert cost <= budget
    assert side <= maps < side + 2 ** (len(made.layers) // 4 + 1)


def test_chance_when_untrained() -> None:
    network = task().eval()
    with torch.no_grad():
        loss, right = network.loss(images(200))
    assert float(loss) == pytest.approx(3 * math.log(2), abs=0.7)
    assert 0.25 < float(right.float().mean()) < 0.75


def test_learns_where_the_light_is() -> None:
    network = task(1, 8, r1=0.1).train()
    stream = torch.Generator().manual_seed(2)
    mean = torch.full((8, 8), 0.1)
    mean[:, :4] = 0.8
    adam = Adam(network.parameters(), 0.0)

    def distance() -> float:
        with torch.no_grad():
            made = network.eval().generate(mean, 64)[:, 0]
        network.train()
        return float((made.mean(dim=0) - mean).abs().mean())

    start, nearest = distance(), math.inf
    torch.manual_seed(0)
    for number in range(1, 241):
        shown = (mean + 0.1 * torch.randn(16, 1, 8, 8, generator=stream)).clamp(0, 1)
        network.loss(shown)[0].backward()
        update(adam, 0.002)
        if number % 20 == 0:  # the players circle each other
            nearest = min(nearest, distance())
        if nearest < 0.18:
            break
    assert start > 0.3
    assert nearest < 0.2


def test_collapse() -> None:
    network, shown = task().eval(), images()
    with torch.no_grad():
        figures = network.figures(shown)
        assert float(figures["spread of generated images"][0]) > gan.IDENTICAL
        network.generator.layers[-1].weight.zero_()
        network.generator.layers[-1].bias.fill_(5.0)
        assert float(network.figures(shown)["spread of generated images"][0]) < 1e-6
    real, fake, spread = figures
    perfect = {real: 1.0, fake: 1.0, spread: 0.0}
    assert "\n" not in str(network.collapse(perfect))
    assert "r1" in str(network.collapse(perfect))
    for edit in ({real: 0.9}, {fake: 0.9}, {spread: 0.1}):
        assert network.collapse(perfect | edit) is None


def test_the_penalty_passes_through_attention() -> None:
    """Whose fast kernels have no gradients of gradients."""
    network, shown = task(r1=1.0, name="timm/test_vit").train(), images(2)
    network._updates = gan.R1_EVERY - 1
    loss, _ = network.loss(shown)
    loss.backward()
    assert all(bool(g.isfinite().all()) for g in gradients(network).values())
