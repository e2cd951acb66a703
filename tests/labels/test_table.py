"""What tables say, as people write them."""

import json
import sys

import pytest
from made_tables import labels, rows

from semisup.labels.table import Row
from semisup.workflow.errors import UserError


@pytest.mark.parametrize("column", ["id", "image", "name"])
def test_the_column_that_names_files_is_the_path(column: str) -> None:
    found, warnings = rows(f"{column},photo_filename,label\n0,1.png,cat\n1,2.png,dog\n")
    assert {path: row.label for path, row in found.items()} == {"1.png": "cat", "2.png": "dog"}
    assert f"the path is read from column photo_filename, not from {column}" in warnings


def test_a_path_of_a_name_in_another_language() -> None:
    assert labels("Bild;Klasse;class\na.jpg;x;cat\nb.jpg;y;dog\n") == {
        "a.jpg": "cat",
        "b.jpg": "dog",
    }


@pytest.mark.parametrize("other", ["mask_file", "image_url", "overlay"])
def test_an_identity_beside_files_that_are_no_images_of_their_own(other: str) -> None:
    assert labels(f"id,{other},label\n1,x/1.png,cat\n2,x/2.png,dog\n") == {"1": "cat", "2": "dog"}


def test_an_identity_beside_files_that_are_not_there() -> None:
    assert labels("id,original,label\n1,md1.png,cat\n2,md2.png,dog\n") == {"1": "cat", "2": "dog"}


def test_two_columns_that_name_files() -> None:
    with pytest.raises(UserError, match=r"'front', 'back' all name files; say in .*columns.path"):
        rows("front,back,label\n1.png,2.png,cat\n")
    assert set(labels("image,mask,label\n1.png,2.png,cat\n")) == {"1.png"}


def test_two_columns_that_name_files_beside_an_identity_that_names_none() -> None:
    """None is taken in silence: half of the images would have no label."""
    with pytest.raises(UserError, match=r"'left', 'right' all name files; say in .*columns.path"):
        rows("id,left,right,label\nx,1.png,2.png,cat\ny,3.png,4.png,dog\n")
    text = "id,file,whole,label\nx,1.png,a/1.png,cat\ny,2.png,a/2.png,dog\n"
    assert set(labels(text)) == {"1.png", "2.png"}


def test_two_columns_of_files_of_equal_names_in_other_folders() -> None:
    with pytest.raises(UserError, match=r"'whole', 'cropped' all name files"):
        rows("id,whole,cropped,label\nx,a/1.png,c/1.png,cat\ny,a/2.png,c/2.png,dog\n")


def test_an_identity_of_any_name_is_the_path_where_it_names_files() -> None:
    found, warnings = rows("isic_key,age,label\n1,50,a\n2,50,b\n3,7,b\n")
    assert [*found] == ["1", "2", "3"]
    assert "the path is read from column isic_key, since it names files" in warnings
    for text in ("key,label\nx,a\ny,b\n", "key,label\n1,a\n1,a\n", ",label\n1,a\n2,b\n"):
        with pytest.raises(UserError, match="no column is named path or the like"):
            rows(text)


def test_columns_of_bits_of_which_one_alone_is_set_are_no_classes() -> None:
    """What is known of all patients, beside the label."""
    text = "image,smoke,biopsed,diagnostic\n1.png,0,1,nev\n2.png,0,1,bcc\n3.png,0,1,bcc\n"
    assert labels(text) == {"1.png": "nev", "2.png": "bcc", "3.png": "bcc"}


def test_the_second_words_of_names_are_no_classes() -> None:
    """Deer, bobwhites and owls may all be virginianus."""
    text = "1.png,Odocoileus,virginianus,deer\n2.png,Bubo,virginianus,owl\n3.png,Bubo,,owl\n"
    with pytest.raises(UserError, match=r"no column is named label .* image,genus,species,common"):
        rows(f"image,genus,species,common_name\n{text}")
    assert labels(f"image,genus,species,label\n{text}")["2.png"] == "owl"
    whole = "1.png,Odocoileus,Odocoileus virginianus\n2.png,Bubo,Bubo virginianus\n"
    assert labels(f"image,genus,species\n{whole}")["2.png"] == "Bubo virginianus"


def test_y_beside_x_is_a_place_not_a_label() -> None:
    text = "image,x,y,tissue\n1.png,0,1,a\n2.png,3,4,b\n"
    with pytest.raises(UserError, match="no column is named label or the like"):
        rows(text)
    assert labels("image,y\n1.png,0\n2.png,1\n") == {"1.png": "0", "2.png": "1"}


def test_masks_are_no_classes() -> None:
    masks = "".join(f"{n}.png,masks/{n}.png\n" for n in range(8))
    with pytest.raises(UserError, match=r"the labels are images, such as 'masks/0.png'"):
        rows(f"image,label\n{masks}")


# Columns of ones and zeros


def test_a_class_each() -> None:
    """Which are told; a row of none of them has no label, nor has one of two."""
    text = "image,scab,rust,kind\n" + "1.png,1,0,x\n2.png,0,1,x\n3.png,0,0,y\n"
    text += "".join(f"{n}.png,1,0,{'xy'[n % 2]}\n" for n in range(4, 20)) + "20.png,1,1,x\n"
    found, warnings = rows(text)
    assert [found[f"{n}.png"].label for n in (1, 2, 3, 20)] == ["scab", "rust", None, None]
    assert "columns scab, rust hold 1 and 0, and are read as a class each; 1 rows have" in warnings
    assert "if the classes are in kind, name it in data.folder.columns.label" in warnings
    assert "1 rows have 1 in several of these: read as no label" in warnings


def test_the_name_of_a_class_column_may_hold_a_semicolon() -> None:
    assert labels('image,"cat; indoor",dog\n1.png,1,0\n2.png,0,1\n') == {
        "1.png": "cat; indoor",
        "2.png": "dog",
    }


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [("train", "1", "0"), ("test", "False", "True"), ("train,test", "1,0", "0,1")],
)
def test_a_part_each(header: str, first: str, second: str) -> None:
    found, _ = rows(f"image,label,{header}\n1.png,a,{first}\n2.png,b,{second}\n")
    assert [row.part for row in found.values()] == ["train", "test"]


@pytest.mark.parametrize("name", ["train", "test", "labelled"])
def test_a_class_called_train_is_no_part(name: str) -> None:
    """Where ones and zeros are the classes."""
    text = f"image,bus,{name}\n" + "".join(f"{n}.png,{n % 2},{1 - n % 2}\n" for n in range(8))
    found, _ = rows(text)
    assert {(row.label, row.part) for row in found.values()} == {("bus", None), (name, None)}


@pytest.mark.parametrize("column", ["is_labeled", "isLabelled", "labeled", "labelled"])
@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("True", "False"), ("yes", "no")])
def test_a_column_of_what_is_labelled(column: str, yes: str, no: str) -> None:
    """Rows with 0 are no test images; and a split beside it stays one."""
    lines = [f"1.png,a,{yes},train", f"2.png,a,{no},train", f"3.png,,{no},", f"4.png,b,{yes},test"]
    text = "\n".join([f"image,label,{column},split", *lines])
    found, warnings = rows(text)
    parts = [row.part for row in found.values()]
    assert parts == ["train", "unlabelled", "unlabelled", "test"]
    assert f"column {column} says {no} in 2 of 4 rows: read as unlabelled" in warnings
    without = "\n".join(line.rpartition(",")[0] for line in text.split("\n"))
    assert [row.part for row in rows(without)[0].values()] == [None, *["unlabelled"] * 2, None]
    parts = [row.part for row in rows(without, split=column)[0].values()]
    assert parts == ["train", "unlabelled", "unlabelled", "train"]
    assert rows(without.replace(no, yes))[1] == ""
    assert rows(without.replace(yes, no))[1] == ""


@pytest.mark.parametrize("column", ["unlabeled", "is_unlabeled", "Unlabelled", "not_labelled"])
@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("True", "False"), ("yes", "no")])
@pytest.mark.parametrize("named", [False, True])
def test_a_column_of_what_is_not_labelled(column: str, yes: str, no: str, named: bool) -> None:
    """Rows with 0 may be of any part: the place that they are in says which."""
    text = f"image,label,{column}\n1.png,a,{no}\n2.png,b,{no}\n3.png,,{yes}\n4.png,b,\n"
    found, _ = rows(text, **({"split": column} if named else {}))
    assert [row.part for row in found.values()] == [None, None, "unlabelled", None]


@pytest.mark.parametrize("column", ["pred", "predict", "is_pred", "prediction"])
def test_a_column_of_what_was_predicted_is_no_split(column: str) -> None:
    found, warnings = rows(f"image,label,{column}\n1.png,0,0\n2.png,1,1\n3.png,1,0\n")
    assert [(row.label, row.part) for row in found.values()] == [("0", None), *[("1", None)] * 2]
    assert column not in warnings
    parts = [row.part for row in rows("image,label,set\n1.png,0,train\n2.png,1,pred\n")[0].values()]
    assert parts == ["train", "unlabelled"]


@pytest.mark.parametrize("column", ["group", "part", "sample_id"])
def test_a_column_called_the_group_that_says_train_and_test_is_the_split(column: str) -> None:
    words = ["train", "Test", "train", "val"]
    lines = "".join(f"{n}.png,a,{word},p{n // 2}\n" for n, word in enumerate(words))
    found, warnings = rows(f"image,label,{column},patient\n{lines}")
    assert [row.part for row in found.values()] == ["train", "test", "train", "validation"]
    assert [row.group for row in found.values()] == ["p0", "p0", "p1", "p1"]
    assert f"column {column} is read as the split" in warnings


def test_a_group_of_many_words_that_begin_with_train_stays_one() -> None:
    lines = "".join(f"{n}.png,a,{'train' if n < 14 else 'test'}_{n // 2}\n" for n in range(20))
    found, _ = rows(f"image,label,video\n{lines}")
    assert found["0.png"] == found["1.png"] == Row("a", None, "train_0")


def test_a_column_called_test_is_told_of() -> None:
    found, warnings = rows("image,label,test\n1.png,a,0\n2.png,b,1\n3.png,b,0\n")
    assert [row.part for row in found.values()] == ["train", "test", "train"]
    assert "column test is read as the split" in warnings
    found, _ = rows("image,label,validation\n1.png,a,yes\n2.png,b,no\n3.png,b,no\n")
    assert [row.part for row in found.values()] == ["validation", "train", "train"]


@pytest.mark.parametrize(
    ("column", "cells", "parts"),
    [
        ("holdout", ("no", "yes"), ["train", "test"]),
        ("hold-out", ("N", "Y"), ["train", "test"]),
        ("in_test_set", ("False", "True"), ["train", "test"]),
        ("cohort", ("training", "external test"), ["train", "test"]),
        ("cohort", ("training", "hold-out"), ["train", "test"]),
        ("which", ("train_val", "test"), ["train", "test"]),
    ],
)
def test_more_words_of_a_split(
    column: str, cells: tuple[str, str], parts: list[str | None]
) -> None:
    found, warnings = rows(f"path,label,{column}\n1.png,a,{cells[0]}\n2.png,b,{cells[1]}\n")
    assert [row.part for row in found.values()] == parts
    assert f"column {column} is read as the split" in warnings


@pytest.mark.parametrize(
    ("column", "is_told"),
    [("holdout", True), ("my_split", True), ("train_or_test", True), ("test_result", False)],
)
def test_a_split_in_words_that_nobody_knows_is_told_of(column: str, is_told: bool) -> None:
    found, warnings = rows(f"path,label,{column}\n1.png,a,A\n2.png,b,B\n")
    assert {row.part for row in found.values()} == {None}
    assert (f"column {column} is not read as the split, since it says 'A', 'B'" in warnings) is (
        is_told
    )


@pytest.mark.parametrize(
    ("words", "is_told"),
    [("Training Validierung Test", True), ("entrainement test", True), ("train car bus", False)],
)
def test_a_split_some_words_of_which_are_known_is_told_of(words: str, is_told: bool) -> None:
    lines = (f"{n}.png,a,{word}\n" for n, word in enumerate(words.split()))
    found, warnings = rows(f"path,label,kind\n{''.join(lines)}")
    assert {row.part for row in found.values()} == {None}
    assert ("column kind is not read as the split, since it says" in warnings) is is_told


def test_columns_of_parts_beside_one_of_that_name() -> None:
    found, _ = rows("image,label,Split,train,test\n1.png,a,test,1,0\n2.png,b,train,0,1\n")
    assert [row.part for row in found.values()] == ["test", "train"]


def test_a_column_that_takes_most_from_training_is_told_of() -> None:
    text = "image,label,is_valid\n" + "".join(f"{n}.png,a,{n > 0}\n" for n in range(10))
    assert "by column is_valid 9 of 10 rows are not trained on" in rows(text)[1]


# Labels


@pytest.mark.parametrize("mark", [" ", ";", "|", ", ", " or "])
def test_several_labels_in_a_cell(mark: str) -> None:
    text = f'image,label\n1.png,scab\n2.png,rust\n3.png,"scab{mark}rust"\n4.png,rust\n'
    found, warnings = rows(text)
    assert found["3.png"].label is None
    assert "1 rows name several classes" in warnings


def test_a_space_separates_only_where_each_name_with_one_is_a_list() -> None:
    every = ["sofa", "bed", "sofa bed", "floor lamp"]
    text = "image,label\n" + "".join(f"{n}.png,{name}\n" for n, name in enumerate(every))
    assert [*labels(text).values()] == every


def test_words_that_are_no_classes_of_their_own_stay() -> None:
    assert labels("image,label\n1.png,polar bear\n2.png,bear\n")["1.png"] == "polar bear"


def test_a_split_without_a_name() -> None:
    found, _ = rows("a.png,0,train\nb.png,1,test\n")
    assert found == {"a.png": Row("0", "train"), "b.png": Row("1", "test")}


def test_a_class_with_its_number() -> None:
    lines = [
        {"image": "1.png", "label": {"id": 0, "name": "cat"}},
        {"image": "2.png", "label": "b"},
    ]
    assert labels("\n".join(map(json.dumps, lines)), "l.jsonl") == {"1.png": "cat", "2.png": "b"}


@pytest.mark.parametrize(
    "cell",
    [
        [{"tagId": 7, "tagName": "cat"}],
        {"class-name": "cat", "job-name": "j", "confidence": 0.9},
        {"displayName": "cat", "annotationResourceLabels": {"a": "b"}},
    ],
)
def test_a_class_in_an_object_of_other_names(cell: object) -> None:
    lines = [{"image": "1.png", "label": cell}, {"image": "2.png", "label": "b"}]
    assert labels("\n".join(map(json.dumps, lines)), "l.jsonl") == {"1.png": "cat", "2.png": "b"}


def test_objects_in_cells() -> None:
    """So tools for labelling write attributes, and several choices of one image."""
    said = [*({"class": name} for name in ("cat", "dog", "")), {}, {"choices": ["cat", "dog"]}]
    cells = [json.dumps(one).replace('"', '""') for one in said]
    lines = "".join(f'{n}.png,"{cell}"\n' for n, cell in enumerate(cells, 1))
    found, warnings = rows(f"image,label\n{lines}")
    assert [row.label for row in found.values()] == ["cat", "dog", None, None, None]
    assert "1 rows name several classes, such as 'cat;dog'" in warnings


def test_a_class_of_animals_is_no_label_beside_other_ranks() -> None:
    text = "file,class,order,family,species\n1.png,Aves,x,y,pica\n2.png,Aves,x,z,parus\n"
    assert labels(text) == {"1.png": "pica", "2.png": "parus"}
    assert labels("file,class,family\n1.png,a,x\n2.png,b,y\n") == {"1.png": "a", "2.png": "b"}


def test_a_choice_is_the_label_where_nothing_else_is() -> None:
    assert labels("image,choice,lead_time\n1.png,a,3.2\n2.png,b,1.5\n")["1.png"] == "a"


@pytest.mark.parametrize(
    "content",
    [
        {"cat": ["1.png", "2.png"], "dog": ["3.png"]},
        {"1.png": ["cat"], "2.png": ["cat"], "3.png": ["dog"]},
        {"1.png": ["cat"], "2.png": "cat", "3.png": {"label": "dog"}},
        {f"{n}.png": {"name": "dog" if n == 3 else "cat", "id": n} for n in (1, 2, 3)},
        {
            f"{n}.png": {"name": f"photo {n}", "class": "dog" if n == 3 else "cat"}
            for n in (1, 2, 3)
        },
    ],
)
def test_objects_of_paths_or_classes(content: object) -> None:
    assert labels(json.dumps(content, indent=1), "l.json") == {
        "1.png": "cat",
        "2.png": "cat",
        "3.png": "dog",
    }


def test_classes_of_one_path_each() -> None:
    content = '{"cat": ["1.png"], "dog": ["2.png"]}'
    assert labels(content, "l.json") == {"1.png": "cat", "2.png": "dog"}


def test_an_object_for_each_path_is_a_row() -> None:
    content = {f"{n}.png": {"label": "ab"[n % 2], "split": "test", "patient": n} for n in range(2)}
    found, _ = rows(json.dumps(content), "l.json")
    assert found == {f"{n}.png": Row("ab"[n % 2], "test", str(n)) for n in range(2)}


def test_an_object_of_parts_is_refused() -> None:
    with pytest.raises(UserError, match="lists the files of 'train', 'test', which are parts"):
        rows('{"train": ["1.png", "2.png"], "test": ["3.png"]}', "l.json")
    assert labels('{"defect": ["1.png", "2.png"], "good": ["3.png"]}', "l.json") == {
        "1.png": "defect",
        "2.png": "defect",
        "3.png": "good",
    }


def test_an_object_of_classes_and_names_without_ending() -> None:
    """As Food-101 has it."""
    found = labels('{"pie": ["pie/1", "pie/2"], "ramen": ["ramen/1"]}', "train.json")
    assert found == {"pie/1": "pie", "pie/2": "pie", "ramen/1": "ramen"}


@pytest.mark.parametrize(
    "content",
    [
        '{"image": {"0": "a.jpg", "1": "b.jpg"}, "label": {"0": "x", "1": null}}',
        '{"image": ["a.jpg", "b.jpg"], "label": ["x", null]}',
        '{"image": {"7": "a.jpg", "8": "b.jpg"}, "x": {"7": 1, "8": 0}, "y": {"7": 0, "8": 0}}',
    ],
)
def test_json_by_columns(content: str) -> None:
    """As pandas writes it where nobody asks for another form."""
    assert labels(content, "l.json") == {"a.jpg": "x", "b.jpg": None}


def test_line_breaks_in_names_of_columns() -> None:
    """As spreadsheets have them."""
    assert labels('"Image\nName","Class\r\nLabel"\na.jpg,x\n') == {"a.jpg": "x"}
    assert rows('image,"my\nword"\na.jpg,x\n', label="my\nword")[0]["a.jpg"].label == "x"
    with pytest.raises(UserError, match=r"there are image,my word$"):
        rows('image,"my\nword"\na.jpg,x\n')


@pytest.mark.parametrize(
    ("content", "at"),
    [
        ('{"path": "1.png", "label": "a"}\n\n{"path": "2.png"\n', "line 3: Expecting"),
        ('{\n"1.png": "a",\n"2.png": b\n}', "line 3 column 10"),
    ],
)
def test_where_json_is_wrong(content: str, at: str) -> None:
    with pytest.raises(UserError, match=rf"an object a line \(.*{at}.*; save it as CSV"):
        rows(content, "l.jsonl")


def test_a_class_that_is_called_as_a_column() -> None:
    assert labels('{"image": ["1.png"], "photo": ["2.png"]}', "l.json") == {
        "1.png": "image",
        "2.png": "photo",
    }


def test_lists_of_images_and_annotations() -> None:
    """As COCO and iNaturalist have them."""
    content = {
        "info": {"year": 2018},
        "images": [{"id": n, "file_name": f"{n}.png"} for n in range(4)],
        "annotations": [
            *({"image_id": n, "category_id": n % 2} for n in range(3)),
            *({"image_id": 2, "category_id": n} for n in range(2)),
            {"image_id": 99, "category_id": 0},
            {"image_id": 3, "category_id": None},
        ],
        "categories": [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}],
    }
    expected = {"0.png": "cat", "1.png": "dog", "2.png": None, "3.png": None}
    assert labels(json.dumps(content), "l.json") == expected
    del content["categories"]
    assert labels(json.dumps(content), "l.json") == expected | {"0.png": "0", "1.png": "1"}
    with pytest.raises(UserError, match=r"as COCO, but not all of id, .* \('id'\)"):
        labels('{"images": [{"file": 1}], "annotations": []}', "l.json")
    box = {"bbox": [0, 0, 9, 9]}
    boxes = [{"image_id": n, "category_id": n % 2} | (box if n else {}) for n in range(4)]
    content["annotations"] = boxes
    assert [*labels(json.dumps(content), "l.json").values()] == ["0", "1", "0", "1"]
    for more in ([*boxes, box | {"image_id": 1, "category_id": 0}], boxes[2:3]):
        content["annotations"] = more
        with pytest.raises(UserError, match=r"\d of \d annotations are boxes of things"):
            labels(json.dumps(content), "l.json")
    lists = '{"images": ["1.png", "2.png"], "annotations": ["3.png"]}'
    assert labels(lists, "l.json")["3.png"] == "annotations"


@pytest.mark.parametrize("head", [[], [["file", "class"]]])
def test_json_of_pairs(head: list[list[str]]) -> None:
    content = [*head, ["1.png", "cat"], ["2.png", None], ["3.png", "dog"]]
    assert labels(json.dumps(content), "l.json") == {"1.png": "cat", "2.png": None, "3.png": "dog"}


# so many lists in lists are read as JSON, but are too many for what then makes cells of them
DEEP = 960 if sys.version_info < (3, 12) else 1200


@pytest.mark.parametrize(
    "text", ['[{"a":' + "[" * 100_000, '[{"image": 1, "label": ' + "[" * DEEP + "]" * DEEP + "}]"]
)
def test_json_nested_too_deeply(text: str) -> None:
    with pytest.raises(UserError, match="not readable as JSON"):
        rows(text, "l.json")


@pytest.mark.parametrize(
    "text",
    [
        r'[{"path": "1.png", "label": "cat\ud83d"}]',
        r'{"path": "\udc4d.png", "label": "cat"}',
        r'{"1.png": "cat", "2.png": "\ud83d"}',
        r'[["path", "label"], ["1.png", "\ud83d"]]',
    ],
)
def test_json_with_half_of_a_letter(text: str) -> None:
    with pytest.raises(UserError, match=r"\\ud.* holds half of a letter"):
        rows(text, "l.json")


def test_json_with_a_letter_as_two_halves() -> None:
    text = r'[{"path": "1.png", "label": "\ud83d\udc4d"}, {"path": "2.png", "label": "cat"}]'
    assert labels(text, "l.json") == {"1.png": "👍", "2.png": "cat"}


@pytest.mark.parametrize("column", ["Empty", "is_blank", "No animal", "emptyFrame"])
@pytest.mark.parametrize("word", ["TRUE", "1", "yes"])
def test_empty_frames_that_another_column_tells_are_hinted_at(column: str, word: str) -> None:
    """As programs for camera traps write them; without a word the class would be missing."""
    text = f"file,species,{column}\n1.jpg,fox,0\n2.jpg,,{word}\n3.jpg,deer,0\n4.jpg,,0\n"
    found, warnings = rows(text)
    assert [row.label for row in found.values()] == ["fox", None, "deer", None]
    assert f"1 rows without a label say yes in column {column}" in warnings


def test_a_label_for_empty_frames_is_no_reason_for_a_word() -> None:
    assert not rows("file,species,empty\n1.jpg,fox,0\n2.jpg,nothing,1\n3.jpg,,0\n")[1]


# Groups


def test_unknown_is_no_group() -> None:
    found, warnings = rows("image,label,patient\n1.png,a,unknown\n2.png,b,p1\n3.png,a,Unknown\n")
    assert [row.group for row in found.values()] == [None, "p1", None]
    assert "read as no group: 'unknown' (1), 'Unknown' (1)" in warnings


def test_a_group_of_many_rows_is_told_of() -> None:
    text = "image,label,patient\n" + "".join(f"{n}.png,a,{min(n, 6)}\n" for n in range(20))
    assert "14 of 20 rows are of the group '6'" in rows(text)[1]


@pytest.mark.parametrize(
    ("column", "is_told"),
    [
        ("patient_number", True),
        ("Patient No.", True),
        ("PatientIdentifier", True),
        ("mouse_id", True),
        ("Sequence", True),
        ("event_id", True),
        ("locationID", True),
        ("Camera", True),
        ("well", True),
        ("Plate", True),
        ("study", True),
        ("plot_id", False),
        ("camera_model", False),
        ("event", False),
        ("eye", False),
        ("patient_age", False),
        ("case_notes", False),
    ],
)
def test_a_column_that_may_be_the_group_is_hinted_at(column: str, is_told: bool) -> None:
    lines = "".join(f"{n}.png,{'ab'[n % 2]},{n // 2}\n" for n in range(6))
    found, warnings = rows(f"path,label,{column}\n{lines}")
    assert {row.group for row in found.values()} == {None}
    assert (f"column {column} says the same of several images" in warnings) is is_told


def test_several_columns_that_may_be_the_group_are_one_warning() -> None:
    lines = "".join(f"{n}.png,{'ab'[n % 2]},{n // 2},{n // 3}\n" for n in range(6))
    _, warnings = rows(f"path,label,burst,camera\n{lines}")
    assert warnings.count("the same of several images") == 1
    assert "columns burst, camera each say the same" in warnings


def test_a_column_that_says_another_word_of_each_image_is_no_group() -> None:
    _, warnings = rows("path,label,patient_number\n1.png,a,1\n2.png,b,2\n")
    assert not warnings


@pytest.mark.parametrize(("other", "group"), [("", None), (",patient", "7")])
def test_a_column_that_is_named_as_the_label_is_no_group(other: str, group: str | None) -> None:
    """As of whales, whose individual_id is the class."""
    cell = ",7" if other else ""
    content = f"path,individual_id{other}\n1.png,a{cell}\n2.png,b{cell}\n"
    found, _ = rows(content, label="individual_id")
    assert [(row.label, row.group) for row in found.values()] == [("a", group), ("b", group)]


def test_a_long_cell() -> None:
    """The outline of a thing, say; Python's csv reads 131,072 signs by itself."""
    found = labels(f"path,label,outline\n1.png,cat,{'12 ' * 60_000}\n2.png,dog,\n")
    assert found == {"1.png": "cat", "2.png": "dog"}


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_signs_that_are_no_end_of_a_line(sign: str, end: str) -> None:
    lines = (f'{{"path": "{n}.png", "label": "a", "note": "x{sign}y"}}' for n in (1, 2))
    assert labels(end.join(lines), "l.jsonl") == {"1.png": "a", "2.png": "a"}
    assert labels(f"x{sign}1.png a{end}2.png b{end}") == {f"x{sign}1.png": "a", "2.png": "b"}


# Lines of a path, a space and a label


def test_a_name_without_ending_a_space_and_a_label() -> None:
    """So lists of aircraft have it, and programs for ImageNet."""
    lines = "1 707-320\n2 Boeing 717\n\n3 F/A-18\n"
    expected = {"1": "707-320", "2": "Boeing 717", "3": "F/A-18"}
    assert labels(lines) == labels(f"image label\n{lines}") == expected
    assert labels("a.jpg 0\nb.jpg 1\n") == {"a.jpg": "0", "b.jpg": "1"}


@pytest.mark.parametrize(
    "text",
    [
        "x1 cat\nx2 dog\n",  # name no files
        "1 1 1 2\n2 1 2 1\n",  # several numbers
        "1 -1\n2  1\n",  # another class than one
        "1 cat\n2\n",
    ],
)
def test_other_lines_with_spaces_are_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"has spaces between its cells|has one column"):
        rows(text)
