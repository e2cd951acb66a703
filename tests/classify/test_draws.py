"""Several learning rates, each tried in full: validation chooses, for each draw."""

import dataclasses
import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from semisup.classify import draws
from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import image_learner
from semisup.classify.draws import Trained, train_draws
from semisup.classify.learner import Learner, Targets
from semisup.classify.plans import plans_of
from semisup.data.dataset import BALANCED, LEFT_OUT, ImageData, LabelledSet
from semisup.params.loading import Params
from semisup.params.recipes import Finetune, Recipes
from semisup.supervised import fresh_classifier
from semisup.training.loop import Fit, Objective
from semisup.workflow.errors import Diverged

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
RATES = [1e-9, 0.05]  # of which the first learns nothing
TOO_MUCH = 1e30  # after which the loss is no longer a number
CHANGED = {"draws": 2, "supervised.epochs": 2, "supervised.min_updates": 12}


@pytest.fixture
def train(
    make_data: MakeData, make_params: Make, make_run: MakeRun
) -> Callable[..., list[Trained]]:
    def by(
        rates: list[float], validation: int = 8, budget: int = 4, patience: int | None = None
    ) -> list[Trained]:
        params = make_params(CHANGED | {"supervised.lr": rates})
        data = make_data(validation=validation)
        return trained(make_run(params, data, "supervised", budget), patience)

    return by


def trained(run: BudgetRun, patience: int | None = None) -> list[Trained]:
    recipe: Recipes = run.params.supervised
    if patience:  # which the baseline has not
        own = {name: getattr(recipe, name) for name in Recipes.model_fields}
        recipe = Finetune(**own, lr_if_borrowed=1, start="random_head", patience=patience)

    def learner(draw: int, labelled: LabelledSet) -> Learner:
        return image_learner(run, fresh_classifier(run, draw), draw, labelled)

    return list(train_draws(run, learner, recipe))


def merit(one: Trained) -> float:
    assert one.fit.best is not None
    return one.fit.best.merit


def test_validation_chooses_and_what_is_kept_is_as_if_there_were_no_other(
    train: Callable[..., list[Trained]],
) -> None:
    both = train(RATES)
    alone = [train([rate]) for rate in RATES]
    for draw, one in enumerate(both):
        best = max((runs[draw] for runs in alone), key=merit)
        assert one.lr == best.lr
        assert np.array_equal(one.test_logits, best.test_logits)
        assert all(np.array_equal(one.weights[name], best.weights[name]) for name in one.weights)
        assert one.fit.rows == best.fit.rows
    assert any(one.lr == RATES[1] for one in both)


def test_each_draw_has_random_numbers_of_its_own_and_each_rate_the_same(
    train: Callable[..., list[Trained]], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seeds = draws.fit, []

    def noted(*given: Any, position: int) -> Fit:
        seeds.append(given[4])
        return real(*given, position=position)

    monkeypatch.setattr(draws, "fit", noted)
    train(RATES)
    assert seeds == [seeds[0]] * 2 + [seeds[-1]] * 2
    assert seeds[0] != seeds[-1]


@pytest.mark.parametrize("tests", [1, 5])
def test_validation_counts_classes_alike_where_those_of_test_differ_in_size(
    make_data: MakeData, make_params: Make, make_run: MakeRun, tests: int
) -> None:
    data = make_data(validation=8)
    role = data.role.copy()
    for held, left in ((data.test, tests), (data.validation, 3)):
        role[held[data.labels[held] == 0][left:]] = LEFT_OUT
    data = dataclasses.replace(data, role=role)
    assert (data.headline == BALANCED) == (tests == 1)
    run = make_run(make_params(CHANGED | {"supervised.lr": 1e-9}), data, "supervised")
    images = torch.from_numpy(data.images[data.validation]).permute(0, 3, 1, 2) / 255
    labels = data.labels[data.validation]
    for draw, one in enumerate(trained(run)):
        network = fresh_classifier(run, draw).eval()
        network.load_state_dict({name: torch.tensor(w) for name, w in one.weights.items()})
        right = network(images).argmax(dim=1).numpy() == labels
        recalls = np.mean([right[labels == c].mean() for c in range(3)])
        assert recalls != pytest.approx(right.mean())
        assert merit(one) == pytest.approx(recalls if tests == 1 else right.mean())


def test_what_a_draw_is_trained_by(
    make_data: MakeData, make_params: Make, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own labels, the recipe's smoothing, the plan of a borrowed encoder."""
    short = {"finetune.epochs": 1, "finetune.min_updates": 1, "finetune.lr": 0.01}
    params = make_params(CHANGED | short | {"finetune.label_smoothing": 0.3})
    run, noted, plans = make_run(params, make_data(), "finetune"), [], []
    monkeypatch.setattr(BudgetRun, "borrowed", True)
    real = draws.fit
    monkeypatch.setattr(
        draws, "fit", lambda *given, **more: plans.append(given[1]) or real(*given, **more)
    )

    def learner(draw: int, labelled: LabelledSet) -> Learner:
        one = image_learner(run, fresh_classifier(run, draw), draw, labelled)

        def objective(targets: Targets, smoothing: float) -> Objective:
            noted.append((targets.classes.tolist(), targets.weights, smoothing))
            return one.objective(targets, smoothing)

        return dataclasses.replace(one, objective=objective)

    list(train_draws(run, learner, params.finetune))
    sets = run.labelled_sets()
    assert noted == [(run.data.labels[each.train].tolist(), None, 0.3) for each in sets]
    assert plans == plans_of(params.finetune, 12, borrowed=True) * 2
    assert plans != plans_of(params.finetune, 12) * 2


def test_it_stops_where_patience_ends(train: Callable[..., list[Trained]]) -> None:
    for one, whole in zip(train([0.5], patience=1), train([0.5]), strict=True):
        looks = [(row.heldout_merit, -row.heldout_loss) for row in whole.fit.rows]
        end = next(n for n in range(1, len(looks)) if looks[n] <= max(looks[:n])) + 1
        assert end < len(looks)
        assert one.fit.rows == whole.fit.rows[:end]


def test_each_half_chooses_among_the_rates_for_itself(train: Callable[..., list[Trained]]) -> None:
    for one, first, second in zip(train(RATES), *(train([rate]) for rate in RATES), strict=True):
        for mine, *others in zip(one.fit.turns, first.fit.turns, second.fit.turns, strict=True):
            assert mine == max(others, key=lambda turn: (turn.chosen.merit, -turn.chosen.loss))


def test_a_rate_that_diverges_loses(
    train: Callable[..., list[Trained]], capfd: pytest.CaptureFixture[str]
) -> None:
    for one, other in zip(train([TOO_MUCH, RATES[1]]), train([RATES[1]]), strict=True):
        assert one.lr == RATES[1]
        assert one.fit == other.fit
    assert "lr 1e+30: the loss is no longer a number" in capfd.readouterr().err


def test_where_all_diverge_it_says_so(train: Callable[..., list[Trained]]) -> None:
    with pytest.raises(Diverged, match=r"4, draw 1 of 2, lr 1e\+30: .*lower the learning rate"):
        train([TOO_MUCH, 10 * TOO_MUCH])


def test_without_validation_images_the_first_is_taken(train: Callable[..., list[Trained]]) -> None:
    for one in train(RATES, validation=0, budget=3):  # too few labels to spare any
        assert (one.lr, one.fit.best, one.fit.turns) == (RATES[0], None, ())


def test_images_of_a_rate_that_lost_are_let_go(
    make_data: MakeData, make_params: Make, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the best rate so far and of the one that trains are enough in memory."""
    run = make_run(make_params(CHANGED | {"supervised.lr": [0.05, 1e-9, 1e-8]}), make_data())
    there, alive = weakref.WeakSet[torch.nn.Module](), list[int]()

    def learner(draw: int, labelled: LabelledSet) -> Learner:
        gc.collect()
        one = image_learner(run, fresh_classifier(run, draw), draw, labelled)
        there.add(one.network)
        alive.append(len(there))
        return one

    monkeypatch.setattr(draws, "side_by_side", lambda jobs, _: (job() for job in jobs[:1]))
    list(train_draws(run, learner, run.params.supervised))
    assert alive == [1, 2, 2]
