"""Labels that may be wrong: against slow leave-one-out, and by labels swapped on purpose."""

import numpy as np
import pytest
from numpy.typing import NDArray

from semisup.report.findings import suspects as module
from semisup.report.findings.suspects import left_out_scores, suspects

CLASSES = 4


def clouds(
    count: int, seed: int, apart: float = 2.5
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Points around a centre for each class, and their classes."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    centres = rng.normal(size=(CLASSES, 8)) * apart
    return centres[labels] + rng.normal(size=(count, 8)), labels


def swapped(
    labels: NDArray[np.int64], share: float, seed: int
) -> tuple[NDArray[np.int64], set[int]]:
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    wrong = labels.copy()
    wrong[chosen] = (wrong[chosen] + rng.integers(1, CLASSES, len(chosen))) % CLASSES
    return wrong, {int(n) for n in chosen}


def test_scores_are_those_of_ridge_regression_without_the_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, labels = clouds(40, 0)
    centred = points - points.mean(axis=0)
    scale = np.sqrt((centred**2).sum(axis=1).mean())
    wanted = np.eye(CLASSES)[labels]
    slow = {}
    for penalty in module.PENALTIES:
        scores = np.zeros_like(wanted)
        for n in range(len(points)):
            rest = np.arange(len(points)) != n
            x, y = centred[rest] / scale, wanted[rest]
            mean, level = x.mean(axis=0), y.mean(axis=0)
            x = x - mean
            weights = np.linalg.solve(x.T @ x + penalty * np.eye(8), x.T @ (y - level))
            scores[n] = (centred[n] / scale - mean) @ weights + level
        slow[penalty] = scores
    best = min(slow.values(), key=lambda scores: float(((scores - wanted) ** 2).sum()))
    for at_once in (module.AT_ONCE, 7 * CLASSES, 1):
        monkeypatch.setattr(module, "AT_ONCE", at_once)
        found = np.concatenate([*left_out_scores(points, labels, CLASSES)])
        assert np.allclose(found, best, atol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_swapped_labels_are_found_with_their_true_class(seed: int) -> None:
    points, labels = clouds(400, seed)
    wrong, chosen = swapped(labels, 0.05, seed)
    found = suspects(points, wrong, np.arange(400), CLASSES).found
    listed = {each.position for each in found}
    assert len(listed & chosen) >= 0.7 * len(chosen), "recall"
    assert len(listed & chosen) >= 0.8 * len(listed), "precision"
    of_swapped = [each for each in found if each.position in chosen]
    right = [each for each in of_swapped if each.suggested == labels[each.position]]
    assert len(right) >= 0.9 * len(of_swapped), "the true class is suggested"
    assert all(each.label == wrong[each.position] for each in found)
    margins = [each.margin for each in found]
    assert margins == sorted(margins, reverse=True)


def test_nothing_is_found_where_classes_are_far_apart() -> None:
    points, labels = clouds(200, 1, apart=8)
    found = suspects(points, labels, np.arange(200), CLASSES)
    assert (found.images, found.found, found.more) == (200, [], 0)


def test_the_list_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    points, labels = clouds(400, 0)
    wrong, _ = swapped(labels, 0.05, 0)
    every = suspects(points, wrong, np.arange(400), CLASSES)
    monkeypatch.setattr(module, "MOST", 3)
    short = suspects(points, wrong, np.arange(400), CLASSES)
    assert short.found == every.found[:3]
    assert short.more == len(every.found) - 3


@pytest.mark.parametrize("labels", [[], [0], [0, 0, 0, 0], [0, 0, 1, 1]])
def test_few_images_tell_nothing(labels: list[int]) -> None:
    points = np.random.default_rng(0).normal(size=(len(labels), 8))
    classes = np.array(labels, np.int64)
    found = suspects(points, classes, np.arange(len(labels)), CLASSES)
    assert (found.images, found.found) == (0, []), "nothing was judged"


def test_images_of_classes_with_too_few_are_not_judged() -> None:
    points, labels = clouds(40, 0)
    labels[:2] = CLASSES
    found = suspects(points, labels, np.arange(40), CLASSES + 1)
    assert (found.images, found.found) == (38, [])
    labels[2] = CLASSES
    assert suspects(points, labels, np.arange(40), CLASSES + 1).images == 40
