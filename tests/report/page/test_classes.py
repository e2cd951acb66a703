"""Per class: recall, precision, the confusion matrix."""

import numpy as np
import pytest

from semisup.report.page import classes

NAMES = ["a", "b", "c"]
COUNTS = {
    1: np.array([[1, 1, 0], [0, 2, 0], [2, 0, 0]]),
    4: np.array([[2, 0, 0], [1, 1, 0], [0, 1, 3]]),
}


def shares(budget: int, figure: str) -> dict[str, float]:
    rows = classes.recall_and_precision(COUNTS, NAMES).rows
    return {r["class"]: r["share"] for r in rows if (r["budget"], r["figure"]) == (budget, figure)}


@pytest.mark.parametrize(
    ("budget", "figure", "expected"),
    [
        (4, "recall", {"a": 100, "b": 50, "c": 75}),
        (4, "precision", {"a": 66.7, "b": 50, "c": 100}),
        (1, "recall", {"a": 50, "b": 100, "c": 0}),
        (1, "precision", {"a": 33.3, "b": 66.7}),  # nothing was called c
    ],
)
def test_shares(budget: int, figure: str, expected: dict[str, float]) -> None:
    assert shares(budget, figure) == expected


@pytest.mark.parametrize(("right", "ends"), [(4, [90, 100]), (3, [70, 100]), (0, [0, 100])])
def test_the_axis_ends_at_all_and_has_a_length(right: int, ends: list[int]) -> None:
    counts = {4: np.array([[right, 4 - right], [4 - right, right]])}
    spec = classes.recall_and_precision(counts, ["a", "b"]).spec
    assert spec["encoding"]["x"]["scale"]["domain"] == ends


def test_the_worst_class_comes_first() -> None:
    table = classes.recall_and_precision(COUNTS, NAMES).table
    assert [row[0] for row in table.rows] == ["b", "c", "a"]


def test_each_row_of_the_matrix_is_a_whole() -> None:
    rows = classes.matrix(COUNTS, NAMES).rows
    for budget in COUNTS:
        for name in NAMES:
            found = [r["share"] for r in rows if (r["budget"], r["true"]) == (budget, name)]
            assert sum(found) == pytest.approx(100)


def test_rows_and_columns_of_the_matrix_are_the_same_though_a_class_is_never_answered() -> None:
    counts = {4: np.array([[3, 0, 0], [2, 1, 0], [1, 2, 0]])}
    encoding = classes.matrix(counts, NAMES).spec["encoding"]
    assert [encoding[axis]["scale"]["domain"] for axis in "xy"] == [NAMES, NAMES]


def test_the_most_frequent_mistakes() -> None:
    table = classes.matrix(COUNTS, NAMES).table
    assert table.rows == [["b", "a", "50.0"], ["c", "b", "25.0"]]


def test_of_many_classes_the_worst_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classes, "MOST_SHOWN", 2)
    assert {row["true"] for row in classes.matrix(COUNTS, NAMES).rows} == {"b", "c"}
    chart = classes.recall_and_precision(COUNTS, NAMES)
    assert {row["class"] for row in chart.rows} == {"b", "c"}
    assert chart.spec["height"] == 2 * 22
    assert len(chart.table.rows) == len(NAMES)


def test_names_are_shown_as_they_are_but_for_their_length() -> None:
    """Two that begin alike stay two."""
    long = "a very long name of a class of "
    names = ["$a$", f"{long}birds", f"{long}fishes"]
    rows = classes.recall_and_precision({4: np.eye(3, dtype=np.int64)}, names).rows
    cut = "a very long name of a \u2026"
    assert {row["class"] for row in rows} == {"$a$", f"{cut} 2", f"{cut} 3"}


def test_a_class_without_test_images_is_last() -> None:
    counts = {4: np.array([[9, 1, 0, 0], [0, 0, 0, 0], [5, 0, 5, 0], [0, 2, 0, 8]])}
    rows = classes.recall_and_precision(counts, ["a", "b", "c", "d"]).table.rows
    assert [row[:2] for row in rows] == [["c", "50.0"], ["d", "80.0"], ["a", "90.0"], ["b", "-"]]
