"""What active learning gains: heads trained on chosen labels against heads on random ones.

Neither strategy knows a class before it has chosen, so that here, unlike with `label_budgets`, a
budget is a number of labels in all: classes may have more, fewer, or none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from semisup.choose.typical import at_random, typical
from semisup.classify.budget import BudgetRun
from semisup.classify.draws import train_draws
from semisup.classify.evaluation import scores
from semisup.classify.parallel import side_by_side
from semisup.compute.device import Runtime, stream_seed
from semisup.data.dataset import ImageData, Ints, LabelledSet
from semisup.features.stored import Features, FeatureSet
from semisup.head import head_learner
from semisup.params.loading import Params
from semisup.workflow import outputs

RESULT_COLUMNS = [
    "strategy",
    "budget",
    "draw",
    "candidates",
    "labels",
    "classes_covered",
    "validation_top1",
    "top1",
    "balanced_accuracy",
]
SELECTION_COLUMNS = ["strategy", "budget", "draw", "rank", "id"]


class Strategy(NamedTuple):
    """A strategy at a budget of labels per class on average."""

    strategy: str
    budget: int


@dataclass(frozen=True)
class Candidates:
    """Train images whose labels are hidden: ids (n,), and points (n, d) by which they are alike."""

    ids: Ints
    points: Features

    @classmethod
    def of(cls, features: FeatureSet, points: Features, left_out: Ints) -> "Candidates":
        """All train images but those of some positions; points: of train images, then others."""
        kept = ~np.isin(features.train_ids, left_out)
        return cls(features.train_ids[kept], points[: len(kept)][kept])


@dataclass(frozen=True)
class ChosenRun(BudgetRun):
    """A run whose labelled images were chosen."""

    chosen: list[LabelledSet]

    def labelled_sets(self) -> list[LabelledSet]:
        """The chosen images of each draw."""
        return self.chosen


def compare(
    task: str,
    params: Params,
    data: ImageData,
    features: FeatureSet,
    candidates: Candidates,
    runtime: Runtime,
    folder: Path,
) -> None:
    """Write results.csv, a row per strategy, budget and draw, and selections.csv.

    Without budgets that take all candidates: there is nothing to choose.

    Args:
        task: whose features these are.
        params: the sections `choose` and `head`.
        data: labels, to train and score with.
        features: of the frozen encoder.
        candidates: images to choose from.
        runtime: device, memory.
        folder: to write to.
    """
    chosen = _choose(task, params, data, candidates.points, runtime)
    rows: list[dict[str, object]] = []
    listed: list[dict[str, object]] = []
    for each, numbers in chosen.items():
        sets = [LabelledSet(candidates.ids[some], data.validation) for some in numbers]
        seed = stream_seed(params.seed, *b"choose", *task.encode(), each.budget)
        run = ChosenRun(
            method=each.strategy,
            task=task,
            budget=each.budget,
            params=params,
            data=data,
            runtime=runtime,
            seed=seed,
            chosen=sets,
        )
        rows += ({"candidates": len(candidates.ids), **row} for row in _rows(run, features))
        listed += [
            {**each._asdict(), "draw": draw, "rank": rank, "id": int(position)}
            for draw, labelled in enumerate(sets)
            for rank, position in enumerate(labelled.train)
        ]
    outputs.write_table(folder / outputs.RESULTS, rows, RESULT_COLUMNS)
    outputs.write_table(folder / outputs.SELECTIONS, listed, SELECTION_COLUMNS)


def _choose(
    task: str, params: Params, data: ImageData, points: Features, runtime: Runtime
) -> dict[Strategy, list[Ints]]:
    """For each strategy the numbers of the chosen points, best first, of every draw."""
    settings = params.choose
    counts = {budget: budget * len(data.classes) for budget in settings.budgets}
    counts = {b: count for b, count in counts.items() if count < len(points)}  # else no choice

    def of_draw(draw: int) -> dict[Strategy, Ints]:
        seed = stream_seed(params.seed, *b"choose", *task.encode(), draw)
        rows = torch.from_numpy(np.array(points, np.float32)).to(runtime.device)
        none = np.empty(0, np.int64)
        picked = {}
        for budget, count in counts.items():
            picks = typical(rows, none, count, settings.most_clusters, runtime, seed)
            picked[Strategy(outputs.TYPICAL, budget)] = np.array([pick.number for pick in picks])
            picked[Strategy(outputs.RANDOM, budget)] = at_random(len(points), count, seed)
        return picked

    draws = range(settings.draws)
    found = list(side_by_side([partial(of_draw, draw) for draw in draws], runtime.device))
    return {each: [picked[each] for picked in found] for each in found[0]}


def _rows(run: ChosenRun, features: FeatureSet) -> Iterator[dict[str, object]]:
    """Of each draw, scored once on test by the head as validation chose it."""
    learner = partial(head_learner, run, [features])
    for one in train_draws(run, learner, run.params.head):
        found = scores(one.test_logits, run.data.labels[run.data.test])
        labels = one.labelled.train
        yield {
            "strategy": run.method,
            "budget": run.budget,
            "draw": one.draw,
            "labels": len(labels),
            "classes_covered": len(np.unique(run.data.labels[labels])),
            "validation_top1": one.fit.best.merit if one.fit.best else float("nan"),
            "top1": found.top1,
            "balanced_accuracy": found.balanced_accuracy,
        }
