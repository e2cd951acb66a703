"""Devices, precisions and random streams."""

import os
from collections.abc import Callable, Iterator
from itertools import product

import pytest
import torch

from semisup.compute import device
from semisup.compute.device import Runtime, stream_seed
from semisup.params.loading import Params
from semisup.params.sections import GIB, Compute
from semisup.workflow.errors import UserError

Make = Callable[..., Params]


@pytest.fixture
def compute(make_params: Make) -> Iterator[Callable[..., Compute]]:
    """Settings of `compute`; puts back what `start` changes in this process."""
    threads = torch.get_num_threads()
    workspace = os.environ.get("CUBLAS_WORKSPACE_CONFIG")
    yield lambda **some: make_params({f"compute.{k}": v for k, v in some.items()}).compute
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)
    if workspace is None:
        os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)


def test_start(compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_has_bfloat16_kernels", lambda: True)
    runtime = device.start(compute(device="cpu", precision="float32", threads=1))
    assert runtime == Runtime(torch.device("cpu"), torch.float32)
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.utils.deterministic.fill_uninitialized_memory
    runtime = device.start(compute(device="cpu", precision="bfloat16", threads=2))
    assert runtime.dtype == torch.bfloat16
    assert torch.get_num_threads() == 2


def test_processes_of_a_machine_share_its_threads(
    compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch
) -> None:
    for processes, threads in ((2, 4), (3, 2), (16, 1)):
        monkeypatch.setenv("LOCAL_WORLD_SIZE", str(processes))
        device.start(compute(device="cpu", threads=8))
        assert torch.get_num_threads() == threads


def test_auto_finds_something_that_works(compute: Callable[..., Compute]) -> None:
    runtime = device.start(compute(device="auto", precision="auto", threads=1))
    with runtime.autocast():
        ones = torch.ones(2, 2, device=runtime.device)
        twos = ones @ ones
    assert twos.float().cpu().tolist() == [[2, 2], [2, 2]]


@pytest.mark.parametrize(("fast", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_takes_bfloat16_where_it_is_fast(
    compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch, fast: bool, dtype: torch.dtype
) -> None:
    monkeypatch.setattr(device, "_is_bfloat16_fast", lambda _: fast)
    assert device.start(compute(device="cpu", precision="auto", threads=1)).dtype == dtype


@pytest.mark.parametrize(
    ("cuda", "mps", "kind"),
    [
        (True, True, "cuda"),
        (True, False, "cuda"),
        (False, True, "mps"),
        (False, False, "cpu"),
    ],
)
def test_auto_takes_the_fastest_device(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, kind: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device.chosen_device("auto").type == kind


def test_memory_is_shared_by_all_that_run_at_once(
    compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draws of a stage, and processes that train together on this machine."""
    settings = compute(device="cpu", precision="float32", threads=1, memory_gib=3.0)
    assert device.start(settings).memory == 3 * GIB
    assert device.start(settings, sharers=4).memory == 3 * GIB // 4
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    assert device.start(settings, sharers=3).memory == GIB // 2


def test_a_device_that_is_not_there(
    compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for name in ("cuda", "mps"):
        with pytest.raises(UserError, match=rf"compute\.device: '{name}' .*auto, cpu$") as caught:
            device.start(compute(device=name))
        assert "\n" not in str(caught.value)
    assert device.start(compute(device="auto", threads=1)).device.type == "cpu"


def test_a_precision_that_the_cpu_cannot_use(
    compute: Callable[..., Compute], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "_has_bfloat16_kernels", lambda: False)
    with pytest.raises(UserError, match=r"compute\.precision: bfloat16 .*auto, float32$") as caught:
        device.start(compute(device="cpu", precision="bfloat16"))
    assert "\n" not in str(caught.value)


def test_autocast_changes_products_only() -> None:
    matrix = torch.ones(2, 2)
    with Runtime(torch.device("cpu"), torch.bfloat16).autocast():
        assert (matrix @ matrix).dtype == torch.bfloat16
        assert (matrix + matrix).dtype == torch.float32
    with Runtime(torch.device("cpu"), torch.float32).autocast():
        assert (matrix @ matrix).dtype == torch.float32


def test_generators_depend_on_their_key_alone(runtime: Runtime) -> None:
    def draw(*key: int) -> list[float]:
        return torch.rand(4, generator=runtime.generator(*key)).tolist()

    first = draw(1, 2)
    torch.rand(3)
    assert draw(1, 2) == first
    assert draw(2, 1) != first
    assert draw(1, 3) != first


def test_stream_seeds_differ_and_fit_a_generator() -> None:
    keys = [*product(range(6), range(1, 6)), *product(range(4), range(4), range(1, 4))]
    seeds = {stream_seed(*key) for key in keys}
    assert len(seeds) == len(keys)
    assert all(0 <= seed < 2**63 for seed in seeds)
    # numbers that may not change: results that are cached come from them
    assert stream_seed(3, 4) == 721994511713179690
    assert stream_seed(7, 0, 1) == 9066065975974393747
    assert stream_seed(2**63 - 1, 1) != stream_seed(2**63 - 2, 1)  # a seed may be a key again
    bits = sum(f"{seed:063b}".count("1") for seed in seeds) / len(seeds)
    assert 30 < bits < 33  # of 63: as even as coin tosses
