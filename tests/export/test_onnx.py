"""model.onnx says what torch says, whatever the batch, and nothing of the machine."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx as onnx_library
import onnxruntime
import pytest
import torch
from made_models import SMALL, about, pictures, randomised

from semisup.export import onnx
from semisup.model.whole import Whole
from semisup.workflow.errors import UserError

OF_OTHERS = {
    "backbone": "torchvision/squeezenet1_1",
    "sees": "as_trained",
    "trained": {"side": 32, "mean": [0.5] * 3, "std": [0.2] * 3},
    "taken": {"layer": "features.4", "pool": 2},
}
CASES: dict[str, dict[str, Any]] = {
    "lightness, cells that do not divide": {
        "encoder": SMALL | {"sees": "lightness"},
        "size": 20,
        "pool": 3,
    },
    "enlarged, grey": {"encoder": OF_OTHERS, "channels": 1, "layer": "features.4"},
}


def made(size: int = 16, **edits: Any) -> Whole:
    return randomised(Whole(about(size, **edits)))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of `made()`."""
    folder = tmp_path_factory.mktemp("own")
    assert onnx.write(made(), pictures(9), folder) < 1e-5
    return folder / onnx.FILE


@pytest.fixture
def _ready(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exporter, which takes a second, has done its work: what follows is asked about."""

    class Program:
        def save(self, path: Path, external_data: bool) -> None:
            assert not external_data
            shutil.copyfile(own, path)

    monkeypatch.setattr(onnx, "_exported", lambda *_: Program())


def test_onnx_says_what_torch_says(own: Path) -> None:
    assert_the_same(made(), own)


@pytest.mark.parametrize("case", CASES)
def test_other_networks_too(tmp_path: Path, case: str) -> None:
    whole = made(**CASES[case])
    images = pictures(9, whole.about.image_size, whole.about.channels)
    assert onnx.write(whole, images, tmp_path) < 1e-5
    assert_the_same(whole, tmp_path / onnx.FILE)


def assert_the_same(whole: Whole, path: Path) -> None:
    images = pictures(9, whole.about.image_size, whole.about.channels)
    session = onnxruntime.InferenceSession(path)
    for count in (1, 2, 9):
        (found,) = session.run(["probabilities"], {"images": images[:count]})
        with torch.no_grad():
            expected = whole(torch.from_numpy(images[:count])).numpy()
        assert found.shape == (count, 3)
        assert np.ptp(expected) > 0.2, "else equality would say nothing"
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_it_names_its_classes_and_no_path(own: Path, tmp_path: Path) -> None:
    whole, content = made(), own.read_bytes()
    for path in (onnx.__file__, torch.__file__):
        assert str(Path(path).parent).encode() not in content
    told = {p.key: p.value for p in onnx_library.load(own).metadata_props}
    assert json.loads(told["classes"]) == ["cat", "dog", "eel"]
    assert (json.loads(told["threshold"]), json.loads(told["temperature"])) == (0.6, 1.5)
    assert told["licence"] == whole.about.licence
    assert "ranges" not in told
    onnx.write(whole, pictures(2), tmp_path)
    assert (tmp_path / onnx.FILE).read_bytes() == content, "the same bytes each time"


@pytest.mark.usefixtures("_ready")
def test_it_tells_what_is_black_and_white_of_deep_files(tmp_path: Path) -> None:
    onnx.write(made(ranges={"uint16": (0.0, 4095.0)}), pictures(2), tmp_path)
    told = {p.key: p.value for p in onnx_library.load(tmp_path / onnx.FILE).metadata_props}
    assert json.loads(told["ranges"]) == {"uint16": [0.0, 4095.0]}


class Odd(Whole):
    """With a step that depends on values, which no graph has."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return super().forward(images) if images.float().mean() > 0 else images.float()


def test_what_cannot_be_exported_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^export: model.onnx can't be had .*export.onnx to false"):
        onnx.write(Odd(about()), pictures(2), tmp_path)


@pytest.mark.usefixtures("_ready")
def test_a_model_that_differs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "difference", lambda *_: 0.01)
    with pytest.raises(UserError, match=r"differ by up to 0\.01 from those of torch"):
        onnx.write(made(), pictures(2), tmp_path)


def test_a_model_that_answers_no_number_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In any of its batches."""
    whole, images = made(), pictures(5)
    answers = iter([0.0, np.nan, 0.0])

    class Session:
        def run(self, _: object, inputs: dict[str, Any]) -> tuple[Any]:
            with torch.no_grad():
                right = whole(torch.from_numpy(inputs[onnx.INPUT])).numpy()
            return (right + next(answers),)

    monkeypatch.setattr("onnxruntime.InferenceSession", lambda *_, **__: Session())
    monkeypatch.setattr(onnx, "at_once", lambda *_: 2)
    assert np.isnan(onnx.difference(whole, tmp_path / onnx.FILE, images))
    assert next(answers, None) is None, "one alone, then two by two"
