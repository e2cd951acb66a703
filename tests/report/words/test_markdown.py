import pytest

from semisup.report.words import markdown


def test_columns_are_padded_to_one_width() -> None:
    text = markdown.table(["task", "a"], [["gan", "1.5"], ["jigsaw", "12.5"]])
    assert text.splitlines() == [
        "task   |    a",
        "------ | ---:",
        "gan    |  1.5",
        "jigsaw | 12.5",
    ]


def test_columns_of_text_stand_to_the_left() -> None:
    text = markdown.table(["n", "task"], [["10", "gan"]], text=(1,))
    assert text.splitlines() == ["  n | task", "--: | ----", " 10 | gan"]


@pytest.mark.parametrize(
    ("columns", "width", "sizes"),
    [
        (7, 8, [7]),  # 14 + 7 * (3 + 8) = 91
        (8, 8, [4, 4]),  # 102, in even parts
        (7, 10, [4, 3]),
        (20, 8, [7, 7, 6]),
        (2, 90, [1, 1]),  # too wide at any rate
    ],
)
def test_wide_tables_are_split_evenly(columns: int, width: int, sizes: list[int]) -> None:
    header = ["relative_patch", *(str(n) for n in range(columns))]
    text = markdown.tables(header, [["gan", *(["x" * width] * columns)]], keys=1)
    parts = [part.splitlines() for part in text.split("\n\n")]
    assert [len(part[0].split(" | ")) - 1 for part in parts] == sizes
    shown = [name.strip() for part in parts for name in part[0].split(" | ")[1:]]
    assert shown == header[1:]
    assert all(part[2].startswith("gan ") for part in parts)
    if width < 90:
        assert max(len(line) for part in parts for line in part) <= markdown.WIDTH
