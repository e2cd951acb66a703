"""PyTorch's SGD and Adam without its `Optimizer` class.

The class imports PyTorch's compiler, 1.6 s in each of the workflow's two dozen processes; the
functions that do the arithmetic do not.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adam import adam
from torch.optim.sgd import sgd

MOMENTUM = 0.9  # of SGD
BETAS = (0.5, 0.999)  # of Adam, as Radford et al. 2015 (DCGAN) set them


class Optimiser(ABC):
    """Changes weights by their gradients."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        self._weights = list(weights)
        self._weight_decay = weight_decay

    def step(self, lr: float) -> None:
        """Change the weights by their gradients, then forget the gradients.

        Weights without one, such as those of layers above the chosen one, stay.
        """
        used = [i for i, weight in enumerate(self._weights) if weight.grad is not None]
        with torch.no_grad():
            self._apply(used, lr)
        for i in used:
            self._weights[i].grad = None

    @abstractmethod
    def _apply(self, used: list[int], lr: float) -> None:
        """Change the weights of these numbers, all of which have gradients."""

    def _of(self, used: list[int]) -> tuple[list[Tensor], list[Tensor]]:
        weights = [self._weights[i] for i in used]
        return weights, [weight.grad for weight in weights if weight.grad is not None]


class Sgd(Optimiser):
    """SGD with Nesterov momentum and L2 weight decay, as `torch.optim.SGD`."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        super().__init__(weights, weight_decay)
        self._momenta: list[Tensor | None] = [None] * len(self._weights)

    def _apply(self, used: list[int], lr: float) -> None:
        weights, gradients = self._of(used)
        momenta = [self._momenta[i] for i in used]
        sgd(
            weights,
            gradients,
            momenta,
            foreach=True,
            lr=lr,
            momentum=MOMENTUM,
            weight_decay=self._weight_decay,
            dampening=0,
            nesterov=True,
            maximize=False,
        )
        for i, momentum in zip(used, momenta, strict=True):
            self._momenta[i] = momentum


class Adam(Optimiser):
    """Adam with L2 weight decay, as `torch.optim.Adam` with `BETAS`."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        super().__init__(weights, weight_decay)
        self._means = [torch.zeros_like(weight) for weight in self._weights]
        self._squares = [torch.zeros_like(weight) for weight in self._weights]
        self._steps = [torch.zeros(()) for _ in self._weights]

    def _apply(self, used: list[int], lr: float) -> None:
        weights, gradients = self._of(used)
        adam(
            weights,
            gradients,
            [self._means[i] for i in used],
            [self._squares[i] for i in used],
            [],
            [self._steps[i] for i in used],
            foreach=True,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=lr,
            weight_decay=self._weight_decay,
            eps=1e-8,
            maximize=False,
        )
