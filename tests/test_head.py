"""Heads on stored features: what they read, learn and write."""

import csv
import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from learners import cross_entropy_of

from semisup import embed
from semisup.classify import results
from semisup.classify.budget import BudgetRun
from semisup.classify.draws import train_draws
from semisup.classify.evaluation import scores
from semisup.classify.layers import build_head
from semisup.compute.device import Runtime
from semisup.compute.weights import load_weights
from semisup.data.dataset import ImageData
from semisup.features.stored import FeatureSet
from semisup.head import head_learner
from semisup.network import encoders
from semisup.network.encoders import EncoderSpec
from semisup.params.data_sections import Augment
from semisup.params.loading import Params
from semisup.workflow.errors import UserError

MakeData, MakeAugment = Callable[..., ImageData], Callable[..., Augment]
Make = Callable[..., Params]
MakeRun = Callable[..., BudgetRun]
HEAD = {
    "head.hidden": [8],
    "head.epochs": 10,
    "head.batch_size": 8,
    "head.min_updates": 40,
    "head.dropout": 0.1,
    "head.patience": 4,
    "embed.pool": 1,
    "embed.views": 2,
}


@pytest.fixture
def stored(
    make_augment: MakeAugment,
    make_params: Make,
    runtime: Runtime,
    tmp_path: Path,
) -> Callable[[ImageData], FeatureSet]:
    def store(data: ImageData) -> FeatureSet:
        encoder = encoders.make(EncoderSpec("small"), data, 0)
        augmentation = make_augment(shift=0.1)
        settings = make_params(HEAD).embed
        embed.embed(encoder, data, settings, augmentation, runtime, 0, tmp_path)
        return FeatureSet.read(tmp_path)

    return store


def test_features_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"train\.npy: not there yet; run `dvc repro`"):
        FeatureSet.read(tmp_path / "features")


def test_rows_of_train_images(
    make_data: MakeData, stored: Callable[[ImageData], FeatureSet], runtime: Runtime
) -> None:
    found = stored(make_data())
    assert isinstance(found.train, np.memmap)
    positions = found.train_ids[[5, 0, 3]]
    expected = torch.from_numpy(found.train[[5, 0, 3]].copy())
    assert (found.per_image, found.width) == (3, 128)
    for memory in (2**20, 10):
        bounded = dataclasses.replace(runtime, memory=memory)
        rows = found.of_train(positions, bounded)
        assert torch.equal(rows.read(slice(None)), expected.flatten(0, 1))
        assert torch.equal(rows.read(torch.tensor([4, 8])), expected[[1, 2], [1, 2]])
        plain = found.plain_of_train(positions, bounded)
        assert torch.equal(plain.read(slice(None)), expected[:, 0])


def test_learner(
    make_data: MakeData,
    make_params: Make,
    stored: Callable[[ImageData], FeatureSet],
    make_run: MakeRun,
    runtime: Runtime,
) -> None:
    data = make_data()
    selection = data.labelled_set(4, 1, 0.25)
    found = stored(data)
    make = partial(head_learner, make_run(make_params(HEAD), data), [found])
    one = make(1, selection)
    one.network.eval()
    logits = cross_entropy_of(one).train_logits(torch.arange(7))
    assert logits.shape == (7, 3)
    assert logits.dtype == torch.float32
    logits.sum().backward()
    assert all(p.grad is not None for p in one.network.parameters())
    # each image is shown by one of its three stored views, not always the same
    rows = found.of_train(selection.train[:7], runtime)
    every = one.network(rows.read(slice(None)).float())
    every = every.view(7, 3, 3)
    views = set()
    for _ in range(10):
        shown = cross_entropy_of(one).train_logits(torch.arange(7))
        near = (every - shown[:, None]).abs().amax(dim=2)
        assert near.amin(dim=1).max() < 1e-4
        views |= set(near.argmin(dim=1).tolist())
    assert views == {0, 1, 2}
    validation = one.validation_logits()
    assert validation.shape == (len(data.validation), 3)
    assert torch.equal(validation, one.validation_logits())
    assert not validation.requires_grad
    expected = one.network(torch.from_numpy(found.validation.copy()).float())
    assert torch.equal(validation, expected)
    assert one.test_logits().shape == (len(data.test), 3)
    # weights depend on seed and draw
    again, other = make(1, selection), make(0, selection)
    for name, value in again.network.state_dict().items():
        assert torch.equal(value, one.network.state_dict()[name])
    assert not torch.equal(again.network[0].weight, other.network[0].weight)


def test_validation_out_of_the_budget_sees_plain_views(
    make_data: MakeData,
    make_params: Make,
    stored: Callable[[ImageData], FeatureSet],
    make_run: MakeRun,
) -> None:
    data = make_data(validation=0)
    selection = data.labelled_set(4, 0, 0.25)
    assert len(selection.validation) == 3
    found = stored(data)
    one = head_learner(make_run(make_params(HEAD), data), [found], 0, selection)
    one.network.eval()
    rows = np.searchsorted(found.train_ids, selection.validation)
    expected = one.network(torch.from_numpy(found.train[rows, 0]).float())
    assert torch.equal(one.validation_logits(), expected)


def test_draws_are_trained_scored_and_written(
    make_data: MakeData,
    make_params: Make,
    stored: Callable[[ImageData], FeatureSet],
    make_run: MakeRun,
    tmp_path: Path,
) -> None:
    data, params = make_data(), make_params(HEAD | {"draws": 2})
    found = stored(data)
    run = make_run(params, data)
    make = partial(head_learner, run, [found])
    train = partial(train_draws, run, make, params.head)
    trained = list(train())
    assert [one.draw for one in trained] == [0, 1]
    # the logits are those of the weights that validation chose
    for one in trained:
        network = make(one.draw, one.labelled).network.eval()
        network.load_state_dict({k: torch.from_numpy(v) for k, v in one.weights.items()})
        with torch.no_grad():
            logits = network(torch.from_numpy(found.test.copy()).float())
            held = network(torch.from_numpy(found.validation.copy()).float())
        assert np.array_equal(one.test_logits, logits.numpy())
        accuracy = (held.argmax(dim=1).numpy() == data.labels[data.validation]).mean()
        assert one.fit.best is not None
        assert one.fit.best.merit == pytest.approx(accuracy)
        assert one.fit.best.merit == max(row.heldout_merit for row in one.fit.rows)
        assert scores(one.test_logits, data.labels[data.test]).top1 > 0.7  # the colours tell
    for one, two in zip(trained, train(), strict=True):
        assert np.array_equal(one.test_logits, two.test_logits)

    out = tmp_path / "out"
    out.mkdir()
    results.write(run, iter(trained), out)
    assert {path.name for path in out.iterdir()} == {
        *("results.csv", "history.csv", "predictions.npy"),
        *("head_0.safetensors", "head_1.safetensors"),
    }
    rows = list(csv.DictReader((out / "results.csv").open()))
    assert [row["draw"] for row in rows] == ["0", "1"]
    for row, one in zip(rows, trained, strict=True):
        assert (row["method"], row["task"], row["budget"]) == ("head", "rotation", "4")
        assert row["labels_used"] == "12"
        assert row["validation_labels"] == "12"
        assert row["updates"] == str(one.fit.updates)
        assert row["kept"] == str(one.fit.kept)
        assert 0 < one.fit.kept <= one.fit.updates
        top1 = (one.test_logits.argmax(axis=1) == data.labels[data.test]).mean()
        assert float(row["top1"]) == pytest.approx(top1, abs=1e-6)
        assert row["top5"] == ""  # three classes only
    history = list(csv.DictReader((out / "history.csv").open()))
    assert len(history) == sum(len(one.fit.rows) for one in trained)
    predictions = np.load(out / "predictions.npy")
    expected = [one.test_logits.argmax(axis=1) for one in trained]
    assert np.array_equal(predictions, expected)
    restored = build_head(128, [8], 3, 0.1, 99)
    load_weights(restored, out / "head_1.safetensors")
    with torch.no_grad():
        logits = restored.eval()(torch.from_numpy(found.test.copy()).float()).numpy()
    assert np.array_equal(logits, trained[1].test_logits)


def test_without_validation_images_the_last_weights_are_kept(
    make_data: MakeData,
    make_params: Make,
    stored: Callable[[ImageData], FeatureSet],
    make_run: MakeRun,
) -> None:
    data = make_data(validation=0)
    params = make_params(HEAD | {"head.hidden": [], "draws": 2})
    run = make_run(params, data, budget=1)  # one label per class: none to spare
    make = partial(head_learner, run, [stored(data)])
    trained = list(train_draws(run, make, params.head))
    assert len(trained) == 2
    for one in trained:
        assert len(one.labelled.validation) == 0
        assert one.fit.best is None
        assert one.fit.updates == 40  # no early stop
        assert np.isfinite(one.test_logits).all()
