"""PyTorch's SGD without its `Optimizer` class.

The class imports PyTorch's compiler, 1.6 s in each of the workflow's two dozen processes; the
function that does the arithmetic does not.
"""

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.sgd import sgd


class Sgd:
    """SGD with Nesterov momentum and L2 weight decay, as `torch.optim.SGD`."""

    def __init__(self, weights: Iterable[Tensor], momentum: float, weight_decay: float) -> None:
        self._weights = list(weights)
        self._momenta: list[Tensor | None] = [None] * len(self._weights)
        self._momentum, self._weight_decay = momentum, weight_decay

    def step(self, lr: float) -> None:
        """Change the weights by their gradients, then forget the gradients.

        Weights without one, such as those of layers above the chosen one, stay.
        """
        used = [i for i, weight in enumerate(self._weights) if weight.grad is not None]
        weights = [self._weights[i] for i in used]
        momenta = [self._momenta[i] for i in used]
        with torch.no_grad():
            sgd(
                weights,
                [weight.grad for weight in weights if weight.grad is not None],
                momenta,
                foreach=True,
                lr=lr,
                momentum=self._momentum,
                weight_decay=self._weight_decay,
                dampening=0,
                nesterov=True,
                maximize=False,
            )
        for i, momentum in zip(used, momenta, strict=True):
            self._momenta[i] = momentum
            self._weights[i].grad = None
