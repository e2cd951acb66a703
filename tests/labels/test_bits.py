"""Columns of ones and zeros, a class each: other signs, and other names."""

import pytest
from made_tables import labels, rows


def _table(names: str, yes: str, no: str) -> str:
    """Six images, two of each class."""
    lines = (
        f"{n}.png," + ",".join(yes if n % 3 == at else no for at in range(3)) for n in range(6)
    )
    return "\n".join([f"image,{names}", *lines])


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("1.0", "0.0"), ("True", "False"), ("1", "-1")]
)
@pytest.mark.parametrize("names", ["cat,dog,bird", "healthy,disease,pest", "person,car,dog"])
def test_classes_in_any_signs_and_called_like_a_label_or_a_group(
    names: str, yes: str, no: str
) -> None:
    found, warnings = rows(_table(names, yes, no))
    assert [row.label for row in found.values()] == names.split(",") * 2
    assert {row.group for row in found.values()} == {None}
    assert "are read as a class each" in warnings


def test_what_is_not_known_of_a_class_is_not_so() -> None:
    found = labels(_table("cat,dog,bird", "1", "0").replace("5.png,0,0,1", "5.png,0,0,-1"))
    assert [*found.values()] == ["cat", "dog", "bird", "cat", "dog", None]
