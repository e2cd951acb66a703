"""The layers of a classifier above its features."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class LastLayer(nn.Linear):
    """Logits; in evaluation in float32, since the logits of bfloat16 often tie."""

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, D) to logits (N, classes)."""
        if self.training:
            return super().forward(features)
        with torch.autocast(features.device.type, enabled=False):
            return F.linear(features.float(), self.weight, self.bias)


def build_head(
    width: int, hidden: list[int], classes: int, dropout: float, generator_seed: int
) -> nn.Sequential:
    """Fully connected layers with batch norm, ReLU and dropout between them, random weights.

    No hidden layers make it a linear classifier. Without batch norm, a network trained from random
    weights stays at chance for much of its training.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        layers: list[nn.Module] = []
        for units in hidden:
            linear = nn.Linear(width, units, bias=False)
            layers += [linear, nn.BatchNorm1d(units), nn.ReLU(inplace=True), nn.Dropout(dropout)]
            width = units
        return nn.Sequential(*layers, LastLayer(width, classes))
