"""From what stages leave behind to the same classifier as a whole, calibrated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from made_stages import SPECS, trained

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.model import calibration
from semisup.model.parts import WEIGHTS, gathered, parts_of
from semisup.model.trained import calibrated, held_images, logits_of, rebuilt
from semisup.model.whole import Whole
from semisup.network import encoders
from semisup.network.entry import Normalise
from semisup.params.loading import Params
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


def test_parts_are_those_of_the_best_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_data: MakeData
) -> None:
    monkeypatch.chdir(tmp_path)
    stage, _ = trained("head", "rotation", make_data(), SPECS["pixels"], [])
    parts = parts_of(stage, "head", "rotation", 2)
    assert (parts.result["draw"], parts.result["validation_top1"]) == (1, 0.75)
    assert parts.files[WEIGHTS] == stage / "head_1.safetensors"
    folder = tmp_path / "copy"
    folder.mkdir()
    parts.copy(folder)
    again = gathered(folder)
    assert again.result == parts.result
    assert again.files.keys() == parts.files.keys()
    for name, path in again.files.items():
        assert path.read_bytes() == parts.files[name].read_bytes()


@pytest.mark.parametrize("missing", ["results.csv", "head_1.safetensors"])
def test_a_stage_that_has_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_data: MakeData, missing: str
) -> None:
    monkeypatch.chdir(tmp_path)
    stage, _ = trained("head", "rotation", make_data(), SPECS["pixels"], [])
    (stage / missing).unlink()
    with pytest.raises(UserError, match=f"{missing}: not there yet"):
        parts_of(stage, "head", "rotation", 2)


@pytest.mark.parametrize(
    ("method", "task", "spec", "hidden", "channels"),
    [
        ("head", "rotation", "pixels", [8], 3),
        ("spread", "rotation", "pixels", [], 1),
        ("finetune", "colorization", "lightness", [8, 4], 3),
        ("finetune", "imagenet", "of others", [], 1),
        ("head", "imagenet", "of others", [8], 3),
        ("supervised", outputs.NO_TASK, "pixels", [8], 3),
    ],
)
def test_rebuilt_as_it_was_trained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
    method: str,
    task: str,
    spec: str,
    hidden: list[int],
    channels: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    data = make_data(channels=channels)
    stage, network = trained(method, task, data, SPECS[spec], hidden)
    whole = rebuilt(parts_of(stage, method, task, 2), data, make_params({}))
    assert whole.about.hidden == hidden
    images = torch.from_numpy(data.images[data.test].astype(np.float32)).permute(0, 3, 1, 2) / 255
    with torch.no_grad():
        expected = network(images)
    found = logits_of(whole, data, data.test, runtime)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)
    whole.write(tmp_path)
    again = Whole.read(tmp_path)
    np.testing.assert_array_equal(logits_of(again, data, data.test, runtime), found)
    assert again.about.as_json() == whole.about.as_json()


def test_what_is_subtracted_is_told_where_training_began_with_weights_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_data: MakeData, make_params: Make
) -> None:
    """Theirs, not the mean of the images at hand."""
    monkeypatch.chdir(tmp_path)
    data, spec = make_data(), SPECS["pixels"]
    stage, network = trained("head", "rotation", data, spec, [])
    entry = network.encoder.entry
    assert isinstance(entry, Normalise)
    entry.set([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])
    encoders.save(network.encoder, spec, outputs.folder_of("pretrain", "rotation"))
    about = rebuilt(parts_of(stage, "head", "rotation", 2), data, make_params({})).about
    np.testing.assert_allclose([about.mean, about.std], [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])


def test_validation_calibrates(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
) -> None:
    monkeypatch.chdir(tmp_path)
    data = make_data(validation=12)
    stage, _ = trained("supervised", outputs.NO_TASK, data, SPECS["pixels"], [8])
    parts = parts_of(stage, "supervised", outputs.NO_TASK, 2)
    params = make_params({"export.precision": 0.5})
    whole, held = calibrated(parts, data, params, runtime)
    logits = logits_of(whole, data, data.validation, runtime)
    labels = data.labels[data.validation]
    assert whole.about.temperature == calibration.temperature(logits, labels)
    assert held.images == 36
    right = logits.argmax(axis=1) == labels
    assert held.top1 == right.mean()
    as_it_is = calibration.probabilities(logits, 1.0).max(axis=1)
    assert held.raw_error == pytest.approx(calibration.calibration_error(as_it_is, right))
    pixels = torch.from_numpy(np.array(data.images[data.validation]))
    with torch.no_grad():
        shares = whole(pixels).numpy()
    np.testing.assert_allclose(
        shares, calibration.probabilities(logits, whole.about.temperature), atol=1e-6
    )
    assert held.error == pytest.approx(calibration.calibration_error(shares.max(axis=1), right))
    limit = calibration.threshold(shares.max(axis=1), right, 0.5)
    assert whole.about.threshold == pytest.approx(limit, abs=1e-6)
    sure = shares.max(axis=1) > whole.about.threshold
    assert held.sure is not None
    assert held.sure.coverage == sure.mean()


def test_validation_out_of_the_budget_is_that_of_the_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_data: MakeData, make_params: Make
) -> None:
    monkeypatch.chdir(tmp_path)
    data = make_data(validation=0)
    stage, _ = trained("supervised", outputs.NO_TASK, data, SPECS["pixels"], [])
    parts = parts_of(stage, "supervised", outputs.NO_TASK, 2)  # draw 1
    held = held_images(parts, data, make_params({"split.within_budget_fraction": 0.5}), 99)
    mine, other = (data.labelled_set(2, draw, 0.5).validation.tolist() for draw in (1, 0))
    assert held.tolist() == mine != other


def test_without_validation_images_nothing_is_promised(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
) -> None:
    monkeypatch.chdir(tmp_path)
    data = make_data(validation=0)
    stage, _ = trained("supervised", outputs.NO_TASK, data, SPECS["pixels"], [])
    parts = parts_of(stage, "supervised", outputs.NO_TASK, 2)
    whole, held = calibrated(parts, data, make_params({}), runtime)  # a quarter of 2 is none
    told: dict[str, Any] = whole.about.as_json()
    assert (told["temperature"], told["threshold"], told["precision"]) == (1.0, None, None)
    assert held.images == 0
