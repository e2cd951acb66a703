"""What spreadsheets leave in tables."""

import pytest
from made_tables import labels, rows

from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('=""007""', "007"),
        ('=HYPERLINK(""C:\\x\\y.png"",""cat"")', "cat"),
        ('=HYPERLINK(""cat"")', "cat"),
        ('= hyperlink(""x""; ""cat"")', "cat"),
        ("=A1", "=A1"),
        ('=""', '=""'.replace('""', '"')),
    ],
)
def test_formulas_of_text(cell: str, text: str) -> None:
    assert labels(f'path,label\n1.png,"{cell}"\n2.png,b\n') == {"1.png": text, "2.png": "b"}
    assert text in labels(f'path,label\n"{cell}",a\n2.png,b\n')


def test_lines_that_name_the_columns_again() -> None:
    found, warnings = rows("path,label\n1.png,a\npath,label\n2.png,b\n")
    assert [*found] == ["1.png", "2.png"]
    assert "1 more lines name the columns" in warnings


@pytest.mark.parametrize(
    ("cells", "is_told"), [("a,,,b,,", True), ("a,,b,b,,,", False), ("a,b,c,,", False)]
)
def test_cells_that_were_merged(cells: str, is_told: bool) -> None:
    lines = "".join(f"{n}.png,{cell}\n" for n, cell in enumerate(cells.split(",")))
    _, warnings = rows(f"path,label\n{lines}")
    assert ("if their cells were merged" in warnings) is is_told


@pytest.mark.parametrize(("step", "is_told"), [(0.25, True), (1.0, False)])
def test_labels_that_measure_something(step: float, is_told: bool) -> None:
    lines = "".join(f"{n}.png,{n * step}\n" for n in range(9))
    _, warnings = rows(f"path,label\n{lines}")
    assert ("labels are numbers such as 0.25, and 9 classes" in warnings) is is_told


def test_names_above_the_names_of_columns() -> None:
    """As merged cells, or several levels of names, are saved."""
    text = "Image,Diagnosis,,\nid,MEL,NV,BCC\n1.png,1,0,0\n2.png,0,1,0\n3.png,0,0,1\n"
    with pytest.raises(UserError, match=r"first two lines both name the columns \('Image', .*'id'"):
        rows(text)
