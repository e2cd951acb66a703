"""A pretext task that several processes train together.

Each process has a part of each batch; gradients and the statistics of batch norm are those of the
whole batch, so that the network is the one that a single process would train, but for rounding.
"""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from semisup.compute.group import Group
from semisup.pretext.shared.task import PretextTask


def averaged(network: PretextTask, group: Group) -> nn.Module:
    """A module that gives `network.loss`, and leaves in each process the gradients of all.

    Args:
        network: its batch norm becomes that of the whole batch.
        group: the processes.
    """
    if group.size == 1:
        return _Loss(network)
    from torch.nn.parallel import DistributedDataParallel

    synchronise(network, network.double_backward)
    device = next(network.parameters()).device
    ids = [device] if device.type == "cuda" else None
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        # the buffers, batch norm's statistics, are the same in all processes already
        return DistributedDataParallel(
            # a contrastive task has the mean loss of all images; others, of their own part
            _Loss(network, None if network.contrastive else group),
            device_ids=ids,
            broadcast_buffers=False,
        )


class _Loss(nn.Module):
    def __init__(self, network: PretextTask, group: Group | None = None) -> None:
        super().__init__()
        self.network, self.group = network, group

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        loss, merit = self.network.loss(images)
        if self.group:
            # parts differ by an image: the mean over processes shall be the mean over images
            own = torch.full((), float(len(images)), device=images.device)
            weighed = loss * (own * self.group.size / self.group.total(own))
            loss = loss.detach() + weighed - weighed.detach()  # weighed in its gradient alone
        return loss, merit


def synchronise(network: nn.Module, double_backward: bool) -> None:
    """Make the batch norm of a network that of the images of all processes.

    Args:
        network: whose layers are replaced.
        double_backward: whether gradients of gradients are taken.
    """
    on_gpu = next(network.parameters()).is_cuda and not double_backward
    kind = SyncedBatchNorm if on_gpu else BatchNormOfAll
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d):
                setattr(module, name, kind(child))


class _InPlaceOf(nn.modules.batchnorm._BatchNorm):
    """What stands in the place of a batch norm, with its weights and all that is in it.

    timm's batch norm applies an activation that it holds: its parts are in the order of their use.
    """

    def __init__(self, own: nn.modules.batchnorm._BatchNorm) -> None:
        super().__init__(
            own.num_features, own.eps, own.momentum, own.affine, own.track_running_stats
        )
        self._parameters, self._buffers, self._modules = own._parameters, own._buffers, own._modules
        self.training = own.training

    def _check_input_dim(self, input: Tensor) -> None:
        """Any shape (N, C, ...) will do."""

    def forward(self, input: Tensor) -> Tensor:
        """(N, C, ...) to the same shape; in evaluation as a single process would."""
        values = self.normalised(input)
        for part in self.children():
            values = part(values)
        return values

    def normalised(self, input: Tensor) -> Tensor:
        """What the norm itself makes of it."""
        return super().forward(input)


class SyncedBatchNorm(_InPlaceOf, nn.SyncBatchNorm):
    """Batch norm over the images of all processes, of GPUs alone."""


class BatchNormOfAll(_InPlaceOf):
    """Batch norm over the images of all processes.

    torch's SyncBatchNorm knows GPUs only, and no gradients of gradients.
    """

    def normalised(self, input: Tensor) -> Tensor:
        """Values normalised over all processes; in evaluation over this one's alone."""
        if not self.training:
            return super().normalised(input)
        values = input.float()
        dims = [d for d in range(values.dim()) if d != 1]
        shape = [1, -1] + [1] * (values.dim() - 2)
        count = torch.full((), float(values.numel() // values.shape[1]), device=values.device)
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


def gathered_images(embeddings: Tensor) -> Tensor:
    """Rows (N, D) of all processes, in the order of their ranks, with gradients to each."""
    if not torch.distributed.is_available() or not torch.distributed.is_initialized():
        return embeddings
    group = Group(torch.distributed.get_rank(), torch.distributed.get_world_size())
    counts = [int(count) for count in group.gathered(torch.tensor([len(embeddings)]))]
    before, after = sum(counts[: group.rank]), sum(counts[group.rank + 1 :])
    # each process adds its rows to zeros: a sum has gradients where a gathering has none
    return _sum_of_all(nn.functional.pad(embeddings, (0, 0, before, after)))


class _SumOfAll(torch.autograd.Function):
    """Each process's gradient is the sum of those of all, since its values count for all."""

    @staticmethod
    def forward(_ctx: Any, values: Tensor) -> Tensor:
        """The sum over processes."""
        total = values.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_ctx: Any, *gradients: Tensor) -> Tensor:
        """Itself with gradients, for losses that take gradients of gradients."""
        return _sum_of_all(gradients[0])


def _sum_of_all(values: Tensor) -> Tensor:
    """The sum over processes, with gradients, and gradients of these."""
    total: Tensor = _SumOfAll.apply(values)
    return total
