"""What objects of JSON say of an image beside its class: its part of the data, and its group."""

from collections.abc import Mapping
from typing import Any

from semisup.labels.column_names import NAMES, has, may_be_group, plain
from semisup.labels.parts import part_of

SPLIT, GROUP = "split", "group_id"  # no class is called so


def carried(image: Mapping[str, Any]) -> dict[str, str]:
    """As columns of a table, by the names that these fields have: split, patient_id.

    FiftyOne's `tags` are the split where one of them is the name of a part.
    """
    said: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, value in image.items():
        if name == "tags" and isinstance(value, list):
            parts = [tag for tag in value if isinstance(tag, str) and part_of(tag, strict=True)]
            said |= {SPLIT: parts[0]} if len(parts) == 1 else {}
        elif plain(name) == SPLIT and isinstance(value, str):
            said[SPLIT] = value
        elif has(SPLIT, [name]) and isinstance(value, str) and part_of(value, strict=True):
            said.setdefault(SPLIT, value)  # else `dataset` and the like say something else
        elif (has("group", [name]) or may_be_group(name)) and isinstance(value, str | int):
            owners[plain(name)] = str(value)
    if owners:  # the same field in all images: patient before lesion
        said[GROUP] = owners[min(owners, key=_rank)]
    return said


def _rank(name: str) -> int:
    known = NAMES["group"]
    return known.index(name) if name in known else len(known)
