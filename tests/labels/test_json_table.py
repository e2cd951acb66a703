"""Tables as JSON, in the forms that people give it."""

import json
from typing import Any

import pytest
from made_tables import labels, rows

CAT, DOG = {"file": "1.png", "label": "cat"}, {"file": "2.png", "label": "dog"}


@pytest.mark.parametrize(
    "content",
    [
        {"data": [CAT, DOG]},
        {"version": 2, "info": {"label": "x"}, "images": [CAT, DOG]},
        {"cat": [{"file": "1.png", "width": 7}], "dog": [{"file": "2.png", "width": 9}]},
    ],
    ids=json.dumps,
)
def test_rows_below_a_name(content: dict[str, Any]) -> None:
    assert labels(json.dumps(content), "l.json") == {"1.png": "cat", "2.png": "dog"}


def test_rows_below_the_names_of_parts() -> None:
    found, _ = rows(json.dumps({"train": [CAT], "val": [DOG]}), "l.json")
    assert [(row.label, row.part) for row in found.values()] == [
        ("cat", "train"),
        ("dog", "validation"),
    ]
