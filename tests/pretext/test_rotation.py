"""All four rotations are asked about, and are soon told apart."""

import torch
from short_training import build, train

from semisup.pretext.rotation import Settings, Task
from semisup.pretext.shared.symmetries import ROTATIONS


def test_learns_which_side_is_bright() -> None:
    upright = torch.randn(16, 3, 16, 16, generator=torch.Generator().manual_seed(3)) * 0.1
    upright[:, :, :8] += 1.0
    network = build(Task, Settings(batch_images=16, lr=0.1, weight_decay=0.0), 3, 16, "small")
    assert network.symmetries == ROTATIONS
    loss, right = train(network, upright, 15)
    assert right.shape == (16 * 4,)
    assert right.all()
    assert loss.item() < 0.2
