"""Classes that a file has names for."""

from pathlib import Path
from typing import Any

import pytest
from made_files import MAKERS, fill, png, records

from semisup.prepare.own_images.class_names import names_of, read_names
from semisup.workflow.errors import UserError

FILES = ("n01/1.png", "n02/2.png")
ROWS = (("cat", "red", "big"), ("dog", "blue", "small"))
WORDS = b"n00\tentity\nn01\tcat\nn02\tdog\n"


def labels(**given: Any) -> tuple[list[str | None], list[str]]:
    images, _, warnings = records(**given)
    return [record.label for record in images.values()], warnings


@pytest.mark.parametrize("where", ["words.txt", "train/words.txt"])
@pytest.mark.parametrize("kind", ["folder", "a.zip"])
def test_words_beside_the_classes(tmp_path: Path, kind: str, where: str) -> None:
    files = {f"train/{name}": png(n) for n, name in enumerate(FILES)} | {where: WORDS}
    place = MAKERS[kind](tmp_path / kind, files)
    found, warnings = labels(labelled=f"{place}/train")
    assert found == ["cat", "dog"]
    assert any("names the classes: n01 is 'cat', n02 is 'dog'" in line for line in warnings)
    assert labels(labelled=f"{place}/train", class_names=None)[0] == ["n01", "n02"]


@pytest.mark.parametrize("kind", ["folder", "a.zip"])
def test_words_in_the_only_folder_of_an_archive(tmp_path: Path, kind: str) -> None:
    files = {f"set/train/{name}": png(n) for n, name in enumerate(FILES)}
    files |= {"set/words.txt": WORDS, "__MACOSX/._set": b""}
    assert labels(labelled=MAKERS[kind](tmp_path / kind, files))[0] == ["cat", "dog"]


@pytest.mark.parametrize("name", ["3.nef", "3.png", "3.txt"])
def test_files_that_are_left_out_have_the_name_of_their_class(tmp_path: Path, name: str) -> None:
    """A camera's raw file, a broken one, a text: no second class n01 in the table of classes."""
    fill(tmp_path, *FILES)
    (tmp_path / "n01" / name).write_bytes(b"II*\0")
    (tmp_path / "words.txt").write_bytes(WORDS)
    images, rejected, _ = records(labelled=tmp_path)
    assert [record.label for record in images.values()] == ["cat", "dog"]
    left_out = {item.source: item.label for item in rejected}
    assert left_out[f"{tmp_path}/n01/{name}"] == (None if name.endswith("txt") else "cat")


@pytest.mark.parametrize("by", ["folders", "rows"])
def test_a_link_to_nothing_is_of_its_class(tmp_path: Path, by: str) -> None:
    root = fill(tmp_path / "a", *FILES)
    for name in ("n01/3.png", "n09/4.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).symlink_to("gone.png")
    (tmp_path / "words.txt").write_bytes(WORDS)
    given: dict[str, Any] = {"labelled": root, "class_names": tmp_path / "words.txt"}
    if by == "rows":
        rows = "n01/1.png,n01\nn02/2.png,n02\nn01/3.png,n01\n"
        (tmp_path / "t.csv").write_text(f"path,label\n{rows}")
        given["labels"] = tmp_path / "t.csv"
    images, rejected, _ = records(**given)
    assert [record.label for record in images.values()] == ["cat", "dog"]
    assert {item.source.removeprefix(f"{root}/"): item.label for item in rejected} == {
        "n01/3.png": "cat",
        "n09/4.png": None,  # no class, since it has no image
    }


def test_words_that_lack_a_class_are_not_taken_up(tmp_path: Path) -> None:
    fill(tmp_path, *FILES, "n03/3.png")
    (tmp_path / "words.txt").write_bytes(WORDS)
    assert labels(labelled=tmp_path)[0] == ["n01", "n02", "n03"]
    found, warnings = labels(labelled=tmp_path, class_names=tmp_path / "words.txt")
    assert found == ["cat", "dog", "n03"]
    assert any("it says nothing of 'n03'" in line for line in warnings)


def test_words_that_can_not_be_read_are_said(tmp_path: Path) -> None:
    fill(tmp_path, *FILES)
    (tmp_path / "words.txt").write_bytes(b"n01\tcaf\xe9\nn02\tdog\n")
    found, warnings = labels(labelled=tmp_path)
    assert found == ["n01", "n02"]
    assert any("words.txt: line 1 is not UTF-8" in line for line in warnings)


@pytest.mark.parametrize("lines", [1, 20_000], ids=["few", "more than a cell of csv may hold"])
def test_open_quotes(tmp_path: Path, lines: int) -> None:
    fill(tmp_path, *FILES)
    file = tmp_path / "classes.csv"
    file.write_text('n01,cat\nn02,"dog\n' + "n03,longer than it has to be\n" * lines)
    found, warnings = labels(labelled=tmp_path)
    assert found == ["n01", "n02"]
    told = f"classes.csv: line {lines + 2}: not readable as CSV (unexpected end of data); mend its"
    assert any(told in line for line in warnings)
    with pytest.raises(UserError, match=r"not readable as CSV \(.*\); mend its quotes"):
        labels(labelled=tmp_path, class_names=file)


def test_numbers_in_a_table(tmp_path: Path) -> None:
    fill(tmp_path / "a", "1.png", "2.png")
    (tmp_path / "labels.csv").write_text("path,label\n1.png,0\n2.png,1.0\n")
    (tmp_path / "names.csv").write_text("0,cat\n1,dog\n")
    names = tmp_path / "names.csv"
    given = {"labelled": tmp_path / "a", "labels": tmp_path / "labels.csv", "class_names": names}
    assert labels(**given)[0] == ["cat", "dog"]
    names.write_text("7,cat\n8,dog\n")
    with pytest.raises(UserError, match=r"names none of the classes \('0', '1'\); each line"):
        labels(**given)
    names.unlink()
    with pytest.raises(UserError, match=r"class_names: .*cannot be read: No such file"):
        labels(**given)


def test_words_are_not_called_by_numbers(tmp_path: Path) -> None:
    """A table of counts beside the classes is no table of names."""
    root = fill(tmp_path / "x", "cat/1.png", "dog/2.png")
    (root / "classes.csv").write_text("class,count\ncat,20\ndog,15\n")
    images, _, warnings = records(labelled=root)
    assert {record.label for record in images.values()} == {"cat", "dog"}
    assert not any("names the classes" in line for line in warnings)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("class,color", None),
        ("label;parent", None),
        ("Klasse,Farbe", None),
        ("wnid,file_name", None),
        ("class,class_no", None),
        ("class,name", ["red", "blue"]),
        ("Folder,Common Name", ["red", "blue"]),
        ("id,label_de", ["red", "blue"]),
        ("Klasse;Bezeichnung", ["red", "blue"]),
        ("class,description,color", ["red", "blue"]),
        ("class,color,name", ["big", "small"]),
    ],
)
def test_columns_beside_the_classes(tmp_path: Path, head: str, expected: list[str] | None) -> None:
    """What else is known of classes is no name, but where params.yaml says that it is."""
    root = fill(tmp_path / "x", "cat/1.png", "dog/2.png")
    mark = ";" if ";" in head else ","
    file = root / "classes.csv"
    file.write_text("\n".join([head, *(mark.join(row) for row in ROWS)]) + "\n")
    assert labels(labelled=root)[0] == (expected or ["cat", "dog"])
    assert labels(labelled=root, class_names=file)[0] == (expected or ["red", "blue"])


def test_names_before_numbers(tmp_path: Path) -> None:
    """As EuroSAT has them."""
    fill(tmp_path, "0/0.png", "1/1.png")
    file = tmp_path / "map.json"
    file.write_text('{"cat": 0, "dog": 1}')
    assert labels(labelled=tmp_path, class_names=file)[0] == ["cat", "dog"]
    (tmp_path / "classes.csv").write_text("name,id\nhen,0\ncow,1\n")
    assert labels(labelled=tmp_path)[0] == ["hen", "cow"]


@pytest.mark.parametrize("content", [b"n01\tcat\nn02\tdog\n", b"0\tcat\n1\tdog\n"])
def test_names_stay_where_a_file_has_numbers_or_codes_for_them(
    tmp_path: Path, content: bytes
) -> None:
    fill(tmp_path, "cat/0.png", "dog/1.png")
    (tmp_path / "words.txt").write_bytes(content)
    assert labels(labelled=tmp_path)[0] == ["cat", "dog"]


@pytest.mark.parametrize(
    ("where", "content"),
    [
        ("words.txt", "n01\tcat, house cat\nn02\tdog\n"),
        ("LOC_synset_mapping.txt", "n01 cat, house cat\nn02 dog\n"),
        ("classes.tsv", "wnid\tname\tcount\nn01\tcat, house cat\t7\nn02\tdog\t8\n"),
        ("class_names.csv", 'class,name\nn01,"cat, house cat"\nn02,dog\n'),
        ("class_names.csv", 'class, name\nn01, "cat, house cat"\nn02, dog\n'),
        ("class_names.json", '{"n01": "cat, house cat", "n02": "dog"}'),
        ("class_names.json", '{"n01": ["n01440764", "cat", "house cat"], "n02": [7, "dog"]}'),
    ],
)
def test_kinds_of_files(where: str, content: str) -> None:
    names = read_names(content.encode(), where)
    assert {key: names[key] for key in ("n01", "n02")} == {"n01": "cat, house cat", "n02": "dog"}


def test_commas_below_any_ending() -> None:
    """As the list of the 10 Monkey Species has them."""
    lines = "Label, Latin Name\t, Common Name\nn0   , alouatta\t, howler\nn1 , cacajao\t, uakari\n"
    for where in ("labels.txt", "labels.csv"):
        names = read_names(lines.encode(), where, ("n0", "n1"))
        assert names["n0"] in ("alouatta", "howler")


@pytest.mark.parametrize(
    "content",
    [
        *("[1]", "{", "7", "[" * 9999, '{"0": []}', '{"0": [["cat"]]}', '{"0": {"name": "cat"}}'),
        *('{"0": "cat", "1": null}', '{"0": true}'),
    ],
    ids=lambda content: content[:30],
)
def test_json_that_is_no_object_of_names(content: str) -> None:
    with pytest.raises(UserError, match=r'a.json: must be an object as \{"class": "name"\}'):
        read_names(content.encode(), "a.json")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"1": "cat, tom", "2": "dog"}, {"1": "cat", "2": "dog"}),
        ({"1": "crane, bird", "2": "crane, machine"}, {"1": "crane, bird", "2": "crane, machine"}),
        ({"1": "crane", "2": "crane"}, {"1": "crane (1)", "2": "crane (2)"}),
        ({"1": "cat", "7": "crane"}, {"1": "cat"}),
        ({"1": "2, two"}, {"1": "2, two"}),  # a class that has no name is called 2
    ],
)
def test_no_two_classes_are_called_alike(given: dict[str, str], expected: dict[str, str]) -> None:
    assert names_of(["1", "2"], given) == expected
