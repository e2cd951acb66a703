"""Figures of merit against slow loops over plain lists."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from semisup.classify.evaluation import confusion, scores, top_k


def slow_top_k(logits: list[list[float]], labels: list[int], k: int) -> float:
    right = 0
    for row, label in zip(logits, labels, strict=True):
        above = sum(value > row[label] for value in row)
        ties_before = sum(row[other] == row[label] for other in range(label))
        right += above + ties_before < k
    return right / len(labels)


def slow_confusion(predicted: list[int], labels: list[int], classes: int) -> list[list[int]]:
    matrix = [[0] * classes for _ in range(classes)]
    for guess, label in zip(predicted, labels, strict=True):
        matrix[label][guess] += 1
    return matrix


def slow_balanced_accuracy(predicted: list[int], labels: list[int]) -> float:
    recalls = []
    for label in sorted(set(labels)):
        guesses = [p for p, truth in zip(predicted, labels, strict=True) if truth == label]
        recalls.append(guesses.count(label) / len(guesses))
    return sum(recalls) / len(recalls)


def slow_macro_f1(predicted: list[int], labels: list[int]) -> float:
    f1 = []
    for label in sorted({*labels, *predicted}):
        pairs = list(zip(predicted, labels, strict=True))
        true_positive = sum(p == label and t == label for p, t in pairs)
        precision_of = sum(p == label for p, _ in pairs)
        recall_of = sum(t == label for _, t in pairs)
        precision = true_positive / precision_of if precision_of else 0.0
        recall = true_positive / recall_of if recall_of else 0.0
        f1.append(2 * precision * recall / (precision + recall) if true_positive else 0.0)
    return sum(f1) / len(f1)


def example(seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Some logits with ties, some classes that do not occur."""
    rng = np.random.default_rng(seed)
    classes, images = int(rng.integers(2, 12)), int(rng.integers(1, 40))
    logits = rng.normal(size=(images, classes)).round(1).astype(np.float32)
    labels = rng.choice(rng.permutation(classes)[: max(1, classes // 2)], images)
    return logits, labels


@pytest.mark.parametrize("seed", range(30))
def test_against_slow_loops(seed: int) -> None:
    logits, labels = example(seed)
    classes = logits.shape[1]
    rows, truth = logits.tolist(), labels.tolist()
    predicted = [row.index(max(row)) for row in rows]
    found = scores(logits, labels)
    assert found.top1 == pytest.approx(slow_top_k(rows, truth, 1))
    assert found.balanced_accuracy == pytest.approx(slow_balanced_accuracy(predicted, truth))
    assert found.macro_f1 == pytest.approx(slow_macro_f1(predicted, truth))
    if classes < 6:
        assert math.isnan(found.top5)
    else:
        assert found.top5 == pytest.approx(slow_top_k(rows, truth, 5))
    for k in range(1, classes + 1):
        assert top_k(logits, labels, k) == pytest.approx(slow_top_k(rows, truth, k))
    matrix = confusion(np.array(predicted), labels, classes)
    assert matrix.tolist() == slow_confusion(predicted, truth, classes)


def test_the_examples_cover_few_classes_and_absent_ones() -> None:
    drawn = [example(seed) for seed in range(30)]
    assert {logits.shape[1] < 6 for logits, _ in drawn} == {True, False}
    assert any(len(np.unique(labels)) > 2 for _, labels in drawn)


def test_a_case_worked_by_hand() -> None:
    # truth 0 0 0 1, predicted 0 0 1 1, and class 2 never occurs
    logits = np.array([[2, 1, 0], [2, 1, 0], [1, 2, 0], [1, 2, 0]], np.float32)
    found = scores(logits, np.array([0, 0, 0, 1]))
    assert found.top1 == pytest.approx(3 / 4)
    assert found.balanced_accuracy == pytest.approx((2 / 3 + 1) / 2)
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert math.isnan(found.top5)


def test_perfect_and_all_wrong() -> None:
    labels = np.arange(8)
    perfect = scores(np.eye(8, dtype=np.float32), labels)
    assert (perfect.top1, perfect.top5, perfect.balanced_accuracy, perfect.macro_f1) == (1, 1, 1, 1)
    wrong = scores(-np.eye(8, dtype=np.float32), labels)
    assert (wrong.top1, wrong.top5, wrong.balanced_accuracy, wrong.macro_f1) == (0, 0, 0, 0)
