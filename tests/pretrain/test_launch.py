"""More processes than devices are refused; where each has one, they start."""

from collections.abc import Callable

import pytest
import torch

from semisup.params.loading import Params
from semisup.pretrain import launch
from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("kind", "devices", "processes", "said"),
    [
        ("cuda", 1, 2, "2 is more than this machine's 1 cuda device(s); lower it, or set compute"),
        ("cuda", 2, 3, "3 is more than this machine's 2 cuda device(s)"),
        ("mps", 0, 2, "2 is more than this machine's 1 mps device(s)"),
        ("cuda", 2, 2, ""),
        ("cuda", 0, 1, ""),
        ("cpu", 0, 8, ""),
    ],
)
def test_a_device_for_each_process(
    kind: str,
    devices: int,
    processes: int,
    said: str,
    make_params: Callable[..., Params],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[int] = []
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    monkeypatch.setattr(launch, "chosen_device", lambda _: torch.device(kind))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: devices)
    monkeypatch.setattr(launch, "_run_as", started.append)
    compute = make_params({"compute.processes": processes}).compute
    if not said:
        launch.launch(compute)
        assert started == ([processes] if processes > 1 else [])
        return
    with pytest.raises(UserError) as caught:
        launch.launch(compute)
    assert str(caught.value).startswith(f"params.yaml: compute.processes: {said}")
    assert "\n" not in str(caught.value)
    assert started == []


def test_a_process_that_was_started_so_refuses_nothing(
    make_params: Callable[..., Params], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several machines the first has fewer devices than there are processes."""
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr(launch, "chosen_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    launch.launch(make_params({"compute.processes": 2}).compute)
