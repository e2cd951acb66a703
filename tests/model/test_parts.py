"""Which files one trained classifier consists of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from made_stages import SPECS, trained

from semisup.data.dataset import ImageData
from semisup.model.parts import parts_of
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

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
    folder = outputs.folder_of("pretrain", "rotation")
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


def header_only(content: bytes) -> bytes:
    return content.splitlines(keepends=True)[0]


@pytest.mark.parametrize("task", ["rotation", outputs.NO_TASK])
@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("results.csv", lambda _: b""),
        ("results.csv", header_only),
        ("results.csv", lambda content: header_only(content) + b"head,rotation"),
        ("results.csv", lambda _: b"\xff\xfe\0\0"),
        ("results.csv", lambda _: b"not,a,table\n1,2,3,4\n"),
        ("results.csv", lambda content: content.replace(b"draw", b"drow")),
        ("features.json", lambda _: b""),
        ("features.json", lambda _: b"\xff\xfe"),
        ("_1.safetensors", lambda _: b""),
        ("_1.safetensors", lambda content: content[:500]),
        ("_1.safetensors", lambda _: np.random.default_rng(0).bytes(5000)),
    ],
)
def test_what_is_damaged_is_named(
    make_data: Callable[..., ImageData],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    task: str,
    name: str,
    spoil: Callable[[bytes], bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    method = "supervised" if task == outputs.NO_TASK else "finetune"
    stage, _ = trained(method, task, make_data(), SPECS["pixels"], [8])
    files = [path for path in Path("data").rglob(f"*{name}") if path.parent != stage]
    for path in [*stage.glob(f"*{name}"), *files]:
        path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(UserError, match=rf"^data/.*{name}: damaged.*; run `dvc checkout`"):
        parts_of(stage, method, task, 2).check()
