"""Images a second of RotNet's AlexNet, and what share of the device's matrix rate that is."""

import time
from typing import Any

import torch
from made_up import settings
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from semisup.compute import device
from semisup.compute.device import Runtime
from semisup.network import backbones
from semisup.pretext.rotation import Settings, Task
from semisup.training.optimiser import Sgd, update

ROTATIONS = 4


def speed(on: str, tiny: bool) -> dict[str, Any]:
    """Of whole updates: forward, backward, optimiser; rotation at 96 pixels.

    images_per_second: pool images, each in four rotations; flops: of forward and backward by
    PyTorch's counter; share: of what one large product of matrices reaches in the same precision.
    """
    side, batch, rounds, width = (16, 4, 2, 64) if tiny else (96, 128, 100, 8192)
    compute = settings({"compute": {"device": on, "threads": 1 if tiny else 0}}).compute
    runtime = device.start(compute)
    encoder = backbones.build("alexnet", 3, side, 0)
    chosen = Settings(batch_images=batch, lr=0.01, weight_decay=0.0005)
    network = runtime.place(Task(encoder, chosen, side))
    optimiser = Sgd(network.parameters(), chosen.weight_decay)
    images = torch.rand(batch, 3, side, side, device=runtime.device)

    def step() -> None:
        _backward(network, images, runtime)
        update(optimiser, chosen.lr)

    with FlopCounterMode(display=False) as counter:
        _backward(network, images, runtime)
    optimiser.zero_grad()
    runtime.compile(network.encoder.blocks)
    seconds = _seconds(step, rounds, runtime)
    rate, most = counter.get_total_flops() / seconds, _matrix_rate(width, rounds, runtime)
    return {
        "ok": rate > 0,
        "precision": str(runtime.dtype).removeprefix("torch."),
        "images_per_second": round(batch / seconds, 1),
        "passes_per_second": round(ROTATIONS * batch / seconds, 1),
        "teraflops": round(rate / 1e12, 3),
        "matrix_teraflops": round(most / 1e12, 3),
        "share": round(rate / most, 4),
    }


def _backward(network: Task, images: Tensor, runtime: Runtime) -> None:
    with runtime.autocast():
        loss, _ = network.loss(images)
    loss.backward()


def _matrix_rate(width: int, rounds: int, runtime: Runtime) -> float:
    """Operations a second of products of two square matrices."""
    one, other = (
        torch.randn(width, width, device=runtime.device, dtype=runtime.dtype) for _ in range(2)
    )
    return 2 * width**3 / _seconds(lambda: one @ other, rounds, runtime)


def _seconds(work: Any, rounds: int, runtime: Runtime) -> float:
    """Of one round, after some to warm up."""
    for _ in range(max(1, rounds // 10)):
        work()
    _wait(runtime)
    began = time.perf_counter()
    for _ in range(rounds):
        work()
    _wait(runtime)
    return (time.perf_counter() - began) / rounds


def _wait(runtime: Runtime) -> None:
    if runtime.device.type == "cuda":
        torch.cuda.synchronize()
