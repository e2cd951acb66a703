"""Accidents with tables that people have had, of the kinds that once went wrong unnoticed."""

import re
from pathlib import Path

import pytest
from made_files import Found, fill, make_zip, png, records, said, understood, with_table

from semisup.workflow.errors import UserError


def beside_a_and_b(tmp_path: Path, word: str) -> tuple[Found, list[str]]:
    """What becomes of a third image whose label is this word."""
    rows = f"path,label\n1.png,a\n2.png,b\n3.png,{word}\n"
    given = with_table(tmp_path, rows, *(f"{n}.png" for n in (1, 2, 3)))
    return understood(tmp_path / "a", **given)


@pytest.mark.parametrize(
    ("column", "yes"), [("is_valid", "validation"), ("is_test", "test"), ("isTrain", "train")]
)
@pytest.mark.parametrize(("one", "zero"), [("True", "False"), ("1", "0"), ("1.0", "0.0")])
def test_columns_of_yes_and_no(tmp_path: Path, column: str, yes: str, one: str, zero: str) -> None:
    """fast.ai writes is_valid."""
    given = with_table(
        tmp_path, f"name,label,{column}\n1.png,a,{one}\n2.png,b,{zero}\n", "1.png", "2.png"
    )
    found, _ = understood(tmp_path / "a", **given)
    no = "test" if yes == "train" else "train"
    assert found == {"1.png": ("a", yes), "2.png": ("b", no)}


@pytest.mark.parametrize("column", ["labeled", "is_labelled"])
def test_rows_that_are_not_labelled_yet_join_the_pool(tmp_path: Path, column: str) -> None:
    """And folders named as train and test stay the split."""
    files = ("train/1.png", "train/2.png", "test/3.png", "test/4.png")
    table = "".join(f"{name},{'ab'[n % 2]},{int(n != 1)}\n" for n, name in enumerate(files))
    given = with_table(tmp_path, f"path,label,{column}\n{table}", *files)
    found, _ = understood(tmp_path / "a", **given)
    assert found == {
        "train/1.png": ("a", "train"),
        "train/2.png": (None, "train"),
        "test/3.png": ("a", "test"),
        "test/4.png": ("b", "test"),
    }


@pytest.mark.parametrize(
    "word",
    [
        *("n.a.", "Not Available", "NaN", "<NA>", "TODO", "<unlabeled>", "no-label", "[none]"),
        *("not labelled yet", "Unlabeled images", "without label"),
    ],
)
def test_more_words_for_no_label(tmp_path: Path, word: str) -> None:
    found, warnings = beside_a_and_b(tmp_path, word)
    assert found["3.png"] == (None, "train")
    assert said(warnings, f"read as no label: {word!r} (1)")


def test_words_for_no_label_are_those_that_params_yaml_lists(tmp_path: Path) -> None:
    rows = "path,label\n1.png,unlabeled\n2.png,not labelled yet\n3.png,no labels\n"
    given = with_table(tmp_path, rows, "1.png", "2.png", "3.png")
    found, _ = understood(tmp_path / "a", **given, no_label=["No label"])
    labels = [label for label, _ in found.values()]
    assert labels == ["unlabeled", "not labelled yet", None]


@pytest.mark.parametrize("words", [("7", "7.0"), ("p1", " p1 ")])
def test_one_group_in_two_spellings(tmp_path: Path, words: tuple[str, str]) -> None:
    rows = "".join(f"{n}.png,a,{word}\n" for n, word in enumerate(words))
    given = with_table(tmp_path, f"path,label,patient\n{rows}", "0.png", "1.png")
    images, _, _ = records(labelled=tmp_path / "a", **given)
    assert len({record.group for record in images.values()}) == 1


@pytest.mark.parametrize("word", ["", "nan", "NA", "None"])
def test_unknown_patients_are_no_group(tmp_path: Path, word: str) -> None:
    rows = "".join(f"{n}.png,a,{word}\n" for n in range(3))
    given = with_table(
        tmp_path, f"path,label,patient\n{rows}9.png,b,p1\n", *(f"{n}.png" for n in (0, 1, 2, 9))
    )
    images, _, _ = records(labelled=tmp_path / "a", **given)
    assert [record.group for record in images.values()] == [None, None, None, "p1"]


def test_a_class_of_which_all_rows_name_no_file(tmp_path: Path) -> None:
    """However few of all rows these are."""
    rows = "".join(f"{n}.png,{'ab'[n % 2]}\n" for n in range(60))
    files = [f"{n}.png" for n in range(60)]
    given = with_table(tmp_path, f"path,label\n{rows}x.png,c\n", *files)
    images, rejected, _ = records(0.05, labelled=tmp_path / "a", **given)
    assert {record.label for record in images.values()} == {"a", "b"}
    assert [(item.meant, item.label) for item in rejected] == [("row", "c")]


@pytest.mark.parametrize("row", ["a/1.png", "b/1.png"])
def test_equal_names_in_several_folders_are_told_apart(tmp_path: Path, row: str) -> None:
    given = with_table(tmp_path, f"path,label\n{row},x\n", "a/1.png", "b/1.png")
    found, _ = understood(tmp_path / "a", **given)
    assert {path for path, (label, _) in found.items() if label == "x"} == {row}


@pytest.mark.parametrize("word", ["-999", "0", "99.0"])
def test_a_number_among_words_is_named(tmp_path: Path, word: str) -> None:
    found, warnings = beside_a_and_b(tmp_path, word)
    assert found["3.png"] == (word, "train")
    assert said(warnings, f"{word}: a class like the others; if it means no label")


def test_digits_beside_letters_are_classes(tmp_path: Path) -> None:
    """As EMNIST has them."""
    signs = "0123456789abcdefghijklmnopqrstuvwxyz"
    rows = "".join(f"{n}.png,{sign}\n" for n, sign in enumerate(signs))
    given = with_table(tmp_path, f"path,label\n{rows}", *(f"{n}.png" for n in range(len(signs))))
    found, warnings = understood(tmp_path / "a", **given)
    assert {label for label, _ in found.values()} == {*signs}
    assert not warnings


@pytest.mark.parametrize(
    ("cell", "label", "words"),
    [
        ("['cat']", "cat", None),
        ('[ "cat" ]', "cat", None),
        ("['cat', 'dog']", None, "name several classes"),
        ("['cat', 'hen']", "['cat', 'hen']", "several labels in a cell? Read as one class"),
        ("[]", None, None),
        ("['']", None, None),
        ("cat, hen", "cat, hen", "several labels in a cell? Read as one class"),
        ("Paris, France", "Paris, France", None),
    ],
)
def test_lists_in_cells(tmp_path: Path, cell: str, label: str | None, words: str | None) -> None:
    content = "path\tlabel\n1.png\tcat\n2.png\tdog\n3.png\t" + cell + "\n"
    given = with_table(tmp_path, content, *(f"{n}.png" for n in (1, 2, 3)))
    found, warnings = understood(tmp_path / "a", **given)
    assert found["3.png"] == (label, "train")
    assert said(warnings, words) if words else not warnings


@pytest.mark.parametrize("column", ["fold", "data_type", "where"])
def test_a_split_by_its_words(tmp_path: Path, column: str) -> None:
    given = with_table(
        tmp_path, f"path,label,{column}\n1.png,a,Train\n2.png,b,test set\n", "1.png", "2.png"
    )
    found, warnings = understood(tmp_path / "a", **given)
    assert found == {"1.png": ("a", "train"), "2.png": ("b", "test")}
    assert said(warnings, f"column {column} is read as the split")


def test_a_split_by_its_words_beside_a_column_that_is_called_so(tmp_path: Path) -> None:
    """As in HAM10000: `dataset` says where an image is from."""
    rows = "1.png,a,vidir,train\n2.png,b,rosendahl,test\n"
    given = with_table(tmp_path, f"path,label,dataset,fold\n{rows}", "1.png", "2.png")
    found, _ = understood(tmp_path / "a", **given)
    assert found == {"1.png": ("a", "train"), "2.png": ("b", "test")}


@pytest.mark.parametrize("values", [("1", "2"), ("train", "train"), ("train", "x"), ("train", "")])
def test_no_split_by_other_words(tmp_path: Path, values: tuple[str, str]) -> None:
    given = with_table(
        tmp_path,
        f"path,label,fold\n1.png,a,{values[0]}\n2.png,b,{values[1]}\n",
        *("1.png", "2.png"),
    )
    found, _ = understood(tmp_path / "a", **given)
    assert found == {"1.png": ("a", "train"), "2.png": ("b", "train")}


def test_two_splits_by_their_words(tmp_path: Path) -> None:
    given = with_table(
        tmp_path, "path,label,a,b\n1.png,a,train,test\n2.png,b,test,train\n", "1.png"
    )
    with pytest.raises(UserError, match="columns 'a', 'b' both read as the split"):
        understood(tmp_path / "a", **given)


@pytest.mark.parametrize(
    ("written", "file"), [("7", "0007.png"), ("7.0", "7.png"), ("07", "7.png")]
)
def test_numbers_that_a_program_rewrote(tmp_path: Path, written: str, file: str) -> None:
    """Spreadsheets and pandas drop zeros in front and add some behind."""
    given = with_table(tmp_path, f"id,label\n{written},a\n8,b\n", file, "8.png", "70.png")
    found, warnings = understood(tmp_path / "a", **given)
    assert found == {file: ("a", "train"), "8.png": ("b", "train"), "70.png": (None, "train")}
    assert said(warnings, "1 as a number")


@pytest.mark.parametrize("inner", ["", "b/"])
@pytest.mark.parametrize("above", ["", "here/", "else/where/"])
def test_one_name_in_many_folders(tmp_path: Path, inner: str, above: str) -> None:
    """By the folder they are told apart, without comparing each row with each file."""
    folders = [f"c{number:02}" for number in range(30)]
    rows = "".join(f"{above}{folder}/{inner}7.JPG,{folder}\n" for folder in folders)
    given = with_table(tmp_path, f"path,label\n{rows}", *(f"{f}/{inner}007.png" for f in folders))
    found, _ = understood(tmp_path / "a", **given)
    assert {path[:3]: label for path, (label, _) in found.items()} == dict(
        zip(folders, folders, strict=True)
    )


@pytest.mark.parametrize(("label", "wanted"), [("Na+", "Na+"), ("-1", "-1"), ("(n/a)", None)])
def test_signs_that_change_what_a_word_means(
    tmp_path: Path, label: str, wanted: str | None
) -> None:
    given = with_table(
        tmp_path, f"path,label\n1.png,K+\n2.png,Cl-\n3.png,{label}\n", "1.png", "3.png"
    )
    found, _ = understood(tmp_path / "a", **given, no_label=["1", "na", "n/a"])
    assert found["3.png"] == (wanted, "train")


def test_numbers_that_fit_two_files(tmp_path: Path) -> None:
    given = with_table(tmp_path, "id,label\n7,a\n8,b\n", "007.png", "0007.png", "8.png")
    images, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert [item.reason for item in rejected if "fits 2 files" in item.reason]
    assert {record.label for record in images.values()} == {None, "b"}


def test_labels_by_path_in_one_object(tmp_path: Path) -> None:
    given = with_table(
        tmp_path, '{"1.png": "a", "2.png": 3, "3.png": null}', "1.png", "2.png", "3.png"
    )
    found, _ = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == ["a", "3", None]


def test_json_that_is_indented(tmp_path: Path) -> None:
    for content in (
        '{\n  "1.png": "a",\n  "2.png": "b"\n}',
        '[\n  {"file": "1.png", "label": "a"}\n]',
    ):
        given = with_table(tmp_path, content, "1.png", "2.png")
        found, _ = understood(tmp_path / "a", **given)
        assert found["1.png"] == ("a", "train")


def test_json_with_a_path_twice(tmp_path: Path) -> None:
    given = with_table(tmp_path, '{"1.png": "a", "1.png": "b", "2.png": "b"}', "1.png", "2.png")
    with pytest.raises(UserError, match=r"1\.png has two labels, 'a' and 'b'; keep one"):
        understood(tmp_path / "a", **given)


def test_one_line_of_json_is_no_object_of_paths(tmp_path: Path) -> None:
    given = with_table(tmp_path, '{"file": "1.png", "label": "a"}', "1.png", "2.png")
    found, _ = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == ["a", None]


def test_one_table_over_several_places(tmp_path: Path) -> None:
    """A row that names a file of any of them is not lost."""
    train, test = (fill(tmp_path / n, f"{n}1.png", f"{n}2.png") for n in ("train", "test"))
    pool = fill(tmp_path / "pool", "pool1.png")
    table = tmp_path / "all.csv"
    table.write_text(
        "image,label\ntrain1.png,a\ntrain2.png,b\ntest1.png,a\ntest2.png,b\npool1.png,\ngone.png,a\n"
    )
    images, rejected, warnings = records(
        labelled=train, labels=table, test=test, test_labels=table, unlabelled=pool
    )
    assert len(images) == 5
    assert [item.source.rpartition("/")[2] for item in rejected] == ["gone.png"]
    assert said(warnings, "1 rows name files of data.folder.unlabelled")


@pytest.mark.parametrize("label", ["", "-1", "?"])
def test_a_test_part_without_labels_joins_the_pool(tmp_path: Path, label: str) -> None:
    root = fill(tmp_path / "x", "1.png", "2.png", "3.png")
    table = tmp_path / "l.csv"
    table.write_text(f"image,label,split\n1.png,a,train\n2.png,b,train\n3.png,{label},test\n")
    found, warnings = understood(root, labels=table)
    assert found["3.png"] == (None, "train")
    assert said(warnings, "none of the 1 rows of test has a label: read as unlabelled")


def test_a_lost_row_is_not_found_in_the_pool_by_its_bare_name(tmp_path: Path) -> None:
    train = fill(tmp_path / "train", "1.png", "2.png")
    pool = fill(tmp_path / "pool", "3.png", "4.png")
    table = tmp_path / "l.csv"
    table.write_text("image,label\n1.png,a\n2.png,b\n3.png,a\n4.png,\n")
    _, rejected, _ = records(labelled=train, labels=table, unlabelled=pool)
    assert [item.source.rpartition("/")[2] for item in rejected] == ["3.png"]


@pytest.mark.parametrize(
    ("folders", "cells", "classes"),
    [
        (("00000", "00007"), ("0", "7"), ["00000", "00007"]),  # GTSRB
        (("0", "7"), ("00", "07"), ["0", "7"]),
        (("01", "02", "10"), ("1", "10"), ["01", "10"]),
        (("7", "07"), ("7", "007"), ["7", "007"]),  # which of both is 007?
        (("00000", "stop"), ("0", "stop"), ["0", "stop"]),
    ],
)
def test_numbers_with_leading_zeros_in_folders_only(
    tmp_path: Path, folders: tuple[str, ...], cells: tuple[str, str], classes: list[str]
) -> None:
    fill(tmp_path, *(f"train/{name}/{name}.png" for name in folders), "test/x.png", "test/y.png")
    table = tmp_path / "test.csv"
    table.write_text("Path;ClassId\nx.png;{}\ny.png;{}\n".format(*cells))
    images, _, warnings = records(
        labelled=tmp_path / "train", test=tmp_path / "test", test_labels=table
    )
    found = [record.label for record in images.values() if record.given_split == "test"]
    assert found == classes
    assert said(warnings, "written as the class folders are") is (classes != [*cells])


def test_the_label_by_a_word_of_its_name(tmp_path: Path) -> None:
    """As in ChestX-ray14, where [x,y] of a name is cut at its comma."""
    head = "Image Index,Finding Labels,Patient ID,PixelSpacing[x,y]\n"
    rows = "1.png,Mass,1,0.14,0.15\n2.png,Hernia,2,0.14,0.16\n"
    found, warnings = understood(
        tmp_path / "a", **with_table(tmp_path, head + rows, "1.png", "2.png")
    )
    assert [label for label, _ in found.values()] == ["Mass", "Hernia"]
    assert said(warnings, "the label is read from column Finding Labels")


@pytest.mark.parametrize("x", ["x", "x_coord", "center_x", "xmin", "pos[x", "Bbox [x"])
def test_y_beside_any_x_is_a_place(tmp_path: Path, x: str) -> None:
    given = with_table(tmp_path, f"image,{x},y\n1.png,3,4\n", "1.png")
    with pytest.raises(UserError, match="no column is named label or the like"):
        understood(tmp_path / "a", **given)


def test_y_alone_is_the_label(tmp_path: Path) -> None:
    given = with_table(tmp_path, "image,sex,xray,x1,y\n1.png,f,1,2,cat\n", "1.png")
    assert understood(tmp_path / "a", **given)[0]["1.png"] == ("cat", "train")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("1 a/1.png\n2 a/2.png\n", "has spaces between its cells? Save it with commas"),
        ("a/1.png\na/2.png\n", "has one column, so that it can't say path and label"),
        ("MATLAB 5.0 MAT-file", "is a MATLAB file, no text"),
        ("emotion,pixels\n1,70 80\n", "holds pixels (column pixels), and names no files"),
        ("label,pixel0,pixel1\n1,70,8\n", "holds pixels (column pixel0, pixel1), and names no"),
    ],
)
def test_tables_of_other_forms(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        understood(tmp_path / "a", **with_table(tmp_path, content, "a/1.png"))


def test_a_table_of_which_no_row_names_a_file(tmp_path: Path) -> None:
    given = with_table(tmp_path, "path,label\nDSC_1.jpg,a\nDSC_2.jpg,b\n", "IMG_1.jpg")
    with pytest.raises(UserError, match=r"2 of 2 rows of .* name no file"):
        records(0.05, labelled=tmp_path / "a", **given)


def test_tags_with_spaces_are_doubted(tmp_path: Path) -> None:
    tags = [f"{sky} primary{more}" for sky in ("clear", "haze", "cloudy") for more in ("", " road")]
    rows = "".join(f"{n}.png,{tag}\n" for n, tag in enumerate(tags))
    given = with_table(tmp_path, f"path,label\n{rows}", *(f"{n}.png" for n in range(6)))
    assert said(understood(tmp_path / "a", **given)[1], "several labels in a cell?")


def test_names_of_two_words_are_not_doubted(tmp_path: Path) -> None:
    names = (
        "Quercus alba",
        "Quercus rubra",
        "Acer rubrum",
        "bull terrier",
        "pit bull terrier",
        "terrier",
    )
    rows = "".join(f"{n}.png,{name}\n" for n, name in enumerate(names))
    given = with_table(tmp_path, f"path,label\n{rows}", *(f"{n}.png" for n in range(6)))
    assert not said(understood(tmp_path / "a", **given)[1], "several labels in a cell?")


def test_folders_of_patients_that_a_table_names(tmp_path: Path) -> None:
    """As CheXpert has them."""
    files = [f"patient{p:05}/study1/view{v}.jpg" for p in range(12) for v in (1, 2)]
    rows = "".join(f"{file},{'ab'[n % 2]}\n" for n, file in enumerate(files))
    _, warnings = understood(tmp_path / "a", **with_table(tmp_path, f"path,label\n{rows}", *files))
    assert said(warnings, "names such as patient00000... stand for several images each")


@pytest.mark.parametrize("column", ["level", "condition", "tags", "label_date", "class_id_old"])
def test_columns_of_bits_come_before_weak_names(tmp_path: Path, column: str) -> None:
    rows = "1.png,3,1,0\n2.png,4,0,1\n3.png,3,1,0\n"
    given = with_table(tmp_path, f"image,{column},cat,dog\n{rows}", "1.png", "2.png", "3.png")
    found, _ = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == ["cat", "dog", "cat"]


@pytest.mark.parametrize("head", ["image,ground,level,upper", "image,cat,dog,other class"])
def test_names_of_labels_among_columns_of_bits(tmp_path: Path, head: str) -> None:
    rows = "1.png,1,0,0\n2.png,0,1,0\n3.png,0,0,1\n"
    given = with_table(tmp_path, f"{head}\n{rows}", "1.png", "2.png", "3.png")
    found, _ = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == head.split(",")[1:]


@pytest.mark.parametrize(
    "column", ["label_date", "class confidence", "num classes", "label set", "label_hash"]
)
def test_what_is_known_of_a_label_is_none(tmp_path: Path, column: str) -> None:
    given = with_table(tmp_path, f"image,{column}\n1.png,3\n2.png,3\n", "1.png", "2.png")
    with pytest.raises(UserError, match="no column is named label or the like"):
        understood(tmp_path / "a", **given)


def test_a_weak_name_is_said(tmp_path: Path) -> None:
    given = with_table(tmp_path, "image,level\n1.png,3\n2.png,0\n", "1.png", "2.png")
    found, warnings = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == ["3", "0"]
    assert said(warnings, "the label is read from column level")


def test_a_row_of_another_folder_is_no_row_of_a_flat_place(tmp_path: Path) -> None:
    """Where rows of two cameras count alike, and one camera is the place."""
    given = with_table(
        tmp_path, "path,label\na/1.png,x\na/2.png,y\nb/3.png,x\n", "1.png", "2.png", "3.png"
    )
    images, rejected, _ = records(labelled=tmp_path / "a", **given)
    labels = {source.rpartition("/")[2]: record.label for source, record in images.items()}
    assert labels == {"1.png": "x", "2.png": "y", "3.png": None}
    assert [item.reason.partition(", ")[2] for item in rejected] == [
        "but its folder is b, and other rows name a, where such a file lies"
    ]


def test_any_folder_may_be_around_a_flat_place_that_no_row_names(tmp_path: Path) -> None:
    rows = "path,label\n/home/me/one/1.png,x\n/home/me/two/2.png,y\n"
    given = with_table(tmp_path, rows, "1.png", "2.png")
    images, _, _ = records(labelled=tmp_path / "a", **given)
    assert [record.label for record in images.values()] == ["x", "y"]


@pytest.mark.parametrize("above", ["", "/home/me/"])
@pytest.mark.parametrize("ending", ["", ".zip"])
def test_places_with_equal_names_are_told_apart_by_their_own(
    tmp_path: Path, above: str, ending: str
) -> None:
    places = [tmp_path / f"raw/{name}{ending}" for name in ("camA", "camB")]
    for number, place in enumerate(places):
        if ending:
            place.parent.mkdir(exist_ok=True)
            make_zip(place, {"1.png": png(number)})
        else:
            fill(place, "1.png")
    (tmp_path / "l.csv").write_text(f"path,label\n{above}camA/1.png,x\n{above}camB/1.png,y\n")
    images, rejected, _ = records(labelled=[*map(str, places)], labels=tmp_path / "l.csv")
    assert [record.label for record in images.values()] == ["x", "y"]
    assert not rejected


@pytest.mark.parametrize(("one", "other"), [("003", "3"), ("P003", "p003"), ("P03", "p3")])
def test_one_patient_in_two_tables(tmp_path: Path, one: str, other: str) -> None:
    """A spreadsheet takes leading zeros away."""
    given: dict[str, Path] = {}
    for kind, word in (("labelled", one), ("test", other)):
        given[kind] = fill(tmp_path / kind, "1.png", "2.png")
        table = tmp_path / f"{kind}.csv"
        table.write_text(f"path,label,patient\n1.png,x,{word}\n2.png,y,30\n")
        given["labels" if kind == "labelled" else "test_labels"] = table
    images, _, warnings = records(**given)
    assert [record.group for record in images.values()] == [one, "30", one, "30"]
    assert said(warnings, f"are read as one: {other} is {one}")


@pytest.mark.parametrize(
    ("rest", "is_told"), [(("x/8.png", "y/9.png"), True), (("x/8.png", "new/9.png"), False)]
)
def test_class_folders_beside_a_table_of_others(
    tmp_path: Path, rest: tuple[str, str], is_told: bool
) -> None:
    given = with_table(
        tmp_path, "path,label\nnew/1.png,x\nnew/2.png,y\n", "new/1.png", "new/2.png", *rest
    )
    found, warnings = understood(tmp_path / "a", **given)
    assert [found[path] for path in rest] == [(None, "train")] * 2
    assert said(warnings, "x (1 files), y (1 files): called as classes of the table") is is_told


@pytest.mark.parametrize(
    ("row", "file"),
    [
        ("my%20cat%201.png", "my cat 1.png"),
        ("/data/upload/1/K%C3%A4fer%201.png", "Käfer 1.png"),
        ("100%25.png", "100%.png"),
        ("/data/local-files/?d=photos%5C1.png", "1.png"),  # of Windows
        ("a%20b.png", "a%20b.png"),  # as written, where there is such a file
    ],
)
def test_paths_that_are_encoded_as_in_a_url(tmp_path: Path, row: str, file: str) -> None:
    """As Label Studio exports them."""
    given = with_table(tmp_path, f"path,label\n{row},x\n2.png,y\n", file, "2.png", "a b.png")
    found, warnings = understood(tmp_path / "a", **given)
    assert found == {file: ("x", "train"), "2.png": ("y", "train"), "a b.png": (None, "train")}
    assert said(warnings, "1 with %20 and the like decoded") is (row != file)


BEHIND, WITHOUT = "by what stands behind ?d=", "without the query of an address"


@pytest.mark.parametrize(
    ("row", "way"),
    [
        ("/data/local-files/?d=photos/x/{}.png", BEHIND),
        ("/data/local-files/?d=photos%5Cx%5C{}.png", BEHIND),
        ("https://host:8080/data/local-files/?d=photos/x/{}.png", BEHIND),
        ("https://host/photos/x/{}.png?raw=true", WITHOUT),
        ("https://host/o/photos%2Fx%2F{}.PNG?alt=media&token=0-1", WITHOUT),
        ("photos/x/{}.png#top", WITHOUT),
    ],
)
def test_paths_in_a_url(tmp_path: Path, row: str, way: str) -> None:
    """Behind ?d= Label Studio has those of local files; the folder before them is another one's."""
    rows = "".join(f"{row.format(n)},{label}\n" for n, label in enumerate("ab"))
    files = [f"photos/{folder}/{n}.png" for folder in "xy" for n in range(2)]
    given = with_table(tmp_path, f"path,label\n{rows}", *files)
    found, warnings = understood(tmp_path / "a", **given)
    assert [label for label, _ in found.values()] == ["a", "b", None, None]
    assert said(warnings, f"2 {way}")


def test_a_folder_in_other_case_comes_before_any_around_the_place(tmp_path: Path) -> None:
    rows = "path,label\nFull/1.png,x\nFull/2.png,y\n"
    given = with_table(tmp_path, rows, "full/1.png", "full/2.png", "1.png", "3.png")
    found, _ = understood(tmp_path / "a", **given)
    labels = {path: label for path, (label, _) in found.items() if label}
    assert labels == {"full/1.png": "x", "full/2.png": "y"}


def test_two_rows_of_one_file_in_two_spellings(tmp_path: Path) -> None:
    rows = "path,label\n1.png,x\n2.png,y\na/2.png,{}\n"
    given = with_table(tmp_path, rows.format("y"), "1.png", "2.png")
    assert understood(tmp_path / "a", **given)[0]["2.png"] == ("y", "train")
    given = with_table(tmp_path, rows.format("x"))
    with pytest.raises(UserError, match=r"2.png \(or a/2.png\) has two labels, 'y' and 'x'; keep"):
        understood(tmp_path / "a", **given)


@pytest.mark.parametrize(
    ("row", "file"),
    [
        ("/data/upload/1/ab12cd34-cat.png", "cat.png"),
        ("/data/upload/1/ab12cd34-my%20cat.png", "my cat.png"),
        ("ab12cd34-cat.png", "ab12cd34-cat.png"),  # as written, where there is such a file
    ],
)
def test_names_with_a_code_before_them(tmp_path: Path, row: str, file: str) -> None:
    """As Label Studio calls files that were uploaded to it."""
    given = with_table(tmp_path, f"image,choice\n{row},x\n2.png,y\n", file, "2.png")
    images, _, warnings = records(labelled=tmp_path / "a", **given)
    assert {record.label for record in images.values()} == {"x", "y"}
    assert said(warnings, "1 without the code before the name") is (row != file)


def test_parts_of_which_a_table_names_nothing_are_told_of(tmp_path: Path) -> None:
    root = fill(tmp_path / "a", "train/1.png", "train/2.png", "valid/3.png", "meta/4.png")
    fill(root, "test/5.png")
    file = tmp_path / "labels.csv"
    file.write_text("path,label\n1.png,cat\n2.png,dog\n")
    _, _, warnings = records(labelled=root, labels=file)
    assert said(warnings, "folders test, train, valid are read as the split")
    assert said(warnings, "names no image in test, valid, which are read as unlabelled")
    held = tmp_path / "test.csv"
    held.write_text("path,label\n3.png,cat\n5.png,dog\n")
    _, _, warnings = records(labelled=root, labels=file, test=root, test_labels=held)
    assert not said(warnings, "names no image in")


@pytest.mark.parametrize("ending", ["npy", "mat", "dat", "txt"])
def test_rows_of_files_that_are_no_images_by_their_names(tmp_path: Path, ending: str) -> None:
    """They are lost as broken images are, and count as these; files without a row do not."""
    files = ["1.png", "2.png", f"3.{ending}", f"4.{ending}"]
    given = with_table(tmp_path, f"path,label\n1.png,x\n2.png,y\n3.{ending},x\n", *files)
    for file in files[2:]:
        (tmp_path / "a" / file).write_bytes(b"no image")
    _, rejected, _ = records(labelled=tmp_path / "a", **given)
    assert [(item.meant, item.label) for item in rejected] == [("labelled", "x"), ("aside", None)]
