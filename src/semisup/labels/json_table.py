"""Tables as JSON: an object a line, lists of objects, or one object in several forms."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from semisup.labels import exports
from semisup.labels.carried import SPLIT, carried
from semisup.labels.column_names import NAMES, WEAK, has, plain
from semisup.labels.endings import is_image
from semisup.labels.parts import part_of
from semisup.labels.text import Line, lines_in
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

_COCO = ("images", "annotations", "categories")
JSON = re.compile(r'\s*(\{\s*"|\[\s*[\[{])')  # how a text begins that is no CSV
HALF = re.compile("[\ud800-\udfff]")  # which JSON can escape, and no file can hold


class _Object(list[tuple[str, Any]]):
    """An object of JSON with all that it holds, where `dict` keeps the last of equal names."""


def of_json(text: str, where: str) -> list[Line]:
    """Of an object a line, of a list of objects, or of one that has something for each path."""
    lines = _lines(text, where)
    for _, cells in lines:
        for cell in cells:
            if not cell.isascii() and HALF.search(cell):
                raise UserError(
                    f"{where}: {ascii(cell)[-80:]} holds half of a letter, as where a program cut "
                    "a text off; mend it"
                )
    return lines


def _lines(text: str, where: str) -> list[Line]:
    try:
        if text.lstrip().startswith("["):
            rows = [*enumerate(json.loads(text), 1)]
            rows = _as_exported(rows, where)
            if rows and all(isinstance(row, list) for _, row in rows):  # below their names, or not
                width = max(len(row) for _, row in rows)
                return [(n, ([*map(_cell, row)] + [""] * width)[:width]) for n, row in rows]
        elif (whole := _whole_object(text)) is not None and (
            found := _of_columns(whole)
            or _of_program(whole, text, where)
            or _of_lists_of_rows(whole)
            or _rows_of(whole, where)
        ):
            rows = [*enumerate(found, 1)]
        else:
            rows = _as_exported(_an_object_a_line(text), where)
        if not all(isinstance(row, dict) for _, row in rows):
            raise UserError(f'{where}: holds more than objects like {{"path": ..., "label": ...}}')
        return table_of(rows)
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{where}: not readable as JSON, an object a line ({error}); save it as CSV"
        ) from None


def table_of(rows: list[tuple[int, dict[str, Any]]]) -> list[Line]:
    """Cells below the names of all."""
    names = [*dict.fromkeys(name for _, row in rows for name in row)]
    cells = [(number, [_cell(row.get(name)) for name in names]) for number, row in rows]
    return [(0, names), *cells]


def _as_exported(rows: list[tuple[int, Any]], where: str) -> list[tuple[int, Any]]:
    """What a program for labelling wrote as simple rows; all else as it is."""
    found = [row for _, row in rows]
    if not found or not all(isinstance(row, dict) for row in found):
        return rows
    simple = exports.rows_of(found, where, are_parts=True)
    return rows if simple is None else [*enumerate(simple, 1)]


def _of_program(whole: _Object, text: str, where: str) -> list[dict[str, Any]] | None:
    """Of an object of a program for labelling."""
    inner = whole[0][1] if whole else None
    inside = [name for name, _ in inner] if isinstance(inner, _Object) else []
    if not exports.may_be([name for name, _ in whole], inside):
        return None
    return exports.rows_of([json.loads(text)], where, are_parts=False)


def _an_object_a_line(text: str) -> list[tuple[int, Any]]:
    """What each line holds, with its number; ValueError where one is no JSON."""
    rows: list[tuple[int, Any]] = []
    for number, line in enumerate(lines_in(text), 1):
        try:
            rows += [(number, json.loads(line))] if line.strip() else []
        except json.JSONDecodeError as error:
            if not rows:
                json.loads(text)  # one object in several lines: says where that is wrong
            raise ValueError(f"line {number}: {error.msg}") from None
    return rows


def _whole_object(text: str) -> _Object | None:
    try:
        found = json.loads(text, object_pairs_hook=_Object)
    except ValueError:  # an object a line
        return None
    return found if isinstance(found, _Object) else None


def _rows_of(whole: _Object, where: str) -> list[dict[str, Any]] | None:
    """Of {path: label}, {path: {label: ...}} or {class: [paths]}; None: it is something else."""
    names, values = [name for name, _ in whole], [value for _, value in whole]
    if {"images", "annotations"} <= {*names} and all(map(_are_objects, values)):
        return _of_coco(dict(whole), where)
    if _are_lists_of_files(names, values):
        if all(part_of(name, strict=True) for name in names):
            raise UserError(
                f"{where}: lists the files of {named(map(repr, names))}, which are parts of the "
                "data; name the classes of these files too"
            )
        return [{"path": path, "label": label} for label, paths in whole for path in paths]
    if has("path", names) or has("label", names):
        return None
    objects = [value for value in values if isinstance(value, _Object)]
    if len(objects) == len(whole) and any(has("label", [n for n, _ in one]) for one in objects):
        return [{"path": path, **dict(value)} for path, value in whole]
    if all(map(_is_label, values)):
        return [{"path": path, "label": value} for path, value in whole]
    return None


def _of_columns(whole: _Object) -> list[dict[str, Any]] | None:
    """Of {column: {row: value}}, as pandas has it, or {column: [values]}; None: it is neither."""
    names, values = [name for name, _ in whole], [value for _, value in whole]
    if not has("path", names):
        return None
    if all(isinstance(value, _Object) for value in values):
        rows = [[row for row, _ in column] for column in values]
        alike = len(names) > 1 and all(own == rows[0] for own in rows)
        columns = [[cell for _, cell in column] for column in values]
    else:  # one of several classes may be called image, too
        are_lists = all(isinstance(v, list) and not isinstance(v, _Object) for v in values)
        alike = are_lists and has("label", names) and len({*map(len, values)}) == 1
        columns = values
    if not alike:
        return None
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _of_lists_of_rows(whole: _Object) -> list[dict[str, Any]] | None:
    """Of {"data": [{path: ..., label: ...}]}, {"train": [...], "test": [...]}, or one a class."""
    lists = {name: rows for name, value in whole if (rows := _rows_in(value))}
    every = [row for rows in lists.values() for row in rows]
    labelled = [has("label", row) for row in every]
    are_parts = all(part_of(name, strict=True) for name in lists)
    if all(labelled) and len(lists) < 2:
        return every
    if all(labelled) and are_parts:
        return [{SPLIT: name} | row for name, rows in lists.items() for row in rows]
    if not any(labelled) and not are_parts and len(lists) == len(whole) > 1:
        return [row | {"label": name} for name, rows in lists.items() for row in rows]
    return None


def _rows_in(value: Any) -> list[dict[str, Any]] | None:
    """Of a list of objects, all of which name a path; None: it is something else."""
    if not isinstance(value, list) or not all(isinstance(row, _Object) for row in value):
        return None
    rows = [dict(row) for row in value]
    return rows if all(has("path", row) for row in rows) else None


def _are_objects(value: Any) -> bool:
    """Whether it is an object, or a list of such."""
    each = [value] if isinstance(value, _Object) or not isinstance(value, list) else value
    return all(isinstance(one, _Object) for one in each)


def _of_coco(whole: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """Of lists of images, annotations and categories, as COCO and iNaturalist have."""
    try:
        listed = {name: [dict(one) for one in whole.get(name, [])] for name in _COCO}
        # some programs write ids as text in one list, and as numbers in another
        called = {_cell(one["id"]): one["name"] for one in listed["categories"]}
        found: dict[str, dict[str, None]] = {_cell(one["id"]): {} for one in listed["images"]}
        for one in listed["annotations"]:
            image, number = _cell(one["image_id"]), _cell(one["category_id"])
            if number and image in found:
                found[image][_cell(called.get(number, number))] = None
        _forbid_boxes(listed["annotations"], [*found.values()], where)
        return [
            {"path": one["file_name"], "label": ";".join(found[_cell(one["id"])]), **carried(one)}
            for one in listed["images"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{where}: has images and annotations, as COCO, but not all of id, file_name, "
            f"image_id, category_id ({error}); save path and label as CSV"
        ) from None


def _forbid_boxes(
    annotations: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, None]], where: str
) -> None:
    """Refuse boxes, unless those of each image are of one class, and of all images of several."""
    boxes = sum(bool(one.get("bbox")) for one in annotations)
    if boxes and (any(len(its) > 1 for its in found) or len({*chain(*found)}) < 2):
        raise UserError(
            f"{where}: {boxes} of {len(annotations)} annotations are boxes of things in images, "
            "which say no one class of each image; save path and label as CSV"
        )


def _are_lists_of_files(names: list[str], values: list[Any]) -> bool:
    """Whether each name has a list of files, none of which another one has too."""
    if not all(isinstance(value, list) and not isinstance(value, _Object) for value in values):
        return False
    items = [item for value in values for item in value]
    if not all(isinstance(item, str) for item in items) or len({*items}) < len(items):
        return False
    # one each may be a class of each path too
    are = len(items) > len(names) or (bool(items) and all(map(is_image, items)))
    return are and not any(map(is_image, names))


def _is_label(value: Any) -> bool:
    """Whether it is a class, a list of such, or an object with one."""
    if isinstance(value, _Object):
        return _cell(value) != ""
    if isinstance(value, list):
        return all(isinstance(item, str | int) for item in value)
    return value is None or isinstance(value, str | int | float)


def _cell(value: Any) -> str:
    if isinstance(value, dict | _Object):
        return _class_of(dict(value))
    if isinstance(value, list):
        return ";".join(map(_cell, value))
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def _class_of(said: dict[str, Any]) -> str:
    """Of an object that is a class with its number and the like: {"tagId": 7, "tagName": "cat"}."""
    known: list[str] = [name for name in ("name", "label", "class", "id") if name in said]
    if not known:
        names = {name: plain(name) for name in said}
        known = [name for name, short in names.items() if short in NAMES["label"]]
        called = [n for n, s in names.items() if s.endswith("name") and s not in NAMES["path"]]
        known = known or (called if len(called) == 1 else [])
        weak = [name for name, short in names.items() if short in WEAK]  # {"choices": ["cat"]}
        known = known or (weak if len(weak) == 1 else [])
    return _cell(said[known[0]]) if known else ""
