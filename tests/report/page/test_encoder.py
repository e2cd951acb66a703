"""The map of features."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from semisup.report.page import encoder


@pytest.mark.parametrize("directions", [1, 2, 5])
def test_a_map_of_any_number_of_directions(
    directions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "of_image", lambda *_: "data:,")
    points = np.random.default_rng(0).normal(size=(9, directions))
    data = cast(Any, SimpleNamespace(classes=["a", "b"], labels=np.arange(9) % 2))
    rows = encoder._map(points, np.arange(9), data).rows
    across = np.array([row["x"] for row in rows])
    assert across.std() > 0
    assert any(row["y"] for row in rows) == (directions > 1)


def test_the_table_of_a_large_map_says_how_many_more_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoder, "of_image", lambda *_: "data:,")
    monkeypatch.setattr(encoder, "IN_TABLE", 4)
    points = np.random.default_rng(0).normal(size=(9, 2))
    data = cast(Any, SimpleNamespace(classes=["a", "b"], labels=np.arange(9) % 2))
    table = encoder._map(points, np.arange(9), data).table
    assert [row[0] for row in table.rows] == ["a", "b", "a", "b", "and 5 more"]
