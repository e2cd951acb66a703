"""One training by several processes, on one machine or many.

Each process has a part of each batch; gradients and the statistics of batch norm are those of the
whole batch, so that the network is the one that a single process would train, but for rounding.
torchrun, or `launch`, tells each process which one it is by its environment.
"""

import atexit
import logging
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import torch
from torch import Tensor, nn

from semisup.compute.checkpoint import State
from semisup.workflow.errors import UserError
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
        """For a seed: what other processes draw is not what the first one draws."""
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

    def gathered(self, value: Tensor) -> dict[str, Tensor]:
        """The value of each process by its rank; all have the same shape."""
        if self.size == 1:
            return {"0": value}
        value = value.to(_device())
        values = [torch.empty_like(value) for _ in range(self.size)]
        torch.distributed.all_gather(values, value)
        return {str(rank): one.cpu() for rank, one in enumerate(values)}

    def wait(self) -> None:
        """Until all have come this far."""
        self.total(torch.zeros(1, device=_device() if self.size > 1 else None))

    def decides(self, question: Callable[[], bool], update: int) -> bool:
        """What the first process says, asked now and then."""
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
        update = torch.tensor([state.facts["update"] if state else 0], device=_device())
        found = {int(value) for value in self.gathered(update).values()}
        if len(found) == 1:
            return state
        if self.leads:
            say("not all processes find the same one (machines must share the project's folder)")
        return None


def join(device: torch.device) -> Group:
    """Meet the other processes, where there are any."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        return Group()
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


def launch(processes: int) -> None:
    """Run this program again as several processes and leave with their status.

    Does nothing in a process that was itself started so, by torchrun for example, or for one.
    """
    if processes == 1 or "WORLD_SIZE" in os.environ:
        return
    logging.disable(logging.ERROR)  # torchrun would tell each failure at length
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    with TemporaryDirectory() as logs:
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=processes,
            rdzv_backend="c10d",
            rdzv_endpoint="localhost:0",
            max_restarts=0,
            monitor_interval=0.2,
            logs_specs=DefaultLogsSpecs(log_dir=logs, local_ranks_filter={0}),
        )
        try:
            elastic_launch(config, sys.executable)(*sys.argv)
        except SignalException:
            raise KeyboardInterrupt from None
        except ChildFailedError as error:
            _fail(error.get_first_failure()[1], processes)
    sys.exit(0)


def _fail(failure: Any, processes: int) -> NoReturn:
    """Leave as the process did that failed first."""
    if failure.exitcode < 0:
        raise UserError(
            f"one of {processes} training processes was killed (signal {-failure.exitcode}), "
            "most likely for want of memory; lower compute.processes or compute.memory_gib"
        ) from None
    if failure.local_rank:  # only what the first one says is shown
        raise UserError(
            f"process {failure.local_rank} of 0 to {processes - 1} that train together failed "
            "before the others did, most likely for want of memory; lower compute.processes"
        ) from None
    sys.exit(failure.exitcode)


def averaged(network: Any, group: Group) -> nn.Module:
    """A module that gives `network.loss`, and leaves in each process the gradients of all.

    Args:
        network: a `PretextTask`; its batch norm becomes that of the whole batch.
        group: the processes.
    """
    if group.size == 1:
        return _Loss(network)
    from torch.nn.parallel import DistributedDataParallel

    network = synchronised(network, network.twice)
    device = next(network.parameters()).device
    ids = [device] if device.type == "cuda" else None
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        # the buffers, batch norm's statistics, are the same in all processes already
        return DistributedDataParallel(
            # a task that compares images has the mean loss of all; others, of their own part
            _Loss(network, None if network.compares else group),
            device_ids=ids,
            broadcast_buffers=False,
        )


class _Loss(nn.Module):
    def __init__(self, network: Any, group: Group | None = None) -> None:
        super().__init__()
        self.network, self.group = network, group

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        loss, merit = self.network.loss(images)
        if self.group:
            # parts differ by an image: the mean over processes shall be the mean over images
            own = torch.tensor(float(len(images)), device=images.device)
            weighed = loss * (own * self.group.size / self.group.total(own))
            loss = loss.detach() + weighed - weighed.detach()  # weighed in its gradient alone
        return loss, merit


def synchronised(network: nn.Module, twice: bool) -> nn.Module:
    """The same network with batch norm over the images of all processes."""
    if next(network.parameters()).is_cuda and not twice:
        converted: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        return converted
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
                setattr(module, name, BatchNormOfAll(child))
    return network


class BatchNormOfAll(nn.modules.batchnorm._BatchNorm):
    """Batch norm over the images of all processes.

    torch's SyncBatchNorm knows GPUs only, and no gradients of gradients.
    """

    def __init__(self, own: nn.modules.batchnorm._BatchNorm) -> None:
        super().__init__(
            own.num_features, own.eps, own.momentum, own.affine, own.track_running_stats
        )
        self._parameters, self._buffers = own._parameters, own._buffers

    def _check_input_dim(self, input: Tensor) -> None:
        """Any shape (N, C, ...) will do."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, ...) to the same shape; in evaluation as a single process would."""
        if not self.training:
            return super().forward(input)
        values = input.float()
        dims = [d for d in range(values.dim()) if d != 1]
        shape = [1, -1] + [1] * (values.dim() - 2)
        count = torch.tensor(float(values.numel() // values.shape[1]), device=values.device)
        torch.distributed.all_reduce(count)
        mean = _sum_of_all(values.sum(dims)) / count
        centred = values - mean.view(shape)
        variance = _sum_of_all(centred.square().sum(dims)) / count
        self._take_note(mean.detach(), variance.detach() * count / (count - 1))
        scaled = centred * (variance + self.eps).rsqrt().view(shape)
        if self.affine:
            scaled = scaled * self.weight.view(shape) + self.bias.view(shape)
        return scaled.to(input.dtype)

    def _take_note(self, mean: Tensor, variance: Tensor) -> None:
        if self.running_mean is None or self.running_var is None:
            return
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        momentum = self.momentum if self.momentum is not None else 1 / self.num_batches_tracked
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance, momentum)


class _SumOfAll(torch.autograd.Function):
    """The sum over processes, with gradients."""

    @staticmethod
    def forward(context: Any, values: Tensor) -> Tensor:
        return _reduced(values)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        return _sum_of_all(gradient)  # which has gradients of its own


def _reduced(values: Tensor) -> Tensor:
    total = values.clone(memory_format=torch.contiguous_format)
    torch.distributed.all_reduce(total)
    return total


def _sum_of_all(values: Tensor) -> Tensor:
    total: Tensor = _SumOfAll.apply(values)
    return total


def gathered_images(embeddings: Tensor) -> Tensor:
    """Rows (N, D) of all processes, in the order of their ranks, with gradients to each."""
    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return embeddings
    group = Group(torch.distributed.get_rank(), torch.distributed.get_world_size())
    counts = group.gathered(torch.tensor([len(embeddings)]))
    before = sum(int(counts[str(rank)]) for rank in range(group.rank))
    after = sum(int(count) for count in counts.values()) - before - len(embeddings)
    # each process adds its rows to zeros: a sum has gradients where a gathering has none
    return _sum_of_all(nn.functional.pad(embeddings, (0, 0, before, after)))


def _device() -> torch.device:
    """Where messages between processes have to lie."""
    if torch.distributed.get_backend() == "nccl":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("cpu")


ALONE = Group()
