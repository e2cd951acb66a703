"""The processes that train one network together, on one machine or many.

torchrun, or `semisup.pretrain.launch`, tells each process which one it is by its environment.
"""

import atexit
import os
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from semisup.compute.checkpoint import State
from semisup.workflow.processes import end_with_parent
from semisup.workflow.scratch import say

DECIDES_EVERY = 20  # updates; deciding together costs a message


@dataclass(frozen=True)
class Group:
    """The processes that train together; `rank` is the number of this one."""

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes for all."""
        return self.rank == 0

    @property
    def key(self) -> tuple[int, ...]:
        """Part of a seed, by which the processes draw different random numbers."""
        return (self.rank,) if self.rank else ()

    def part(self, numbers: Tensor) -> Tensor:
        """This process's part of a batch."""
        return numbers.tensor_split(self.size)[self.rank]

    def total(self, values: Tensor) -> Tensor:
        """The sum over processes."""
        if self.size == 1:
            return values
        values = values.clone()
        torch.distributed.all_reduce(values)
        return values

    def gathered(self, value: Tensor) -> list[Tensor]:
        """The value of each process, by rank; all have the same shape."""
        if self.size == 1:
            return [value]
        value = value.to(_device())
        values = [torch.empty_like(value) for _ in range(self.size)]
        torch.distributed.all_gather(values, value)
        return [one.cpu() for one in values]

    def wait(self) -> None:
        """Until all have come this far."""
        if self.size > 1:
            self.total(torch.zeros(1, device=_device())).item()  # a GPU's sum is only queued

    def decides(self, question: Callable[[], bool], update: int) -> bool:
        """The first process's answer; of several only every DECIDES_EVERY updates, else False."""
        if self.size == 1:
            return question()
        if update % DECIDES_EVERY:
            return False
        answer = torch.tensor(question() if self.leads else False, dtype=torch.int32)
        return bool(self.total(answer.to(_device())))

    def agreed(self, state: State | None) -> State | None:
        """The state that all processes read; None where one of them has none, or another one."""
        if self.size == 1:
            return state
        update = torch.tensor([state["update"] if state else 0], device=_device())
        found = {int(value) for value in self.gathered(update)}
        if len(found) == 1:
            return state
        if self.leads:
            say("not all processes find the same one (machines must share the project's folder)")
        return None


def join(device: torch.device) -> Group:
    """Meet the other processes, where there are any."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return ALONE
    end_with_parent()
    if not torch.distributed.is_initialized():
        backend = "nccl" if device.type == "cuda" else "gloo"
        torch.distributed.init_process_group(backend)
        if backend == "gloo":  # whose threads now and then abort a program that leaves them behind
            atexit.register(torch.distributed.destroy_process_group)
    return Group(torch.distributed.get_rank(), size)


def local_rank() -> int:
    """The number of this process among those of its machine."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def _device() -> torch.device:
    """Where messages between processes have to lie."""
    if torch.distributed.get_backend() == "nccl":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


ALONE = Group()
