"""The figure that is compared where classes are of equal and of unequal size."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semisup.classify.evaluation import scores
from semisup.data.dataset import ROLES, ImageData
from semisup.report.methods import BASELINE, Way
from semisup.report.tables.headline import (
    EFFECTIVE_VALIDATION,
    HITS,
    SCORE,
    SHARED,
    effective_images,
    in_headline,
    standard_error,
)
from semisup.report.tables.interval import gain
from semisup.workflow import outputs

WAYS = (BASELINE, Way("head", "gan"))
MakeData = Callable[..., ImageData]


@pytest.fixture
def data(make_data: MakeData) -> ImageData:
    return make_data(test=6)


def uneven(data: ImageData) -> ImageData:
    """The same with two of three test images of the first class."""
    labels = data.labels.copy()
    labels[data.test[data.labels[data.test] == 1][:4]] = 0
    labels[data.test[data.labels[data.test] == 2][:4]] = 0
    changed = {name: getattr(data, name) for name in data.__dataclass_fields__}
    return ImageData(**changed | {"labels": labels})


def stored(data: ImageData, folder: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Results of two ways, two draws each, with the predictions that they come from."""
    monkeypatch.chdir(folder)
    draw, rows = np.random.default_rng(0), []
    for way in WAYS:
        labels = data.labels[data.test]
        logits = draw.normal(size=(2, len(labels), 3)).astype(np.float32)
        way.folder(4).mkdir(parents=True)
        np.save(way.folder(4) / outputs.PREDICTIONS, logits.argmax(axis=2).astype(np.uint16))
        for number, each in enumerate(logits):
            found = scores(each, labels)
            rows.append((*way, 4, number, found.top1, found.balanced_accuracy))
    columns = ["method", "task", "budget", "draw", "top1", "balanced_accuracy"]
    return pd.DataFrame(rows, columns=columns)


def test_equal_classes_are_compared_by_accuracy(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = stored(data, tmp_path, monkeypatch)
    found = in_headline(table, data, 0.25)
    assert data.headline == "top1"
    assert found[SCORE].tolist() == table["top1"].tolist()
    assert [hits.mean() for hits in found[HITS]] == pytest.approx(table["top1"].tolist())
    assert HITS not in table


def test_unequal_classes_are_compared_by_balanced_accuracy(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = uneven(data)
    table = stored(data, tmp_path, monkeypatch)
    found = in_headline(table, data, 0.25)
    assert data.headline == "balanced_accuracy"
    assert found[SCORE].tolist() == table["balanced_accuracy"].tolist()
    expected = table["balanced_accuracy"].tolist()
    assert [hits.mean() for hits in found[HITS]] == pytest.approx(expected)


def test_noise_of_balanced_accuracy_is_that_within_classes(
    make_data: MakeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data(classes=2, test=50)
    labels = data.labels.copy()
    labels[data.test] = np.repeat([0, 1], [90, 10])
    changed = {name: getattr(data, name) for name in data.__dataclass_fields__}
    data = ImageData(**changed | {"labels": labels})
    table = stored(data, tmp_path, monkeypatch)
    hits = in_headline(table, data, 0.25)[HITS][0]
    right = np.load(BASELINE.folder(4) / outputs.PREDICTIONS)[0] == data.labels[data.test]
    parts = right[:90], right[90:]
    variances = [np.mean((p - (p.sum() + 1) / (len(p) + 2)) ** 2) / len(p) for p in parts]
    assert standard_error([hits]) == pytest.approx(sum(variances) ** 0.5 / 2, rel=0.01)


@pytest.mark.parametrize(("rare", "clear"), [(1, False), (30, True)])
def test_a_class_of_one_image_gives_no_yes(
    make_data: MakeData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rare: int,
    clear: bool,
) -> None:
    """Of two classes one is never found by the baseline, and always by the other way."""
    data = make_data(classes=2, test=50)
    labels = data.labels.copy()
    labels[data.test] = np.repeat([0, 1], [100 - rare, rare])
    changed = {name: getattr(data, name) for name in data.__dataclass_fields__}
    data = ImageData(**changed | {"labels": labels})
    table = stored(data, tmp_path, monkeypatch).assign(balanced_accuracy=[0.5, 0.5, 1.0, 1.0])
    for way, said in zip(WAYS, (np.zeros(100, int), labels[data.test]), strict=True):
        np.save(way.folder(4) / outputs.PREDICTIONS, np.stack([said, said]).astype(np.uint16))
    found = gain(in_headline(table, data, 0.25), SCORE, WAYS[1], BASELINE, 0.95)[4]
    assert found.mean == pytest.approx(0.5)
    assert found.above_zero == clear


def test_what_draws_have_in_common(
    make_data: MakeData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_data()
    counts = np.bincount(data.labels[data.rank[0] >= 0])
    expected = (np.minimum(counts, 4) ** 2 / counts).sum() / np.minimum(counts, 4).sum()
    found = in_headline(stored(data, tmp_path, monkeypatch), data, 0.25)
    assert found[SHARED].tolist() == [pytest.approx(expected)] * 4


@pytest.mark.parametrize("counts", [(32, 4), (32, 32, 32, 4, 4), (32, 0, 9, 2), (7,)])
def test_images_alike_make_as_much_noise(counts: tuple[int, ...]) -> None:
    """Of a mean of recalls that are binomial."""
    there = np.array([n for n in counts if n])
    variance = (0.8 * 0.2 / there).sum() / len(there) ** 2
    assert 0.8 * 0.2 / effective_images(np.array(counts), balanced=True) == pytest.approx(variance)
    assert effective_images(np.array(counts), balanced=False) == sum(counts)


def test_validation_images_count_like_those_of_test(
    data: ImageData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = stored(data, tmp_path, monkeypatch)
    assert {*in_headline(table, data, 0.25)[EFFECTIVE_VALIDATION]} == {len(data.validation)}
    data = uneven(data)
    counts = np.bincount(data.labels[data.validation])
    assert {*in_headline(table, data, 0.25)[EFFECTIVE_VALIDATION]} == {
        effective_images(counts, balanced=True)
    }
    none = np.where(data.role == ROLES.index("validation"), ROLES.index("train"), data.role)
    within = dataclasses.replace(data, role=none)
    images = within.labelled_set(4, 0, 0.5).validation
    counts = np.bincount(within.labels[images])
    assert {*in_headline(table, within, 0.5)[EFFECTIVE_VALIDATION]} == {
        effective_images(counts, balanced=True)
    }
    assert {*in_headline(table, within, 0.0)[EFFECTIVE_VALIDATION]} == {0}


@pytest.mark.parametrize(("sizes", "headline"), [((3, 2), "top1"), ((31, 20), "balanced_accuracy")])
def test_unequal_begins_beyond_one_and_a_half(
    make_data: MakeData, sizes: tuple[int, int], headline: str
) -> None:
    data = make_data(classes=1, test=sum(sizes))
    labels = data.labels.copy()
    labels[data.test] = np.repeat([0, 1], sizes)
    changed = {name: getattr(data, name) for name in data.__dataclass_fields__}
    assert ImageData(**changed | {"labels": labels}).headline == headline


def test_more_draws_do_not_make_the_test_set_larger() -> None:
    hits = np.random.default_rng(0).random(40) < 0.7
    once, often = standard_error([hits]), standard_error([hits] * 5)
    assert once == pytest.approx(hits.std(ddof=1) / 40**0.5)
    assert often == pytest.approx(once)
