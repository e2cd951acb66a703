"""data/model: what `export` makes of the classifier that the report put aside."""

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from made_stages import SPECS, trained

import semisup
from semisup.compute.device import Runtime
from semisup.data.dataset import ROLES, ImageData
from semisup.export.build import export
from semisup.model.parts import parts_of
from semisup.params.loading import Params
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
ALWAYS = {"classifier.json", "model.safetensors", "encoder.safetensors", "MODEL_CARD.md"}


@pytest.fixture
def data(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
) -> ImageData:
    """Of a project whose report has put a fine-tuned classifier aside; with options, if any."""
    monkeypatch.chdir(tmp_path)
    options = dict(getattr(request, "param", {}))
    spec = SPECS[options.pop("spec", "pixels")]
    made = make_data(**options)
    stage, _ = trained("finetune", "rotation", made, spec, [8])
    outputs.ADVISED.mkdir()
    parts_of(stage, "finetune", "rotation", 2).copy(outputs.ADVISED)
    return made


def test_all_files_say_the_same(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime
) -> None:
    line = export(make_params({}), data, runtime, tmp_path)
    assert line.startswith("data/model: finetune of rotation, 2 labels per class, ")
    assert "model.onnx differs by at most" in line
    assert {path.name for path in tmp_path.iterdir()} >= ALWAYS | {"model.onnx"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o644}
    images = np.array(data.images[data.test])
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    (shares,) = session.run(None, {"images": images})
    model = semisup.load(tmp_path)
    with torch.no_grad():
        np.testing.assert_allclose(model(torch.from_numpy(images)).numpy(), shares, atol=1e-5)
    right = (shares.argmax(axis=1) == data.labels[data.test]).mean()
    card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    assert f"| test | {len(images)} | {100 * right:.1f} % |" in card
    assert f"{100 * right:.1f} % right on test" in line


def test_without_onnx_and_the_same_bytes_each_time(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime
) -> None:
    params = make_params({"export.onnx": False})
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        export(params, data, runtime, tmp_path / name)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert files.keys() == ALWAYS
    assert files == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert "onnx" not in files["MODEL_CARD.md"].decode()


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (
            {"export.precision": 0.99},
            "on 12 validation images, none has 100 or more answers above it of which 99 % are "
            "right: every answer is called unsure",
        ),
        ({"export.precision": 1.0}, "is enough to promise 100 % right answers: every answer"),
        ({"export.precision": 0.1}, "10.0 % were right on validation"),
    ],
)
def test_the_card_says_what_unsure_means(
    data: ImageData,
    tmp_path: Path,
    make_params: Make,
    runtime: Runtime,
    edits: dict[str, float],
    said: str,
) -> None:
    export(make_params({"export.onnx": False} | edits), data, runtime, tmp_path)
    card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    assert said in " ".join(card.split())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "2 per class, 6 in all; 12 more for validation"),
        ({"validation": 0}, "2 per class, 18 in all, 12 of them for validation"),
    ],
    indirect=["data"],
)
def test_the_card_counts_labels_for_validation_once(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime, said: str
) -> None:
    export(make_params({"export.onnx": False}), data, runtime, tmp_path)
    assert f"| labels | {said} |" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "0 to 255 become 0 to 1, then (0."),
        ({"spec": "lightness"}, "then only the lightness L of CIE Lab is used, as (L - 50)"),
        (
            {"spec": "of others"},
            "images are brought to 32 x 32 pixels by bicubic interpolation and clipped to 0 to "
            "1, (0.5000, 0.4000, 0.3000) is subtracted",
        ),
        (
            {"spec": "of others", "channels": 1, "size": 48},
            "interpolation with antialiasing and clipped to 0 to 1, grey is repeated to three "
            "channels, (0.5000",
        ),
        ({"spec": "of others", "size": 32}, "0 to 255 become 0 to 1, then (0.5000"),
    ],
    indirect=["data"],
)
def test_the_card_says_what_is_done_to_pixels(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime, said: str
) -> None:
    export(make_params({"export.onnx": False}), data, runtime, tmp_path)
    assert said in " ".join((tmp_path / "MODEL_CARD.md").read_text("utf-8").split())


def test_the_card_names_classes_without_a_test_image(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime
) -> None:
    params = make_params({"export.onnx": False})
    export(params, data, runtime, tmp_path)
    said = "on test say nothing of classes without a test image"
    assert said not in (tmp_path / "MODEL_CARD.md").read_text("utf-8")
    roles = data.role.copy()
    roles[data.test[data.labels[data.test] == 1]] = ROLES.index("left_out")
    export(params, dataclasses.replace(data, role=roles), runtime, tmp_path)
    assert f"{said}: class 1.\n" in (tmp_path / "MODEL_CARD.md").read_text("utf-8")


def test_the_card_of_uneven_classes_shows_what_is_right_on_average_over_them(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime
) -> None:
    """A table whose rows have as many cells as its header, with and without that column."""
    params = make_params({"export.onnx": False})
    roles = data.role.copy()
    roles[data.test[data.labels[data.test] == 1][1:]] = ROLES.index("left_out")
    uneven = dataclasses.replace(data, role=roles)
    for made, there in ((data, False), (uneven, True)):
        export(params, made, runtime, tmp_path)
        card = (tmp_path / "MODEL_CARD.md").read_text("utf-8")
        header, _, validation, test = re.findall(r"^(?=\|.*\|.*\|.*\|.*\|).*$", card, re.MULTILINE)
        assert header.count("|") == validation.count("|") == test.count("|")
        assert ("| accuracy | balanced accuracy | calibration" in header) == there
        assert ("The classes differ much" in card) == there
    images, labels = np.array(uneven.images[uneven.test]), uneven.labels[uneven.test]
    answers = semisup.load(tmp_path)(torch.from_numpy(images)).argmax(dim=1).numpy()
    recalls = [(answers[labels == label] == label).mean() for label in range(3)]
    right = (answers == labels).mean()
    assert f"| test | 11 | {100 * right:.1f} % | {100 * np.mean(recalls):.1f} % |" in card


def test_the_report_has_not_run(
    data: ImageData, tmp_path: Path, make_params: Make, runtime: Runtime
) -> None:
    (outputs.ADVISED / "result.json").unlink()
    with pytest.raises(UserError, match=r"data/advised/result\.json: not there yet"):
        export(make_params({}), data, runtime, tmp_path)
