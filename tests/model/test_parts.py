"""Which files one trained classifier consists of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from made_stages import SPECS, trained

from semisup.data.dataset import ImageData
from semisup.model.parts import parts_of
from semisup.workflow import outputs

BEST = 1  # of the draws that `trained` makes up


@pytest.mark.parametrize("encoders", [1, 2, 3])
def test_the_encoder_of_the_best_draw(
    make_data: Callable[..., ImageData],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    encoders: int,
) -> None:
    """Where a task has several, the draws have them by turns."""
    monkeypatch.chdir(tmp_path)
    stage, _ = trained("head", "rotation", make_data(), SPECS["pixels"], [8])
    folder = outputs.pretrain_folder("rotation")
    for number in range(1, encoders):
        outputs.of_repeat(folder, number).mkdir()
    parts = parts_of(stage, "head", "rotation", 2)
    mine = folder if encoders == 1 else folder / "repeat_1"
    assert parts.result["draw"] == BEST
    assert parts.files[outputs.ENCODER] == mine / outputs.ENCODER
    assert parts.files[outputs.PRETEXT] == folder / outputs.PRETEXT


@pytest.mark.parametrize("method", ["finetune", "selftrain"])
def test_a_whole_network_needs_no_encoder(
    make_data: Callable[..., ImageData],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    stage, _ = trained(method, "rotation", make_data(), SPECS["pixels"], [8])
    assert outputs.ENCODER not in parts_of(stage, method, "rotation", 2).files
