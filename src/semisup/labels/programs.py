"""The programs for labelling that are known, and how to read what each writes.

A reader yields, for one object of its program, rows of a path and what is said of the image, by
what the program's user called that. An object that it fails on counts as one without classes of
whole images (`exports.rows_of`): try a new reader by itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from semisup.labels.carried import carried
from semisup.labels.endings import is_image

Row = dict[str, Any]


@dataclass(frozen=True)
class Program:
    """names: all of which its objects have; read: rows of one; None: it has none of whole images.

    is_part: whether it writes many such objects, in a list or a line each.
    """

    called: str
    names: frozenset[str]
    read: Callable[[Row], Iterator[Row]] | None = None
    is_part: bool = False


def _via(whole: Row) -> Iterator[Row]:
    images = whole.get("_via_img_metadata", whole)
    for image in images.values():
        said = image["file_attributes"]
        yield {"path": image["filename"], **{name: _chosen(said[name]) for name in said}}


def _chosen(said: Any) -> Any:
    """The classes of boxes that are ticked: {"cat": true, "dog": false}."""
    return [name for name, is_so in said.items() if is_so] if isinstance(said, dict) else said


def _superannotate(whole: Row) -> Iterator[Row]:
    for path, image in whole.items():
        yield {"path": path, "label": image["tags"]}


def _superannotate_image(image: Row) -> Iterator[Row]:
    yield {"path": image["metadata"]["name"], "label": image["tags"]}


def _fiftyone_classes(whole: Row) -> Iterator[Row]:
    for path, said in whole["labels"].items():
        label = said["label"] if isinstance(said, dict) else said  # beside its confidence
        is_number = isinstance(label, int) and whole["classes"]
        yield {"path": path, "label": whole["classes"][label] if is_number else label}


def _fiftyone(whole: Row) -> Iterator[Row]:
    for one in whole["samples"]:
        said = {name: value for name, value in one.items() if isinstance(value, dict)}
        labels = {n: v["label"] for n, v in said.items() if v.get("_cls") == "Classification"}
        yield {"path": one["filepath"], **carried(one), **labels}


def _datumaro(whole: Row) -> Iterator[Row]:
    names = [label["name"] for label in whole["categories"]["label"]["labels"]]
    for item in whole["items"]:
        path = item.get("image", {}).get("path") or item["id"]
        labels = [one["label_id"] for one in item["annotations"] if one["type"] == "label"]
        yield {"path": path, "label": [names[label] for label in labels]}


def _labelbox(row: Row) -> Iterator[Row]:
    said: Row = {}
    for project in row["projects"].values():
        for label in project["labels"]:
            for one in label["annotations"]["classifications"]:
                answers = [one.get("radio_answer"), *one.get("checklist_answers", [])]
                said.setdefault(one["name"], []).extend(a["name"] for a in answers if a)
    said = {name: [*dict.fromkeys(answers)] for name, answers in said.items()}
    about = row["data_row"]
    names = [name for key in ("external_id", "global_key") if (name := about.get(key))]
    path = next(filter(is_image, names), None) or about.get("external_id") or about["row_data"]
    yield {"path": path, **said}


def _labelbox_before(row: Row) -> Iterator[Row]:
    path = row.get("External ID") or row["Labeled Data"]
    label = row["Label"] if isinstance(row["Label"], dict) else {}  # else it was skipped
    if "classifications" not in label:
        yield {"path": path, **{n: v for n, v in label.items() if isinstance(v, str)}}
        return
    said = {one["title"]: one["answer"] for one in label["classifications"] if "answer" in one}
    yield {"path": path, **{name: _titles(answer) for name, answer in said.items()}}


def _titles(answer: Any) -> Any:
    if isinstance(answer, list):
        return [*map(_titles, answer)]
    return answer["title"] if isinstance(answer, dict) else answer


def _dataturks(row: Row) -> Iterator[Row]:
    said = row["annotation"] or {}
    yield {"path": row["content"], "label": said.get("labels")}


def _scale(row: Row) -> Iterator[Row]:
    yield {"path": row["params"]["attachment"], "label": row["response"].get("category")}


def _label_studio(row: Row) -> Iterator[Row]:
    texts = [text for text in row["data"].values() if isinstance(text, str)]
    path = next(filter(is_image, texts), None) or row["data"]["image"]
    said: Row = {}
    for annotation in row["annotations"]:
        for one in annotation["result"] if not annotation.get("was_cancelled") else ():
            if one["type"] == "choices":
                said.setdefault(one["from_name"], []).extend(one["value"]["choices"])
    labels = {name: [*dict.fromkeys(found)] for name, found in said.items()}
    yield {"path": path, **carried(row["data"]), **labels}


def _ground_truth(row: Row) -> Iterator[Row]:
    end = "-metadata"
    said = {name: value for name, value in row.items() if name.endswith(end)}
    labels = {n.removesuffix(end): v["class-name"] for n, v in said.items() if "class-name" in v}
    yield {"path": row["source-ref"], **labels}


def _vertex(row: Row) -> Iterator[Row]:
    use = row.get("dataItemResourceLabels", {}).get("aiplatform.googleapis.com/ml_use")
    several = row.get("classificationAnnotations", [row.get("classificationAnnotation")])
    labels = [one["displayName"] for one in several if one]
    yield {"path": row["imageGcsUri"], "label": labels} | ({"split": use} if use else {})


_names = frozenset[str]
PROGRAMS = (
    Program("LabelMe", _names({"shapes", "imagePath"}), is_part=True),
    Program("VIA", _names({"_via_img_metadata"}), _via),
    Program("VIA", _names({"project", "attribute", "file", "metadata", "view"})),
    Program(
        "SuperAnnotate",
        _names({"metadata", "instances", "tags"}),
        _superannotate_image,
        is_part=True,
    ),
    Program("FiftyOne", _names({"classes", "labels"}), _fiftyone_classes),
    Program("FiftyOne", _names({"samples"}), _fiftyone),
    Program("Datumaro", _names({"categories", "items"}), _datumaro),
    Program("V7 Darwin", _names({"item", "annotations", "version"}), is_part=True),
    Program("Supervisely", _names({"description", "tags", "size", "objects"}), is_part=True),
    Program("Labelbox", _names({"data_row", "projects"}), _labelbox, is_part=True),
    Program("Labelbox", _names({"Labeled Data", "Label"}), _labelbox_before, is_part=True),
    Program("Dataturks", _names({"content", "annotation"}), _dataturks, is_part=True),
    Program("Scale", _names({"task_id", "params", "response"}), _scale, is_part=True),
    Program("Label Studio", _names({"annotations", "data"}), _label_studio, is_part=True),
    Program("SageMaker Ground Truth", _names({"source-ref"}), _ground_truth, is_part=True),
    Program("Vertex AI", _names({"imageGcsUri"}), _vertex, is_part=True),
)
BY_IMAGE = (  # whose object has one for each image, of these names
    Program("VIA", _names({"filename", "file_attributes"}), _via),
    Program("SuperAnnotate", _names({"instances", "tags"}), _superannotate),
)
