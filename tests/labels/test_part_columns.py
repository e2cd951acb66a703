"""Columns of ones and zeros that are a part of the data each."""

import pytest
from made_tables import rows

from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("names", "rest"),
    [
        ("is_train,is_val", "test"),
        ("is_test,is_val", "train"),
        ("train,test", "validation"),
        ("train,unlabelled", None),  # validation or test
    ],
)
def test_rows_with_a_one_in_none_are_of_the_part_that_is_missing(
    names: str, rest: str | None
) -> None:
    text = f"image,label,{names}\n1.png,a,1,0\n2.png,b,0,1\n3.png,b,0,0\n4.png,a,0,0\n"
    found, warnings = rows(text)
    assert [row.part for row in found.values()][2:] == [rest, rest]
    first, second = names.replace("is_", "").replace("val", "validation").split(",")
    assert [row.part for row in found.values()][:2] == [first, second]
    assert f"2 rows with 1 in none of them: read as {rest or 'of no part'}" in warnings


def test_three_columns_with_a_one_each() -> None:
    found, warnings = rows(
        "image,label,train,val,test\n1.png,a,1,0,0\n2.png,b,0,0,1\n3.png,b,0,1,0\n"
    )
    assert [row.part for row in found.values()] == ["train", "test", "validation"]
    assert "columns train, val, test are read as the split" in warnings
    assert "none of them" not in warnings


def test_rows_with_a_one_in_two() -> None:
    text = "image,label,is_train,is_val\n1.png,a,1,0\n2.png,b,1,1\n3.png,b,0,0\n"
    with pytest.raises(UserError, match=r"1 of 3 rows have 1 in several .*columns\.split"):
        rows(text)
    assert [row.part for row in rows(text, split="is_val")[0].values()] == [
        "train",
        "validation",
        "train",
    ]


def test_what_a_model_said_is_no_part() -> None:
    found, _ = rows("image,label,train,pred\n1.png,a,1,0\n2.png,b,1,1\n3.png,b,0,0\n")
    assert [row.part for row in found.values()] == ["train", "train", "test"]
