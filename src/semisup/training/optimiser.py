"""PyTorch's SGD and Adam without the import of PyTorch's compiler, and their learning rate.

torch wraps methods of its optimisers so that its compiler passes over them, and the wrappers import
that compiler when first called: 1.3 s in each of the workflow's two dozen processes. Here the plain
methods below the wrappers take their place.
"""

import inspect
import math
from collections.abc import Iterable
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD
from torch.optim import Adam as TorchAdam
from torch.optim.optimizer import Optimizer

FUSED = ("cpu", "cuda")  # devices that have one-pass kernels in every version of torch we run with
MOMENTUM = 0.9  # of SGD
WARMUP = 0.05  # share of the updates in which the learning rate rises
BETAS = (0.5, 0.999)  # of Adam, as Radford et al. 2015 (DCGAN) set them


class Sgd(SGD):
    """SGD with Nesterov momentum and L2 weight decay."""

    add_param_group = inspect.unwrap(SGD.add_param_group)
    step = torch.no_grad()(inspect.unwrap(SGD.step))

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        weights = [*weights]
        super().__init__(
            weights,
            lr=0.0,
            momentum=MOMENTUM,
            nesterov=True,
            weight_decay=weight_decay,
            fused=_fused(weights),
        )
        for weight in weights:  # the fused kernel wants the momenta of all weights, or of none
            self.state[weight]["momentum_buffer"] = torch.zeros_like(weight)


class Adam(TorchAdam):
    """Adam with L2 weight decay and `BETAS`."""

    add_param_group = inspect.unwrap(TorchAdam.add_param_group)
    step = torch.no_grad()(inspect.unwrap(TorchAdam.step))

    def __init__(self, weights: Iterable[Tensor], weight_decay: float) -> None:
        weights = [*weights]
        super().__init__(
            weights, lr=0.0, betas=BETAS, weight_decay=weight_decay, fused=_fused(weights)
        )


def _fused(weights: list[Tensor]) -> bool:
    return all(weight.device.type in FUSED for weight in weights)


def update(optimiser: Optimizer, lr: float, max_grad_norm: float = math.inf) -> None:
    """Change the weights by their gradients, then forget the gradients.

    Weights without one, such as those of layers above the chosen one, stay. max_grad_norm: of the
    gradient of all weights together; a longer one is shortened to it.
    """
    if max_grad_norm < math.inf:
        clip_grad_norm_(_weights(optimiser), max_grad_norm)
    for group in optimiser.param_groups:
        group["lr"] = lr
    optimiser.step()
    for weight in _weights(optimiser):
        weight.grad = None


def state_of(optimiser: Optimizer) -> dict[str, Any]:
    """What it remembers of past gradients: for the number of each weight, tensors by name."""
    return {str(n): optimiser.state[weight] for n, weight in enumerate(_weights(optimiser))}


def restore_state(optimiser: Optimizer, past: dict[str, Any]) -> None:
    """Go on from what `state_of` gave; the weights must be put back beside."""
    for number, weight in enumerate(_weights(optimiser)):
        for name, value in past[str(number)].items():
            if value.shape == weight.shape:
                # in the layout of the weight: the fused kernels go through memory in its order
                own = torch.empty_like(weight).copy_(value)
            else:  # the count of steps, which fused kernels want beside the weight
                own = value.to(weight.device) if optimiser.defaults["fused"] else value
            optimiser.state[weight][name] = own


def _weights(optimiser: Optimizer) -> list[Tensor]:
    return [cast(Tensor, weight) for group in optimiser.param_groups for weight in group["params"]]


def schedule(update: int, updates: int) -> float:
    """Share of the learning rate at an update, from 0: linear warm-up, then half a cosine."""
    warmup = max(1, round(WARMUP * updates))
    if update < warmup:
        return (update + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (update - warmup) / max(1, updates - warmup)))
