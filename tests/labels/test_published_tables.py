"""Tables in the forms that published data sets have, which were once read as something else."""

from collections.abc import Callable

import pytest
from made_tables import labels, rows

from semisup.labels.table import Row
from semisup.workflow.errors import UserError


def table(head: str, line: Callable[[int], str]) -> str:
    """Twenty lines below their names."""
    return "\n".join([head, *map(line, range(20))]) + "\n"


# Lines of a path, a space and several cells


@pytest.mark.parametrize("mark", [" ", "   "])
@pytest.mark.parametrize("rest", ["0.0 mono", "1 cat", "cat 0.75"])
def test_lines_of_several_cells_are_refused(mark: str, rest: str) -> None:
    """As ELPV has a probability and a type."""
    words = mark.join(rest.split())
    lines = "".join(f"{n}.png{mark}{words}\n" for n in range(4))
    with pytest.raises(UserError, match=r"behind the path have 2 cells .* save it with commas"):
        rows(lines)


def test_several_words_behind_a_path_are_doubted() -> None:
    """As DTD has several labels a line."""
    found, warnings = rows("1.png banded \n2.png banded dotted \n3.png grid \n")
    assert [row.label for row in found.values()] == ["banded", "banded dotted", "grid"]
    assert "1 of 3 lines have several words behind the path, such as 'banded dotted'" in warnings
    assert "several words" not in rows("1.png banded\n2.png grid\n")[1]


# Several labels an image


def test_numbers_with_spaces_are_several_labels() -> None:
    """As the Human Protein Atlas has them; not all of these numbers stand alone in a row."""
    found, warnings = rows("Id,Target\n1,16 0\n2,7 1 2 0\n3,5\n4,1\n5,0\n")
    assert [row.label for row in found.values()] == ["16 0", "7 1 2 0", "5", "1", "0"]
    assert "'16 0', '7 1 2 0': several labels in a cell? Read as one class" in warnings
    _, warnings = rows("Id,Target\n1,16 0\n2,7 1\n3,5\n4,7\n5,0\n6,16\n7,1\n")
    assert "2 rows name several classes, such as '16 0'" in warnings
    assert "several labels" not in rows("Id,Target\n1,type 1\n2,7 days\n3,5\n")[1]


@pytest.mark.parametrize(
    "line",
    [
        lambda n: f"{n}.png,{n % 2},1,0",
        lambda n: f"{n}.png,{n % 2}.0,{(1.0, -1.0)[n % 3 > 1]},",  # CheXpert: not sure, not said
        lambda n: f"{n}.png,{(-1, 1)[n % 2]},1,-1",  # CelebA
    ],
)
def test_rows_of_several_ones_are_told_of(line: Callable[[int], str]) -> None:
    message = r"10 of 20 rows have 1 in several .* one column to learn in .*columns\.label"
    with pytest.raises(UserError, match=message.replace("10", r"\d+")):
        rows(table("path,edema,mass,other", line))


@pytest.mark.parametrize("signs", [("x", ""), ("1", ""), ("yes", "no"), ("Y", "N")])
def test_columns_of_other_signs_are_told_of(signs: tuple[str, str]) -> None:
    text = table("path,cat,dog", lambda n: f"{n}.png,{signs[n % 2]},{signs[1 - n % 2]}")
    with pytest.raises(UserError, match=r"columns cat, dog say .* write 1 and 0 there, or add a"):
        rows(text)


def test_one_of_several_columns_may_be_named() -> None:
    text = table("path,edema,mass", lambda n: f"{n}.png,{(1.0, 0.0, -1.0, None)[n % 4]},1")
    found, _ = rows(text.replace("None", ""), label="edema")
    assert [row.label for row in found.values()][:4] == ["1", "0", None, None]


@pytest.mark.parametrize("mark", ["", ".0"])
def test_one_and_minus_one_are_both_classes(mark: str) -> None:
    text = table("path,smiling", lambda n: f"{n}.png,{(1, -1)[n % 2]}{mark}")
    found, warnings = rows(text, label="smiling")
    assert [row.label for row in found.values()][:2] == ["1", "-1"]
    assert "labels are 1 and -1 alone: both are classes" in warnings
    assert "like the others" not in warnings


@pytest.mark.parametrize("words", ["1 0 -1", "2 3 -1", "a 1 -1"])
def test_minus_one_beside_others_is_no_label(words: str) -> None:
    lines = "".join(f"{n}.png,{word}\n" for n, word in enumerate(words.split()))
    assert labels(f"path,label\n{lines}")["2.png"] is None


def test_how_many_images_have_two_labels() -> None:
    """As Severstal has a row for each thing in an image."""
    text = "path,label\n" + "".join(f"{n}.png,a\n{n}.png,b\n" for n in range(5))
    with pytest.raises(
        UserError, match=r"0\.png has two labels, 'a' and 'b', and 4 more paths have"
    ):
        rows(text)
    with pytest.raises(UserError, match=r"'a' and 'b'; keep one$"):
        rows("path,label\n1.png,a\n1.png,b\n2.png,a\n2.png,a\n")


@pytest.mark.parametrize("name", ["disease", "defect", "tag", "person", "lesion"])
def test_a_class_of_ones_may_be_called_as_a_label_or_a_group(name: str) -> None:
    text = table(
        f"filename,healthy,{name},pest",
        lambda n: f"{n}.png,{int(n % 3 == 0)},{int(n % 3 == 1)},{int(n % 3 == 2)}",
    )
    found, _ = rows(text)
    assert [row.label for row in found.values()][:3] == ["healthy", name, "pest"]
    assert {row.group for row in found.values()} == {None}


@pytest.mark.parametrize("blank", ["a cell", "a row"])
def test_a_class_of_ones_may_have_blanks(blank: str) -> None:
    """Else all images of that class would have no label, or the table no class at all."""

    def line(n: int) -> str:
        bits = [str(int(n % 3 == at)) for at in range(3)]
        if n == 3:
            bits = ["1", "0", ""] if blank == "a cell" else [""] * 3
        return ",".join([f"{n}.png", *bits])

    found, _ = rows(table("filename,cat,dog,bird", line))
    expected = ["cat", "dog", "bird", "cat" if blank == "a cell" else None]
    assert [row.label for row in found.values()][:4] == expected


# Splits


@pytest.mark.parametrize("name", ["split", "partition", "eval_partition", "data split"])
@pytest.mark.parametrize("mark", ["", ".0"])
def test_a_split_that_is_counted(name: str, mark: str) -> None:
    """As CelebA and WILDS have it."""
    found, warnings = rows(
        table(f"path,label,{name}", lambda n: f"{n}.png,a,{(0, 0, 0, 1, 2)[n % 5]}{mark}")
    )
    parts = [row.part for row in found.values()]
    assert parts[:5] == ["train", "train", "train", "validation", "test"]
    assert f"column {name} says 0, 1 and 2: read as train, validation and test" in warnings


@pytest.mark.parametrize("numbers", ["0 0 0 1", "0 1 2", "0 1 1 1 2", "1 1 1 2 3", "0 0 0 0 1 2 3"])
def test_a_split_of_other_numbers_is_refused(numbers: str) -> None:
    """Folds too are counted, and none of these holds most rows."""
    lines = "".join(f"{n}.png,a,{word}\n" for n, word in enumerate(numbers.split() * 2))
    with pytest.raises(UserError, match=r"each of the numbers means can't be told\); write train"):
        rows(f"path,label,split\n{lines}")
    if numbers != "0 0 0 1":
        found, warnings = rows(f"path,label,partition\n{lines}")
        assert {row.part for row in found.values()} == {None}
        assert "column partition is not read" in warnings


@pytest.mark.parametrize("name", ["subset", "fold", "grade"])
def test_numbers_of_other_names_are_no_split(name: str) -> None:
    text = table(f"path,label,{name}", lambda n: f"{n}.png,a,{(0, 0, 0, 1, 2)[n % 5]}")
    assert {row.part for row in rows(text)[0].values()} == {None}


# Names of columns


def test_an_identity_of_studies_is_no_group_of_itself() -> None:
    found, warnings = rows("study_id,label\n1,a\n2,b\n3,a\n")
    assert next(iter(found.items())) == ("1", Row("a"))
    assert "stay on one side" not in warnings


def test_findings_are_the_label_where_nothing_else_is() -> None:
    assert labels("image,findings\n1.png,a\n2.png,b\n") == {"1.png": "a", "2.png": "b"}


def test_a_classification_is_the_label_before_findings() -> None:
    """As in HyperKvasir, whose findings are kinds of classes."""
    head = "Video file,Organ,Finding,Classification"
    assert labels(f"{head}\n1.png,x,y,a\n2.png,x,y,b\n") == {"1.png": "a", "2.png": "b"}


def test_all_labels_in_brackets() -> None:
    """As makesense.ai writes them."""
    lines = '"[cat]",1.png,640,480\n"[dog]",2.png,640,480\n"[cat,dog]",3.png,640,480\n'
    found, warnings = rows(f"label,image,width,height\n{lines}")
    assert [row.label for row in found.values()] == ["cat", "dog", None]
    assert "1 rows name several classes" in warnings
    assert labels("path,label\n1.png,[cat]\n2.png,dog\n")["1.png"] == "[cat]"
