"""Shares of the classes in the pool, from what a classifier says of it."""

import numpy as np
import pytest

from semisup.selftrain.shares import estimated_shares

CONFUSION = np.array([[0.8, 0.15, 0.05], [0.1, 0.7, 0.2], [0.2, 0.2, 0.6]])  # rows: classes


def said(counts: list[int]) -> np.ndarray:
    """On average of so many images of each class."""
    rows = [CONFUSION[label] for label, count in enumerate(counts) for _ in range(count)]
    noise = np.random.default_rng(0).dirichlet([5, 5, 5], len(rows)) - 1 / 3
    return np.array(rows) + 0.1 * noise


@pytest.mark.parametrize("counts", [[400, 400, 400], [900, 100, 200], [30, 1000, 170]], ids=str)
def test_shares_are_found_although_classes_are_mixed_up(counts: list[int]) -> None:
    labels = np.repeat([0, 1, 2], 40)
    found = estimated_shares(said([40] * 3), labels, said(counts))
    truth = np.array(counts) / sum(counts)
    np.testing.assert_allclose(found, truth, atol=0.05)
    naive = said(counts).mean(axis=0)
    if counts[0] != counts[1]:
        assert np.abs(found - truth).max() < 0.5 * np.abs(naive - truth).max()
    assert found.sum() == pytest.approx(1)
    assert (found >= 0).all()


def test_where_nothing_can_be_told_shares_are_equal() -> None:
    lost = np.full((30, 3), 1 / 3)
    found = estimated_shares(lost, np.repeat([0, 1, 2], 10), lost)
    np.testing.assert_allclose(found, 1 / 3, atol=1e-6)


def test_a_class_without_validation_images_is_taken_at_its_word() -> None:
    labels = np.repeat([0, 1], 20)
    known = np.where(labels[:, None] == np.arange(3), 0.9, 0.05)
    pool = np.eye(3)[np.repeat([0, 1, 2], [10, 20, 70])]
    found = estimated_shares(known, labels, pool)
    np.testing.assert_allclose(found, [0.1, 0.2, 0.7], atol=0.08)
