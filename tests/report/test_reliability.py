"""How far answers can be trusted: against the classifier as a whole, image by image."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from made_stages import SPECS, trained

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features import stored
from semisup.model.calibration import probabilities
from semisup.model.parts import parts_of
from semisup.model.trained import calibrated, logits_of
from semisup.params.loading import Params
from semisup.report import reliability
from semisup.workflow import outputs

MakeData, Make = Callable[..., ImageData], Callable[..., Params]


def embedded(task: str, data: ImageData, network: torch.nn.Module) -> None:
    """Features of labelled images, as `embed` leaves them; the network is that of draw 1."""
    folder = outputs.folder_of("embed", task)
    own = outputs.of_repeat(folder, 1)
    own.mkdir(parents=True)
    train = data.ranked_below(6)
    of = {stored.TRAIN: train, stored.VALIDATION: data.validation, stored.TEST: data.test}
    of[stored.POOL] = data.pool[:1]
    for name, positions in of.items():
        pixels = torch.from_numpy(data.images[positions].astype(np.float32)).permute(0, 3, 1, 2)
        with torch.no_grad():
            features = network.features(pixels / 255).numpy().astype(np.float16)
        if name == stored.TRAIN:
            features = np.stack([features, features + 1], axis=1)
        np.save(own / name, features)
        np.save(folder / name, -features)
    for place in (folder, own):
        np.save(place / stored.TRAIN_IDS, train)
        np.save(place / stored.POOL_IDS, data.pool[:1])


@pytest.mark.parametrize("validation", [4, 0], ids=["separate", "within the budget"])
@pytest.mark.parametrize(
    ("method", "task", "hidden"),
    [("head", "rotation", [8]), ("spread", "rotation", []), ("finetune", "rotation", [8])],
)
def test_answers_are_those_of_the_whole_classifier(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
    validation: int,
    method: str,
    task: str,
    hidden: list[int],
) -> None:
    monkeypatch.chdir(tmp_path)
    data = make_data(validation=validation)
    params = make_params({"export.precision": 0.55, "split.within_budget_fraction": 0.5})
    stage, network = trained(method, task, data, SPECS["pixels"], hidden)
    embedded(task, data, network)
    parts = parts_of(stage, method, task, 2)
    found = reliability.of_parts(parts, data, params, runtime)
    whole, promised = calibrated(parts, data, params, runtime)
    logits = logits_of(whole, data, data.test, runtime)
    sure = probabilities(logits, whole.about.temperature).max(axis=1)
    assert found.positions.tolist() == data.test.tolist()
    assert found.temperature == pytest.approx(whole.about.temperature, rel=0.02)
    np.testing.assert_allclose(found.confidences, sure, atol=0.01)
    np.testing.assert_allclose(found.raw, probabilities(logits, 1.0).max(axis=1), atol=0.01)
    assert found.predicted.tolist() == logits.argmax(axis=1).tolist()
    assert found.right.tolist() == (found.predicted == data.labels[data.test]).tolist()
    assert found.promised.images == promised.images == 3 * (validation or 1)
    assert found.promised.top1 == promised.top1
    assert found.promised.raw_error == pytest.approx(promised.raw_error, abs=0.01)
    assert found.threshold == pytest.approx(whole.about.threshold, abs=0.01)
    assert found.kept.top1 == found.right.mean()


def test_no_more_images_than_a_report_has_time_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_data: MakeData,
    make_params: Make,
    runtime: Runtime,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reliability, "MOST", 6)
    data = make_data()
    stage, _ = trained("finetune", "rotation", data, SPECS["pixels"], [])
    parts = parts_of(stage, "finetune", "rotation", 2)
    found = reliability.of_parts(parts, data, make_params({}), runtime)
    assert (found.promised.images, found.kept.images, len(found.right)) == (6, 6, 6)
