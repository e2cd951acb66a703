"""The layers above the features."""

import pytest
import torch
from torch import nn

from semisup.classify.layers import build_head


@pytest.mark.parametrize(
    ("hidden", "shapes"),
    [([], [(3, 6)]), ([5], [(5, 6), (3, 5)]), ([5, 4], [(5, 6), (4, 5), (3, 4)])],
)
def test_layers_of_a_head(hidden: list[int], shapes: list[tuple[int, int]]) -> None:
    head = build_head(6, hidden, 3, 0.4, 0)
    linear = [module for module in head if isinstance(module, nn.Linear)]
    assert [tuple(module.weight.shape) for module in linear] == shapes
    dropouts = [module.p for module in head if isinstance(module, nn.Dropout)]
    assert dropouts == [0.4] * len(hidden)
    assert isinstance(head[-1], nn.Linear)
    assert head(torch.randn(2, 6)).shape == (2, 3)


def test_a_seed_decides_a_heads_weights() -> None:
    before = torch.get_rng_state()
    head = build_head(6, [5], 3, 0.0, 7)
    assert torch.equal(torch.get_rng_state(), before)
    torch.rand(1)
    assert same(head, build_head(6, [5], 3, 0.0, 7))
    assert not same(head, build_head(6, [5], 3, 0.0, 8))


def same(one: nn.Module, other: nn.Module) -> bool:
    theirs = other.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.state_dict().items())


def test_logits_do_not_tie_in_evaluation() -> None:
    """In bfloat16 two classes whose logits differ by less than a 256th would be level."""
    head = build_head(4, [], 2, 0.0, 0)
    with torch.no_grad():
        head[-1].weight.copy_(torch.tensor([[1.0, 1, 1, 1], [1, 1, 1, 1.001]]))
        head[-1].bias.zero_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tied, apart = head.train()(torch.ones(1, 4)), head.eval()(torch.ones(1, 4))
    assert tied[0, 0] == tied[0, 1]
    assert apart.dtype == torch.float32
    assert apart[0, 1] > apart[0, 0]
