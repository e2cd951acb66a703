"""Several learning rates, each tried in full: validation chooses, for each draw."""

from collections.abc import Callable

import numpy as np
import pytest

from semisup.classify.budget import BudgetRun
from semisup.classify.classifier import learn_from_images
from semisup.classify.draws import Trained, train_draws
from semisup.classify.learner import Learner
from semisup.data.dataset import ImageData, LabelledSet
from semisup.params.loading import Params
from semisup.supervised import fresh_classifier
from semisup.workflow.errors import Diverged

MakeData, Make, MakeRun = Callable[..., ImageData], Callable[..., Params], Callable[..., BudgetRun]
RATES = [1e-9, 0.05]  # of which the first learns nothing
TOO_MUCH = 1e30  # after which the loss is no longer a number
CHANGED = {"draws": 2, "supervised.epochs": 2, "supervised.min_updates": 12}


@pytest.fixture
def train(
    make_data: MakeData, make_params: Make, make_run: MakeRun
) -> Callable[..., list[Trained]]:
    def by(rates: list[float], validation: int = 8, budget: int = 4) -> list[Trained]:
        params = make_params(CHANGED | {"supervised.lr": rates})
        run = make_run(params, make_data(validation=validation), "supervised", budget)

        def learner(draw: int, labelled: LabelledSet) -> Learner:
            return learn_from_images(run, fresh_classifier(run, draw), draw, labelled)

        return list(train_draws(run, learner, params.supervised))

    return by


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
