"""Train one classifier per draw, the same way for every method."""

import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from semisup.classify.budget import BudgetRun
from semisup.classify.learner import Learner, Targets
from semisup.classify.parallel import side_by_side
from semisup.classify.plans import plans_of
from semisup.classify.validation import Validation
from semisup.compute.device import stream_seed
from semisup.compute.weights import Arrays, to_arrays
from semisup.data.dataset import BALANCED, Ints, LabelledSet
from semisup.params.recipes import Finetune, Head, Recipe, Recipes, Selftrain
from semisup.training import cross_validation
from semisup.training.loop import Fit, Plan, fit
from semisup.training.selection import Selection
from semisup.workflow.errors import Diverged

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Trained:
    """One draw's weights as validation chose them, their logits on test, and the learning rate.

    pool_statistics: by name, of the pool's images that it was trained on; empty where of none.
    """

    draw: int
    labelled: LabelledSet
    weights: Arrays
    fit: Fit
    lr: float
    test_logits: Logits
    pool_statistics: dict[str, float]


class Attempt(NamedTuple):
    """What one learning rate made of a draw's learner."""

    learner: Learner
    fit: Fit
    lr: float


@dataclass(frozen=True)
class _Training:
    """How each draw is trained, by the arguments of `train_draws`; draws: how many there are."""

    run: BudgetRun
    learner: Callable[[int, LabelledSet], Learner]
    recipe: Recipe | Recipes | Selftrain
    start_judged: Mapping[int, Sequence[float]] | None
    draws: int

    def of_draw(self, draw: int, labelled: LabelledSet) -> Trained:
        """Train one draw by the learning rate that validation finds best; its logits on test."""
        plans = plans_of(self.recipe, len(labelled.train), self.run.borrowed)
        plans = plans if len(labelled.validation) else plans[:1]
        one, fitted, rate = _best(self._attempts(draw, labelled, plans))
        logits, weights = one.test_logits().cpu().numpy(), to_arrays(one.network)
        return Trained(draw, labelled, weights, fitted, rate, logits, one.pool_statistics())

    def _attempts(self, draw: int, labelled: LabelledSet, plans: list[Plan]) -> Iterator[Attempt]:
        """Train by each plan in turn; those that diverge are left out, unless all do."""
        problems = []
        for plan in plans:
            try:
                attempt = self._attempt(draw, labelled, plan)
            except Diverged as diverged:
                problems.append(diverged.with_traceback(None))  # which holds the network
            else:
                yield attempt
                del attempt  # its images need not lie in memory while another one trains
        if len(problems) == len(plans):
            raise problems[0]
        for problem in problems:
            print(f"warning: {problem}; another learning rate was taken", file=sys.stderr)

    def _attempt(self, draw: int, labelled: LabelledSet, plan: Plan) -> Attempt:
        run, one = self.run, self.learner(draw, labelled)
        targets = Targets(self._labels(labelled.train))
        fitted = fit(
            one.objective(targets, self.recipe.label_smoothing),
            plan,
            self._selection(one, draw, labelled),
            run.runtime,
            stream_seed(run.seed, draw),
            f"{run}, draw {draw + 1} of {self.draws}, lr {plan.lr:g}",
            position=draw,
        )
        return Attempt(one, fitted, plan.lr)

    def _selection(self, one: Learner, draw: int, labelled: LabelledSet) -> Selection:
        if not len(labelled.validation):
            return Selection(one.network)
        balanced = self.run.data.headline == BALANCED
        validation = Validation(self._labels(labelled.validation), balanced)
        return Selection(
            one.network,
            lambda: validation.score(one.validation_logits()),
            patience=self.recipe.patience if isinstance(self.recipe, Head | Finetune) else None,
            start_counts=self.start_judged is not None,
            start_judged=self.start_judged[draw] if self.start_judged else (),
        )

    def _labels(self, positions: Ints) -> Tensor:
        return torch.from_numpy(self.run.data.labels[positions]).to(self.run.runtime.device)


def train_draws(
    run: BudgetRun,
    learner: Callable[[int, LabelledSet], Learner],
    recipe: Recipe | Recipes | Selftrain,
    start_judged: Mapping[int, Sequence[float]] | None = None,
) -> Iterator[Trained]:
    """Train one network per draw, keep the weights best on validation, run it once on test.

    Where there are several learning rates, each is tried in full and validation chooses among those
    that don't diverge. Without validation images the last weights by the first learning rate are
    kept. Draws are trained side by side where that is faster.

    Args:
        run: method, budget, data, device.
        learner: makes the untrained network of a draw.
        recipe: how long and how fast, and how many evaluations without gain end a training.
        start_judged: by number of the draw, what the halves of validation say of the weights to
            start from, which then validation may choose too; empty where these were not chosen
            before; None: they are not among those to choose from.

    Raises:
        Diverged: where the loss is no longer a number, by any of the learning rates.
    """
    sets = run.labelled_sets()
    training = _Training(run, learner, recipe, start_judged, len(sets))
    jobs = [partial(training.of_draw, draw, labelled) for draw, labelled in enumerate(sets)]
    return side_by_side(jobs, run.runtime.device)


def _best(attempts: Iterator[Attempt]) -> Attempt:
    """The best on validation, of equal ones the first; each half chooses for itself too."""
    best = next(attempts)
    turns = best.fit.turns
    for one in attempts:
        turns = cross_validation.best(turns, one.fit.turns)
        if one.fit.best and one.fit.best.better_than(best.fit.best):
            best = one
        del one  # which may have lost
    return best._replace(fit=dataclasses.replace(best.fit, turns=turns))
