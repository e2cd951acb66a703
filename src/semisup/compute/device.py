"""Where and how exactly to compute. Nothing here changes what is computed, but for rounding."""

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from semisup.compute.checkpoint import Checkpoint, checkpoint_of
from semisup.compute.group import ALONE, Group, join, local_rank
from semisup.params.sections import GIB, Compute
from semisup.workflow.errors import NoMeans
from semisup.workflow.scratch import Scratch

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Runtime:
    """A device, the precision of its matrix products, and the means to compute large things.

    memory: bytes of the host that images may take; scratch: where trainings keep their state
    (None: nowhere); group: the processes that train together.
    """

    device: torch.device
    dtype: torch.dtype
    memory: int = 4 * GIB
    scratch: Scratch | None = None
    group: Group = ALONE

    def autocast(self) -> AbstractContextManager[None]:
        """Matrix products and convolutions in `dtype`, the rest in float32."""
        return torch.autocast(
            self.device.type, dtype=self.dtype, enabled=self.dtype != torch.float32
        )

    def place(self, network: Network) -> Network:
        """Move it to the device, in the order of memory that convolutions are fastest in."""
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def generator(self, *key: int) -> torch.Generator:
        """A random stream on the device that depends on `key` alone."""
        return torch.Generator(self.device).manual_seed(stream_seed(*key))

    @contextmanager
    def seeded(self, *key: int) -> Iterator[None]:
        """Make torch's global random state, which dropout reads, depend on `key`; put it back."""
        before = self.random_state()
        try:
            torch.manual_seed(stream_seed(*key))
            yield
        finally:
            self.set_random_state(before)

    def rows_at_once(self, row_bytes: int) -> int:
        """How many rows may lie in memory at once: in a quarter of it, but one at least."""
        memory = self.memory
        if self.device.type == "cuda":  # all of it, not what is free: results depend on the rows
            memory = min(memory, torch.cuda.get_device_properties(self.device).total_memory // 2)
        return max(1, memory // 4 // row_bytes)

    def random_state(self) -> Tensor:
        """torch's global random state, as bytes."""
        states = [torch.get_rng_state()]
        if self.device.type == "cuda":
            states.append(torch.cuda.get_rng_state(self.device))
        elif self.device.type == "mps":
            states.append(torch.mps.get_rng_state())
        return torch.cat(states)

    def set_random_state(self, state: Tensor) -> None:
        """Put back what `random_state` gave."""
        own = len(torch.get_rng_state())
        torch.set_rng_state(state[:own])
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state[own:], self.device)
        elif self.device.type == "mps":
            torch.mps.set_rng_state(state[own:])

    def compile(self, network: nn.Module) -> None:
        """Compile a network in place on CUDA; where the compiler fails it runs as it is."""
        if self.device.type == "cuda":
            import torch._dynamo
            import torch._inductor.config

            torch._dynamo.config.suppress_errors = True
            if hasattr(torch._inductor.config, "deterministic"):  # of torch 2.9 or so: no timing
                torch._inductor.config.deterministic = True
            # a resumed training meets the sizes of batches in another order
            network.compile(dynamic=False)

    def checkpoint(self, training: str) -> Checkpoint | None:
        """Where a training of this stage saves its state; None where the stage saves none."""
        if self.scratch is None:
            return None
        # random states of another device, or of more processes, would not fit
        return checkpoint_of(self.scratch, training, f"{self.device.type} {self.group.size}")


def start(compute: Compute, scratch: Scratch | None = None, sharers: int = 1) -> Runtime:
    """Set threads and determinism for this process, and meet those that train with it.

    Args:
        compute: where and how.
        scratch: of the stage, for trainings to keep their state in.
        sharers: how many processes of this stage share its memory.

    Raises:
        NoMeans: where the device is not there, or has no use for the precision.
    """
    device = chosen_device(compute.device)
    # cuBLAS repeats its results only with a fixed workspace; it reads this when it first starts
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # the same as use_deterministic_algorithms(True, warn_only=True), which imports a compiler
    torch.set_deterministic_debug_mode("warn")
    # that mode also fills all new memory, which costs time and hides no fault of ours
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.allow_tf32 = False  # else convolutions in float32 are so to 10 bits only
    _keep_freed_memory()
    if device.type == "cuda":
        device = torch.device("cuda", local_rank())
        torch.cuda.set_device(device)
    group = join(device)
    here = int(os.environ.get("LOCAL_WORLD_SIZE", group.size))  # torchrun's: of this machine
    torch.set_num_threads(max(1, compute.cpu_threads() // here))
    memory = compute.memory_bytes // (here * sharers)
    return Runtime(device, _dtype(compute.precision, device), memory, scratch, group)


def stream_seed(*key: int) -> int:
    """One 63-bit seed from several numbers, with no two keys close to each other."""
    import numpy as np

    # the length, since trailing zeros alone would make no difference
    state = np.random.SeedSequence((*key, len(key))).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))


def _keep_freed_memory() -> None:
    """Make glibc reuse freed memory instead of returning it to the system.

    It would return and fetch anew, page by page, the large blocks of every update: a tenth of the
    time of training on a CPU. Other C libraries are left as they are.
    """
    if sys.platform != "linux" or not hasattr(libc := ctypes.CDLL(None), "mallopt"):
        return
    trim_threshold, top_pad, mmap_threshold = -1, -2, -3  # numbers of malloc.h
    libc.mallopt(mmap_threshold, 1 << 30)
    libc.mallopt(trim_threshold, (1 << 31) - 1)
    libc.mallopt(top_pad, 1 << 26)


def chosen_device(name: str) -> torch.device:
    """The device that `compute.device` names; `auto`: the fastest there is."""
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if name == "auto":
        return torch.device(next(kind for kind in ("cuda", "mps", "cpu") if there[kind]))
    if not there[name]:
        have = ", ".join(kind for kind, is_there in there.items() if is_there)
        raise NoMeans(
            f"params.yaml: compute.device: {name!r} is not on this machine; allowed: auto, {have}"
        )
    return torch.device(name)


def _dtype(precision: str, device: torch.device) -> torch.dtype:
    if precision == "float32":
        return torch.float32
    if precision == "bfloat16":
        if device.type == "cpu" and not _has_bfloat16_kernels():
            raise NoMeans(
                "params.yaml: compute.precision: bfloat16 is hundreds of times slower than float32 "
                "on this CPU; allowed: auto, float32"
            )
        return torch.bfloat16
    return torch.bfloat16 if _is_bfloat16_fast(device) else torch.float32


def _has_bfloat16_kernels() -> bool:
    """Whether oneDNN computes in bfloat16 on this CPU; without it PyTorch has reference code."""
    answer = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return bool(answer and answer())


def _is_bfloat16_fast(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu" and hasattr(torch.cpu, "_is_avx512_bf16_supported"):
        return bool(torch.cpu._is_avx512_bf16_supported())
    return False
