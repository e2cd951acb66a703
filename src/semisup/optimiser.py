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
        """Change the weights by their gradients, then forget the gradients."""
        gradients = [weight.grad for weight in self._weights]
        with torch.no_grad():
            sgd(
                self._weights,
                gradients,  # type: ignore[arg-type]  # every weight took part in the loss
                self._momenta,
                foreach=True,
                lr=lr,
                momentum=self._momentum,
                weight_decay=self._weight_decay,
                dampening=0,
                nesterov=True,
                maximize=False,
            )
        for weight in self._weights:
            weight.grad = None
