"""The head, trained on: from the labels alone to pseudo-labels of the pool."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from semisup.classify.budget import BudgetRun
from semisup.classify.learner import Learner, Targets
from semisup.compute.weights import load_weights
from semisup.data.dataset import Ints, LabelledSet
from semisup.data.rows import all_rows_of
from semisup.features.stored import FeatureSet
from semisup.head import feature_learner, untrained_head
from semisup.neighbours.stored import Graph
from semisup.spread.propagation import BYTES_OF_A_LABEL, soft_labels
from semisup.workflow import outputs


def spread_learner(
    run: BudgetRun, of_repeats: Sequence[tuple[FeatureSet, Graph]], draw: int, labelled: LabelledSet
) -> Learner:
    """The draw's trained head, to be trained further on all images of the graph.

    Args:
        run: the sections `head` and `spread`, the device, the seed.
        of_repeats: features of the frozen encoders, which the draws have by turns, and the graphs
            of the same images.
        draw: number of the draw.
        labelled: the draw's images.

    Raises:
        UserError: where the stage `head` has not run.
    """
    features, graph = outputs.of_draw(of_repeats, draw)
    head = untrained_head(run, features.width, 0)
    load_weights(head, run.weights("head", draw))
    stream = run.runtime.generator(run.seed, draw)
    targets, statistics = _targets(run, graph, labelled)
    shown = _shown_of(run, features, stream)
    learner = feature_learner(run, features, labelled, head, shown, stream, targets)
    return dataclasses.replace(learner, pool_statistics=lambda: statistics)


def _shown_of(
    run: BudgetRun, features: FeatureSet, stream: torch.Generator
) -> Callable[[Tensor], Tensor]:
    """Indices (n,) of the graph -> features (n, D), of train images those of a random view."""
    runtime, views, trained = run.runtime, features.per_image, len(features.train_ids)
    train = features.of_train(features.train_ids, runtime)
    pool = all_rows_of(features.pool, runtime)

    def shown(indices: Tensor) -> Tensor:
        view = torch.randint(views, indices.shape, device=runtime.device, generator=stream)
        of_train = indices < trained
        rows = torch.empty(len(indices), features.width, device=runtime.device)
        rows[of_train] = train.read((views * indices + view)[of_train]).float()
        rows[~of_train] = pool.read(indices[~of_train] - trained).float()
        return rows

    return shown


def _targets(
    run: BudgetRun, graph: Graph, labelled: LabelledSet
) -> tuple[Targets, dict[str, float]]:
    """What the labels become; where the pool's own are known, how often they are right."""
    data, device = run.data, run.runtime.device
    indices = _indices(graph.ids, labelled.train)
    settings, labels = run.params.spread, data.labels[labelled.train]
    # the likeliest class by its weight, not all by their shares: these are too even, since labels
    # thin out on their way, and teach doubt
    at_once = run.runtime.rows_at_once(BYTES_OF_A_LABEL * len(graph.ids))
    classes, weights = soft_labels(graph, indices, labels, len(data.classes), settings, at_once)
    in_pool = np.isin(graph.ids, data.pool)  # of the others only the draw's own may be learned from
    weights[~in_pool & ~np.isin(graph.ids, labelled.train)] = 0
    weights[np.isin(graph.ids, labelled.validation)] = 0  # which will judge what was learned
    statistics = {"pool_images": int(in_pool.sum()), "pool_sure": float(weights.mean())}
    known = in_pool & (data.labels[graph.ids] >= 0)
    known[indices] = False
    if known.any():
        right = classes[known] == data.labels[graph.ids[known]]
        statistics["pool_top1"] = float(right.mean())
    targets = Targets(torch.from_numpy(classes).to(device), torch.from_numpy(weights).to(device))
    return targets, statistics


def _indices(ids: Ints, positions: Ints) -> Ints:
    """Where these positions stand among the ids, in which each is once."""
    order = np.argsort(ids)
    return np.asarray(order[np.searchsorted(ids, positions, sorter=order)], np.int64)
