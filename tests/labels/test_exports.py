"""What programs for labelling write."""

import json
from typing import Any

import pytest
from made_tables import labels, rows

from semisup.labels.table import Row
from semisup.workflow.errors import UserError

CLASSES = ("cat", "dog")
VIA = {
    f"{n}.png99": {"filename": f"{n}.png", "file_attributes": {"kind": name, "note": ""}}
    for n, name in enumerate(CLASSES)
}
VIA_NAMES = "filename,file_size,file_attributes,region_count,region_attributes"


def each(**row: Any) -> list[Any]:
    """A row for each class, of which $n and $c are its number and name."""
    text = json.dumps(row)
    return [
        json.loads(text.replace('"$n"', str(n)).replace("$n", str(n)).replace("$c", name))
        for n, name in enumerate(CLASSES)
    ]


def labelbox(kind: dict[str, Any], **about: str | None) -> list[Any]:
    project = {"labels": [{"annotations": {"objects": [], "classifications": [kind]}}]}
    return each(data_row=about or {"external_id": "$n.png"}, projects={"p": project})


WHOLE = [
    VIA,
    {"_via_settings": {}, "_via_img_metadata": VIA},
    {f"{n}.png": {"instances": [], "tags": [name]} for n, name in enumerate(CLASSES)},
    {"classes": CLASSES, "labels": {f"{n}.png": n for n in range(2)}},
    {"classes": CLASSES, "labels": {f"{n}.png": {"label": n, "confidence": 0.5} for n in range(2)}},
    {"classes": None, "labels": {f"{n}.png": name for n, name in enumerate(CLASSES)}},
    {"samples": each(filepath="$n.png", truth={"_cls": "Classification", "label": "$c"})},
    {  # ids as text, and as numbers
        "images": [{"id": n, "file_name": f"{n}.png"} for n in range(2)],
        "annotations": [{"image_id": f"{n}", "category_id": f"{n}"} for n in range(2)],
        "categories": [{"id": n, "name": name} for n, name in enumerate(CLASSES)],
    },
    {
        "categories": {"label": {"labels": [{"name": name} for name in CLASSES]}},
        "items": each(
            id="$n.", image={"path": "$n.png"}, annotations=[{"type": "label", "label_id": "$n"}]
        ),
    },
]
PARTS = [
    labelbox({"name": "kind", "radio_answer": {"name": "$c"}}),
    labelbox({"name": "kind", "checklist_answers": [{"name": "$c"}]}),
    labelbox(
        {"name": "kind", "radio_answer": {"name": "$c"}},
        **{"external_id": None, "global_key": "$n.png", "row_data": "https://x/a%2Fb-$n"},
    ),
    each(
        **{"External ID": "$n.png", "Labeled Data": "https://x/y.png"},
        Label={"classifications": [{"title": "kind", "answer": {"title": "$c"}}]},
    ),
    each(**{"External ID": "$n.png", "Labeled Data": "https://x/y.png"}, Label={"kind": "$c"}),
    each(metadata={"name": "$n.png"}, instances=[], tags=["$c"], comments=[]),
    each(content="$n.png", annotation={"labels": ["$c"], "note": ""}, extras=None),
    each(task_id="t", params={"attachment": "$n.png"}, response={"category": "$c"}),
    each(
        id="$n",
        data={"image": "$n.png"},
        annotations=[
            {"result": [{"type": "choices", "from_name": "kind", "value": {"choices": ["$c"]}}]},
            {"was_cancelled": True, "result": [{}]},
        ],
    ),
    each(**{"source-ref": "$n.png", "kind": 7, "kind-metadata": {"class-name": "$c"}}),
    each(imageGcsUri="$n.png", classificationAnnotation={"displayName": "$c"}),
]
EXPECTED = {"0.png": "cat", "1.png": "dog"}


@pytest.mark.parametrize("content", [*WHOLE, *PARTS], ids=lambda found: json.dumps(found)[:40])
def test_classes_of_whole_images_are_read(content: Any) -> None:
    assert labels(json.dumps(content), "l.json") == EXPECTED
    if isinstance(content, list):
        assert labels("\n".join(map(json.dumps, content)), "l.jsonl") == EXPECTED
        assert labels(json.dumps(content[0]), "l.jsonl") == {"0.png": "cat"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["a", {"choices": ["b"]}], ["a", "b"]),
        ([{"choices": ["a"]}, [{"choices": ["b"]}]], ["a", "b"]),
        (["a", "b", {"choices": ["a", "b"]}], ["a", "b", None]),
        ([{"rating": 3}, {"choice": "b"}], [None, "b"]),
    ],
)
def test_choices_in_the_short_json_of_label_studio(said: list[Any], expected: list[str]) -> None:
    tasks = [{"image": f"{n}.png", "choice": one, "id": n} for n, one in enumerate(said)]
    found, warnings = rows(json.dumps(tasks), "l.json")
    assert [row.label for row in found.values()] == expected
    assert ("1 rows name several classes, such as 'a;b'" in warnings) == (len(said) == 3)


def test_a_table_of_via() -> None:
    cells = [json.dumps({"kind": name}).replace('"', '""') for name in CLASSES]
    lines = "".join(f'{n}.png,9,"{cell}",0,{{}}\n' for n, cell in enumerate(cells))
    assert labels(f"{VIA_NAMES}\n{lines}") == EXPECTED


@pytest.mark.parametrize(
    "cell",
    [
        {"classifications": [{"title": "kind", "answer": {"title": "cat"}}]},
        [{"x": 1, "y": 2, "rectanglelabels": ["cat"]}],
    ],
)
def test_objects_in_cells_are_no_classes(cell: Any) -> None:
    """As tables of Labelbox and Label Studio have them."""
    text = json.dumps(cell)
    for written in (text, text.replace('"', "'")):
        quoted = written.replace('"', '""')
        with pytest.raises(UserError, match=r"the label .* is an object with more than a class"):
            labels(f'path,label\n0.png,"{quoted}"\n')
    assert labels("path,label\n0.png,{cat}\n1.png,{dog}\n")["0.png"] == "{cat}"


def test_the_split_comes_along() -> None:
    use = {"aiplatform.googleapis.com/ml_use": "test"}
    content = each(
        imageGcsUri="$n.png",
        classificationAnnotation={"displayName": "$c"},
        dataItemResourceLabels=use,
    )
    assert rows(json.dumps(content))[0] == {p: Row(n, "test") for p, n in EXPECTED.items()}


def coco(**image: Any) -> dict[str, Any]:
    return {
        "images": [{"id": n, "file_name": f"{n}.png", "license": 3, **image} for n in range(2)],
        "annotations": [{"image_id": n, "category_id": n} for n in range(2)],
        "categories": [{"id": n, "name": name} for n, name in enumerate(CLASSES)],
    }


def fiftyone(**sample: Any) -> dict[str, Any]:
    truth = {"_cls": "Classification", "label": "$c"}
    return {"samples": each(filepath="$n.png", truth=truth, **sample)}


def label_studio(**data: Any) -> list[Any]:
    choice = {"type": "choices", "from_name": "kind", "value": {"choices": ["$c"]}}
    return each(data={"image": "$n.png", **data}, annotations=[{"result": [choice]}])


@pytest.mark.parametrize("program", [coco, fiftyone, label_studio])
@pytest.mark.parametrize(
    ("fields", "part", "group"),
    [
        ({"split": "test"}, "test", None),
        ({"patient_id": "p1"}, None, "p1"),
        ({"seq_id": 7, "subset": "val", "width": 3}, "validation", "7"),
        ({"comment": "test", "split": None, "seq_num_frames": 3}, None, None),
        ({"dataset": "siteA", "set": "2", "usage": "free of charge"}, None, None),
        ({"dataset": "siteA", "subset": "val2017"}, "validation", None),
        ({"dataset": "train", "split": "test"}, "test", None),
    ],
)
def test_split_and_group_of_an_image_come_along(
    program: Any, fields: dict[str, Any], part: Any, group: str | None
) -> None:
    found, _ = rows(json.dumps(program(**fields)), "l.json")
    assert found == {path: Row(name, part, group) for path, name in EXPECTED.items()}


@pytest.mark.parametrize("program", [coco, fiftyone, label_studio])
def test_a_split_that_is_no_part_is_refused(program: Any) -> None:
    with pytest.raises(UserError, match="column split: '7a' is no part of the data"):
        rows(json.dumps(program(split="7a")), "l.json")


@pytest.mark.parametrize(
    ("tags", "part"), [(["test"], "test"), (["new", "val"], "validation"), (["a", "latest"], None)]
)
def test_a_tag_of_fiftyone_may_be_the_split(tags: list[str], part: Any) -> None:
    found, _ = rows(json.dumps(fiftyone(tags=tags)), "l.json")
    assert found == {path: Row(name, part) for path, name in EXPECTED.items()}


def test_a_choice_may_be_called_as_a_group_is() -> None:
    choice = {"type": "choices", "from_name": "part", "value": {"choices": ["$c"]}}
    content = each(data={"image": "$n.png"}, annotations=[{"result": [choice]}])
    assert labels(json.dumps(content), "l.json") == EXPECTED


def test_boxes_that_are_ticked_are_several_classes() -> None:
    ticks = [{"cat": True}, {"dog": True}, {"cat": True, "dog": True, "cow": False}]
    content = {
        str(n): {"filename": f"{n}.png", "file_attributes": {"kind": one}}
        for n, one in enumerate(ticks)
    }
    assert [*labels(json.dumps(content)).values()] == ["cat", "dog", None]


def test_of_several_attributes_one_may_be_named() -> None:
    content = {
        str(n): {"filename": f"{n}.png", "file_attributes": {"kind": name, "by": "me"}}
        for n, name in enumerate(CLASSES)
    }
    with pytest.raises(UserError, match=r"no column is named label .* there are path,kind,by"):
        rows(json.dumps(content))
    assert rows(json.dumps(content), label="kind")[0] == {p: Row(n) for p, n in EXPECTED.items()}
    assert rows(json.dumps(VIA), label="kind")[0] == {p: Row(n) for p, n in EXPECTED.items()}


@pytest.mark.parametrize(
    ("program", "content"),
    [
        ("LabelMe", {"version": "5", "flags": {}, "shapes": [], "imagePath": "1.png"}),
        ("VIA", {"1.png9": {"filename": "1.png", "file_attributes": {}, "regions": [{}]}}),
        ("VIA", {"project": {}, "attribute": {}, "file": {}, "metadata": {}, "view": {}}),
        ("FiftyOne", {"samples": [{"filepath": "1.png", "x": {"_cls": "Detections"}}]}),
        ("Supervisely", {"description": "", "tags": [], "size": {"height": 1}, "objects": []}),
        ("V7 Darwin", {"version": "2.0", "item": {"name": "1.png"}, "annotations": []}),
        ("Labelbox", [{"data_row": {"id": "1"}, "projects": {}}]),
        ("Dataturks", [{"content": "1.png", "annotation": [{"label": ["x"], "points": []}]}]),
        ("Scale", [{"task_id": "t", "params": {"attachment": "1.png"}, "response": {}}]),
        ("Label Studio", [{"data": {"image": "1.png"}, "annotations": [{"result": []}]}]),
    ],
)
def test_who_wrote_what_has_no_classes_of_images(program: str, content: Any) -> None:
    message = f"looks as if {program} wrote it, and names no class of whole images; save path,label"
    with pytest.raises(UserError, match=message):
        rows(json.dumps(content))


@pytest.mark.parametrize(
    "content",
    [
        {"samples": ["0.png"], "items": ["1.png"]},
        [
            {"content": "0.png", "annotation": "samples"},
            {"content": "1.png", "annotation": "items"},
        ],
    ],
)
def test_equal_names_of_others(content: Any) -> None:
    named = {"label": "annotation"} if isinstance(content, list) else {}
    found, _ = rows(json.dumps(content), **named)
    assert [row.label for row in found.values()] == ["samples", "items"]


def test_what_was_rejected_is_no_label() -> None:
    """As Prodigy lists it."""
    answers = [("cat", "accept"), ("dog", "accept"), ("dog", "reject"), ("cat", "ignore")]
    lines = [
        json.dumps({"image": f"{n}.png", "label": label, "answer": answer})
        for n, (label, answer) in enumerate(answers)
    ]
    found, warnings = rows("\n".join(lines), "l.jsonl")
    assert {path: row.label for path, row in found.items()} == EXPECTED
    assert "2 rows, whose answer is reject or ignore, are left out" in warnings
    assert labels("path,answer,label\n1.png,yes,cat\n2.png,no,dog\n")["2.png"] == "dog"


STUDIO = {"result": [{"type": "rectanglelabels", "from_name": "box", "value": {}}]}


@pytest.mark.parametrize(
    "content",
    [
        each(id="$n", data={"image": "$n.png", "patient_id": "p$n"}, annotations=[]),
        each(id="$n", data={"image": "$n.png", "camera": "c$n"}, annotations=[STUDIO]),
        {
            "samples": each(
                filepath="$n.png", scene="s$n", prediction={"_cls": "Classification", "label": "$c"}
            )
        },
    ],
    ids=["no annotation", "boxes", "what a model said"],
)
def test_groups_and_predictions_are_no_classes(content: Any) -> None:
    with pytest.raises(UserError, match="names no class of whole images"):
        labels(json.dumps(content), "l.json")


@pytest.mark.parametrize("names", [("lesion_id", "patient_id"), ("patient_id", "lesion_id")])
def test_patients_are_the_group_before_lesions(names: tuple[str, str]) -> None:
    values = {"lesion_id": "l$n", "patient_id": "p"}
    image = {"id": "$n", "file_name": "$n.png"} | {name: values[name] for name in names}
    content = {
        "images": each(**image),
        "annotations": each(image_id="$n", category_id="$c"),
        "categories": [],
    }
    found, _ = rows(json.dumps(content), "l.json")
    assert {row.group for row in found.values()} == {"p"}
