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

FUSED = ("cpu", "cuda")  # devices that have these kernels in every version of torch we run with
MOMENTUM = 0.9  # of SGD
BETAS = (0.5, 0.999)  # of Adam, as Radford et al. 2015 (DCGAN) set them


class Optimiser(ABC):
    """Changes weights by their gradients, where there is such a kernel in one pass over memory."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        self._weights = list(weights)
        self._fused = all(weight.device.type in FUSED for weight in self._weights)
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
    def state(self) -> dict[str, Tensor]:
        """What it remembers of past gradients, by name; nothing of weights that had none."""

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go on from what `state` gave; the weights must be put back beside."""
        for name, value in state.items():
            kind, number = name.split(".")
            self._restore(kind, int(number), value)

    @abstractmethod
    def _restore(self, kind: str, number: int, value: Tensor) -> None:
        """Put one tensor back, in the layout of its weight."""

    @abstractmethod
    def _apply(self, used: list[int], lr: float) -> None:
        """Change the weights of these numbers, all of which have gradients."""

    def _of(self, used: list[int]) -> tuple[list[Tensor], list[Tensor]]:
        weights = [self._weights[i] for i in used]
        return weights, [weight.grad for weight in weights if weight.grad is not None]

    def _like(self, number: int, value: Tensor) -> Tensor:
        return torch.empty_like(self._weights[number]).copy_(value)


class Sgd(Optimiser):
    """SGD with Nesterov momentum and L2 weight decay, as `torch.optim.SGD`."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        super().__init__(weights, weight_decay)
        self._momenta: list[Tensor | None] = [None] * len(self._weights)

    def _apply(self, used: list[int], lr: float) -> None:
        # the fused kernel wants the momenta of all its weights, or of none
        first = [i for i in used if self._momenta[i] is None]
        later = [i for i in used if self._momenta[i] is not None]
        for group in (first, later):
            if group:
                self._apply_to(group, lr)

    def _apply_to(self, used: list[int], lr: float) -> None:
        weights, gradients = self._of(used)
        momenta = [self._momenta[i] for i in used]
        sgd(
            weights,
            gradients,
            momenta,
            foreach=not self._fused,
            fused=self._fused,
            lr=lr,
            momentum=MOMENTUM,
            weight_decay=self._weight_decay,
            dampening=0,
            nesterov=True,
            maximize=False,
        )
        for i, momentum in zip(used, momenta, strict=True):
            self._momenta[i] = momentum

    def state(self) -> dict[str, Tensor]:
        """Momenta."""
        pairs = enumerate(self._momenta)
        return {f"momentum.{i}": momentum for i, momentum in pairs if momentum is not None}

    def _restore(self, kind: str, number: int, value: Tensor) -> None:
        self._momenta[number] = self._like(number, value)


class Adam(Optimiser):
    """Adam with L2 weight decay, as `torch.optim.Adam` with `BETAS`."""

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        super().__init__(weights, weight_decay)
        self._means = [torch.zeros_like(weight) for weight in self._weights]
        self._squares = [torch.zeros_like(weight) for weight in self._weights]
        where = [weight.device if self._fused else None for weight in self._weights]
        self._steps = [torch.zeros((), device=device) for device in where]

    def _apply(self, used: list[int], lr: float) -> None:
        weights, gradients = self._of(used)
        adam(
            weights,
            gradients,
            [self._means[i] for i in used],
            [self._squares[i] for i in used],
            [],
            [self._steps[i] for i in used],
            foreach=not self._fused,
            fused=self._fused,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=lr,
            weight_decay=self._weight_decay,
            eps=1e-8,
            maximize=False,
        )

    def state(self) -> dict[str, Tensor]:
        """Running means of gradients and of their squares, and the steps made."""
        return {
            f"{kind}.{i}": value
            for kind, values in self._kinds().items()
            for i, value in enumerate(values)
        }

    def _restore(self, kind: str, number: int, value: Tensor) -> None:
        self._kinds()[kind][number].copy_(value)

    def _kinds(self) -> dict[str, list[Tensor]]:
        return {"mean": self._means, "square": self._squares, "steps": self._steps}
