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
