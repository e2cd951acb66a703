"""The comparison from made-up features, in which the classes lie apart."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from semisup.choose.comparison import RESULT_COLUMNS, SELECTION_COLUMNS, Candidates, compare
from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features.stored import FeatureSet
from semisup.params.loading import Params

QUICK = {"head.hidden": [], "head.epochs": 2, "head.min_updates": 20, "choose.draws": 2}
Make = Callable[..., Any]


def feature_set(data: ImageData) -> FeatureSet:
    """Features that tell the class."""
    ids = data.ranked_below(99)
    draw = np.random.default_rng(0)

    def features(positions: np.ndarray) -> np.ndarray:
        plain = 4 * np.eye(3, 8)[data.labels[positions]]
        return (plain + 0.1 * draw.normal(size=plain.shape)).astype(np.float16)

    train = np.stack([features(ids)] * 2, axis=1)
    none = np.empty(0, np.int64)
    return FeatureSet(
        train, ids, train[:0, 0], none, features(data.validation), features(data.test)
    )


def compared(
    data: ImageData, params: Params, runtime: Runtime, folder: Path
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    features, tables = feature_set(data), []
    candidates = Candidates.of(features, features.plain_train, np.empty(0, np.int64))
    compare("rotation", params, data, features, candidates, runtime, folder)
    for name in ("results.csv", "selections.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            tables.append([*csv.DictReader(file)])
    return tables[0], tables[1]


def test_what_is_chosen_is_trained_on_and_scored(
    make_data: Make, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    data = make_data(train=8)
    params = make_params(QUICK | {"choose.budgets": [1, 2]})
    results, selections = compared(data, params, runtime, tmp_path)
    assert [(r["strategy"], r["budget"], r["draw"], r["labels"]) for r in results] == [
        (strategy, budget, draw, str(3 * int(budget)))
        for budget in "12"
        for strategy in ("typical", "random")
        for draw in "01"
    ]
    for row in results:
        way = {key: row[key] for key in ("strategy", "budget", "draw")}
        listed = [s for s in selections if all(s[k] == v for k, v in way.items())]
        positions = [int(one["id"]) for one in listed]
        assert [int(one["rank"]) for one in listed] == [*range(int(row["labels"]))]
        assert {*positions} <= {*data.ranked_below(99)}
        assert len({*positions}) == int(row["labels"])
        assert int(row["classes_covered"]) == len({*data.labels[positions]})
        assert float(row["validation_top1"]) <= 1
    typical = [row for row in results if row["strategy"] == "typical"]
    assert all(row["classes_covered"] == "3" for row in typical)
    assert all(float(row["top1"]) == float(row["balanced_accuracy"]) == 1 for row in typical)


def test_images_that_are_left_out_are_no_candidates(make_data: Make) -> None:
    features = feature_set(make_data())
    points = np.arange(2.0 * len(features.train_ids) + 6).reshape(-1, 2)  # and three of the pool
    found = Candidates.of(features, points, features.train_ids[[0, 4]])
    kept = np.delete(np.arange(len(features.train_ids)), [0, 4])
    assert found.ids.tolist() == features.train_ids[kept].tolist()
    assert found.points.tolist() == points[kept].tolist()


def test_without_validation_images(
    make_data: Make, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(QUICK | {"choose.budgets": [2]})
    results, _ = compared(make_data(validation=0, train=8), params, runtime, tmp_path)
    assert {row["validation_top1"] for row in results} == {""}
    assert all(row["top1"] for row in results)


def test_where_all_images_would_be_labelled_there_is_nothing_to_choose(
    make_data: Make, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(QUICK | {"choose.budgets": [3, 4, 9]})
    results, _ = compared(make_data(train=4), params, runtime, tmp_path)
    assert {(row["candidates"], row["labels"]) for row in results} == {("12", "9")}


def test_same_bytes_again(
    make_data: Make, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(QUICK | {"choose.budgets": [1]})
    tables = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        tables.append(compared(make_data(), params, runtime, tmp_path / name))
    assert tables[0] == tables[1]


def test_no_budgets_no_comparison(
    make_data: Make, make_params: Make, runtime: Runtime, tmp_path: Path
) -> None:
    params = make_params(QUICK | {"choose.budgets": []})
    assert compared(make_data(), params, runtime, tmp_path) == ([], [])
    assert (tmp_path / "results.csv").read_text() == ",".join(RESULT_COLUMNS) + "\n"
    assert (tmp_path / "selections.csv").read_text() == ",".join(SELECTION_COLUMNS) + "\n"
