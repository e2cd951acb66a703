"""The head trained on with what labels became over the pool."""

import csv
import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from learners import cross_entropy_of

from semisup.classify import results
from semisup.classify.budget import BudgetRun
from semisup.classify.draws import train_draws
from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData
from semisup.features.stored import FeatureSet
from semisup.head import head_learner
from semisup.neighbours.find import find_neighbours
from semisup.neighbours.stored import Graph
from semisup.params.loading import Params
from semisup.spread.learner import spread_learner
from semisup.spread.propagation import soft_labels
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
BUDGET = 1
CHANGED = {
    **{"head.hidden": [8], "head.min_updates": 20, "head.batch_size": 8, "head.dropout": 0.0},
    **{"spread.batch_size": 16, "spread.min_updates": 30, "spread.lr": 0.02, "draws": 2},
    **{"neighbours.count": 4, "neighbours.dimensions": 8},
}


@pytest.fixture
def data(make_data: MakeData) -> ImageData:
    """What the pool shows is known, as it is in studies."""
    made = make_data(unlabelled=20)
    truth = made.images.astype(float).mean(axis=(1, 2))
    centres = [truth[made.labels == label].mean(axis=0) for label in range(3)]
    nearest = np.array([[np.abs(row - c).sum() for c in centres] for row in truth]).argmin(axis=1)
    return dataclasses.replace(made, labels=np.where(made.labels < 0, nearest, made.labels))


@pytest.fixture
def features(data: ImageData) -> FeatureSet:
    """The mean colour of each image and some noise: alike images are mostly of one class."""
    draw = np.random.default_rng(0)

    def of(positions: np.ndarray, views: int = 1) -> np.ndarray:
        colour = data.images[positions].mean(axis=(1, 2)) / 50
        whole = np.repeat(colour[:, None], views, axis=1)
        noisy = np.concatenate([whole, np.zeros((*whole.shape[:2], 5))], axis=2)
        return (noisy + draw.normal(size=noisy.shape) * 0.05).astype(np.float16)

    train_ids = data.ranked_below(4)
    pool_ids = np.setdiff1d(data.pool, train_ids)
    pool, validation, test = (of(at)[:, 0] for at in (pool_ids, data.validation, data.test))
    return FeatureSet(of(train_ids, 3), train_ids, pool, pool_ids, validation, test)


@pytest.fixture
def run(
    data: ImageData,
    features: FeatureSet,
    make_run: MakeRun,
    make_params: Make,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> BudgetRun:
    """Of `spread`, where `head` has run."""
    monkeypatch.chdir(tmp_path)
    params = make_params(CHANGED)
    before = make_run(params, data, budget=BUDGET)
    folder = outputs.folder_of("head", "rotation", BUDGET)
    folder.mkdir(parents=True)
    learner = partial(head_learner, before, [features])
    results.write(before, train_draws(before, learner, params.head), folder)
    return make_run(params, data, "spread", BUDGET)


@pytest.fixture
def graph(features: FeatureSet, run: BudgetRun, runtime: Runtime) -> Graph:
    return find_neighbours(features, run.params.neighbours, runtime)[0]


def test_starts_where_the_head_ended(run: BudgetRun, features: FeatureSet, graph: Graph) -> None:
    for draw, labelled in enumerate(run.labelled_sets()):
        learner = spread_learner(run, [(features, graph)], draw, labelled)
        learner.network.eval()
        logits = learner.test_logits().argmax(dim=1).numpy()
        before = np.load(outputs.folder_of("head", "rotation", BUDGET) / outputs.PREDICTIONS)
        assert logits.tolist() == before[draw].tolist()


def test_images_are_shown_by_their_number_in_the_graph(
    run: BudgetRun, features: FeatureSet, graph: Graph
) -> None:
    labelled = run.labelled_sets()[0]
    learner = spread_learner(run, [(features, graph)], 0, labelled)
    learner.network.eval()
    trained = len(features.train_ids)
    numbers = torch.tensor([trained + 2, 1, trained, 0, len(graph.ids) - 1])
    with torch.no_grad():
        pool = learner.network(torch.from_numpy(features.pool[[2, 0, -1]]).float())
        views = learner.network(torch.from_numpy(features.train[[1, 0]]).float().flatten(0, 1))
        seen = set()
        for _ in range(12):
            logits = cross_entropy_of(learner).train_logits(numbers)
            torch.testing.assert_close(logits[[0, 2, 4]], pool)
            near = (views.view(2, 3, 3) - logits[[1, 3], None]).abs().amax(dim=2)
            assert near.amin(dim=1).max() < 1e-5
            seen |= set(near.argmin(dim=1).tolist())
    assert seen == {0, 1, 2}


def test_targets_are_what_the_draws_labels_become(
    run: BudgetRun, data: ImageData, features: FeatureSet, graph: Graph
) -> None:
    labelled = run.labelled_sets()[1]
    learner = spread_learner(run, [(features, graph)], 1, labelled)
    targets, found = cross_entropy_of(learner).targets, learner.pool_statistics()
    assert targets is not None
    assert targets.weights is not None
    numbers = [graph.ids.tolist().index(position) for position in labelled.train]
    labels = data.labels[labelled.train]
    expected = soft_labels(graph, np.array(numbers), labels, 3, run.params.spread, 3)
    assert np.array_equal(targets.classes.numpy(), expected[0])
    assert np.array_equal(targets.weights.numpy(), expected[1])
    others = [n for n in range(len(graph.ids)) if n not in numbers]
    hits = [expected[0][n] == data.labels[graph.ids[n]] for n in others]
    assert found["pool_top1"] == pytest.approx(np.mean(hits))
    assert found["pool_top1"] > 0.6  # chance: 0.33
    assert found["pool_images"] == len(graph.ids)
    assert found["pool_sure"] == pytest.approx(expected[1].mean())


def test_images_that_judge_what_was_learned_are_not_learned_from(
    run: BudgetRun, features: FeatureSet, graph: Graph
) -> None:
    """Those of the budget that are kept for validation, which are images of the pool too."""
    whole = run.labelled_sets()[1]
    held = np.setdiff1d(graph.ids, whole.train)[:3]
    labelled = dataclasses.replace(whole, validation=held)
    one, two = (
        cross_entropy_of(spread_learner(run, [(features, graph)], 1, each)).targets
        for each in (whole, labelled)
    )
    assert one is not None
    assert two is not None
    assert one.weights is not None
    assert two.weights is not None
    judges = torch.from_numpy(np.isin(graph.ids, held))
    assert one.weights[judges].min() > 0
    assert not two.weights[judges].any()
    assert torch.equal(one.weights[~judges], two.weights[~judges])


def test_a_smaller_pool_bounds_what_is_learned_from(
    run: BudgetRun, features: FeatureSet, graph: Graph
) -> None:
    """Training images of other draws are in the graph; labels may flow through them."""
    labelled, kept = run.labelled_sets()[1], graph.ids[::2]
    small = dataclasses.replace(run, data=dataclasses.replace(run.data, pool=kept))
    learner = spread_learner(small, [(features, graph)], 1, labelled)
    targets = cross_entropy_of(learner).targets
    assert targets is not None
    assert targets.weights is not None
    learned = np.isin(graph.ids, [*kept, *labelled.train])
    assert targets.weights.numpy()[learned].min() > 0
    assert not targets.weights.numpy()[~learned].any()
    assert learner.pool_statistics()["pool_images"] == len(kept)


def test_labels_of_the_pool_are_told_of_and_not_used(
    run: BudgetRun, data: ImageData, features: FeatureSet, graph: Graph
) -> None:
    labelled = run.labelled_sets()[0]
    hidden = data.labels.copy()
    hidden[np.setdiff1d(graph.ids, labelled.train)] = -1
    blind = dataclasses.replace(run, data=dataclasses.replace(data, labels=hidden))
    both = [spread_learner(each, [(features, graph)], 0, labelled) for each in (run, blind)]
    one, other = (cross_entropy_of(learner).targets for learner in both)
    assert one is not None
    assert other is not None
    assert torch.equal(one.classes, other.classes)
    assert [("pool_top1" in learner.pool_statistics()) for learner in both] == [True, False]


def test_trained_scored_and_written(
    run: BudgetRun, data: ImageData, features: FeatureSet, graph: Graph, tmp_path: Path
) -> None:
    before = results.judged_before(outputs.folder_of("head", "rotation", BUDGET))

    def train() -> list:
        learner = partial(spread_learner, run, [(features, graph)])
        return list(train_draws(run, learner, run.params.spread, start_judged=before))

    trained = train()
    for one, two in zip(trained, train(), strict=True):
        assert np.array_equal(one.test_logits, two.test_logits)
    results.write(run, iter(trained), tmp_path)
    heads = list(csv.DictReader((outputs.folder_of("head", "rotation", 1) / "results.csv").open()))
    rows = list(csv.DictReader((tmp_path / "results.csv").open()))
    pool_rows = list(csv.DictReader((tmp_path / outputs.POOL_STATISTICS).open()))
    assert [row["draw"] for row in pool_rows] == ["0", "1"]
    for row, head, of_pool in zip(rows, heads, pool_rows, strict=True):
        assert (row["method"], row["labels_used"]) == ("spread", "3")
        if row["kept"] == "0":
            assert row["top1"] == head["top1"]
        assert int(of_pool["pool_images"]) == len(graph.ids)
    assert (tmp_path / "spread_1.safetensors").is_file()


def test_head_that_is_not_there(run: BudgetRun, features: FeatureSet, graph: Graph) -> None:
    (outputs.folder_of("head", "rotation", BUDGET) / "head_0.safetensors").unlink()
    with pytest.raises(UserError, match=r"head_0\.safetensors: not there yet"):
        spread_learner(run, [(features, graph)], 0, run.labelled_sets()[0])


def test_a_head_that_is_kept_is_judged_as_it_was(
    run: BudgetRun, features: FeatureSet, graph: Graph, tmp_path: Path
) -> None:
    """Else what goes on from it would seem better, for validation has chosen it already."""
    folder = outputs.folder_of("head", "rotation", BUDGET)
    learner = partial(spread_learner, run, [(features, graph)])
    harmful = run.params.spread.model_copy(update={"lr": 3.0, "min_updates": 1, "epochs": 1})
    before = results.judged_before(folder)
    trained = train_draws(run, learner, harmful, start_judged=before)
    results.write(run, trained, tmp_path)
    rows, heads = (
        list(csv.DictReader((place / "results.csv").open())) for place in (tmp_path, folder)
    )
    for row, head in zip(rows, heads, strict=True):
        assert (row["kept"], row["lr"]) == ("0", "3")
        assert [row[name] for name in results.TURNS] == [head[name] for name in results.TURNS]
        assert row["validation_top1"] == head["validation_top1"]
