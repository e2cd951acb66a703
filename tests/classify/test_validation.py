"""Scores on validation, in all and by halves, against plain counting."""

import math

import numpy as np
import pytest
import torch

from semisup.classify.validation import Validation

LABELS = [0, 1, 0, 0, 2, 0, 1, 0, 0, 2, 0]  # 7 of class 0, 2 of 1, 2 of 2


def logits(predicted: list[int]) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(predicted), 3).float()


def accuracy(predicted: list[int], part: list[int], balanced: bool) -> float:
    if not balanced:
        return float(np.mean([predicted[n] == LABELS[n] for n in part]))
    classes = {LABELS[n] for n in part}
    of_class = [[predicted[n] == c for n in part if LABELS[n] == c] for c in sorted(classes)]
    return float(np.mean([np.mean(hits) for hits in of_class]))


# every second image of each class, in the order of the classes
FIRST, SECOND = [0, 3, 7, 10, 6, 9], [2, 5, 8, 1, 4]


def loss(predicted: list[int], part: list[int], balanced: bool) -> float:
    """Cross entropy, of which each image counts the same or each class does."""
    values = [math.log(math.e + 2) - (predicted[n] == LABELS[n]) for n in part]
    labels = [LABELS[n] for n in part]
    weights = [1 / labels.count(label) if balanced else 1.0 for label in labels]
    return float(np.average(values, weights=weights))


@pytest.mark.parametrize("balanced", [False, True])
def test_in_all_and_by_halves(balanced: bool) -> None:
    predicted = [0, 1, 0, 1, 2, 0, 0, 2, 0, 0, 0]
    found = Validation(torch.tensor(LABELS), balanced).score(logits(predicted))
    everyone = list(range(len(LABELS)))
    assert found.merit == pytest.approx(accuracy(predicted, everyone, balanced))
    assert found.loss == pytest.approx(loss(predicted, everyone, balanced))
    for half, part in zip(found.halves, (FIRST, SECOND), strict=True):
        assert half.merit == pytest.approx(accuracy(predicted, part, balanced))
        assert half.loss == pytest.approx(loss(predicted, part, balanced))


def test_naming_the_largest_class_is_no_good_when_classes_count_the_same() -> None:
    lazy = logits([0] * len(LABELS))
    assert Validation(torch.tensor(LABELS), True).score(lazy).merit == pytest.approx(1 / 3)
    assert Validation(torch.tensor(LABELS), False).score(lazy).merit == pytest.approx(7 / 11)


def test_a_single_image_is_not_halved() -> None:
    found = Validation(torch.tensor([2]), False).score(logits([2]))
    assert (found.merit, found.halves) == (1.0, ())
    two = Validation(torch.tensor([2, 1]), False).score(logits([2, 2]))
    assert [half.merit for half in two.halves] == [0.0, 1.0]
    assert not math.isnan(two.loss)
