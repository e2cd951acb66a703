"""What programs for labelling write: classes of whole images, or an error that says whose it is.

Each reader yields, for one object of a program, rows of a path and what is said of the image, by
what the program's user called that.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from semisup.labels.carried import GROUP, SPLIT, carried
from semisup.labels.column_names import has
from semisup.labels.endings import is_image
from semisup.labels.text import Line
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes

Row = dict[str, Any]
LOOKED_AT = 20  # objects
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError)


@dataclass(frozen=True)
class Program:
    """names: all of which its objects have; read: rows of one; None: it has none of whole images.

    is_part: whether it writes many such objects, in a list or a line each.
    """

    called: str
    names: frozenset[str]
    read: Callable[[Row], Iterator[Row]] | None = None
    is_part: bool = False


def rows_of(found: Sequence[Row], where: str, are_parts: bool) -> list[Row] | None:
    """Rows of path and label, or several columns; None: of no program that is known.

    Args:
        found: the objects of a list or of lines, or one alone.
        where: what messages call the table.
        are_parts: it is a list, or lines.

    Raises:
        UserError: the program is known, but names no classes of whole images.
    """
    program = _written_by(found, are_parts) if found else None
    if program is None:
        return None
    try:
        rows = [row for one in found for row in program.read(one)] if program.read else []
    except _UNREADABLE:
        rows = []
    said = dict.fromkeys(name for row in rows for name, value in row.items() if value)
    names = [name for name in said if name not in ("path", SPLIT)]
    names = [name for name in names if name != GROUP] or names
    if not names:
        raise UserError(
            f"{where}: looks as if {program.called} wrote it, and names no class of whole images; "
            "save path,label of each image as CSV, or COCO or Datumaro with classes of images"
        )
    if len(names) == 1 and not has("label", names):
        return [row | {"label": row.get(names[0])} for row in rows]
    return rows


def _written_by(found: Sequence[Row], are_parts: bool) -> Program | None:
    """The program by the names in an object; None too where all that it holds is text."""
    first = found[0]
    if not any(_is_nested(value) for one in found[:LOOKED_AT] for value in one.values()):
        return None
    for program in PROGRAMS:
        if program.names <= {*first} and (program.is_part or not are_parts):
            return program
    inner = next(iter(first.values()), None)
    if are_parts or not isinstance(inner, dict):
        return None
    return next((program for program in BY_IMAGE if program.names <= {*inner}), None)


def may_be(names: Sequence[str], inside: Sequence[str]) -> bool:
    """Whether an object with these names, `inside` the first of its values, may be a program's."""
    return any(one.names <= {*names} for one in PROGRAMS) or any(
        one.names <= {*inside} for one in BY_IMAGE
    )


def _is_nested(value: Any) -> bool:
    inner = value[0] if isinstance(value, list) and value else value
    return isinstance(inner, dict)


def via_csv(lines: Sequence[Sequence[str]], where: str) -> list[Row] | None:
    """Rows of a table of VIA, whose cells are JSON; None: it is none."""
    names, *rest = lines
    if not {"filename", "file_attributes", "region_count"} <= {*names}:
        return None
    path, said = names.index("filename"), names.index("file_attributes")
    try:
        images = [
            {"filename": line[path], "file_attributes": json.loads(line[said] or "{}")}
            for line in rest
        ]
    except ValueError:
        return None
    return rows_of([{"_via_img_metadata": dict(enumerate(images))}], where, are_parts=False)


def accepted(lines: list[Line], where: str, notes: Notes) -> list[Line]:
    """Without rows that somebody rejected, as Prodigy lists them: the label is not theirs."""
    (_, names), *rest = lines
    at = names.index("answer") if "answer" in names else None
    if at is None or not {line[at] for _, line in rest} <= {"accept", "reject", "ignore"}:
        return lines
    kept = [(number, line) for number, line in rest if line[at] == "accept"]
    if 0 < len(kept) < len(rest):
        notes.warn(
            f"{where}: {len(rest) - len(kept)} rows, whose answer is reject or ignore, are left out"
        )
    return [lines[0], *kept] if kept else lines


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
