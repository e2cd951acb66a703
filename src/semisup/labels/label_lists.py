"""Labels that are lists: of one class in brackets, or of several."""

import json
import re
from collections.abc import Sequence, Set

from semisup.labels.words import clean

MARKS = (";", "|", ",", "/", "+", "&", " and ", " or ")
MOST_COMPARED = 2000  # names, each with all others
_NUMBERS = re.compile(r"\[?\d+( \d+)+\]?")  # of several classes: 7 1 2 0


def alone(label: str) -> str:
    """The only item of a list, or of an object: ['cat'] and {"class": "cat"} are cat, {} nothing.

    Of an object with a list these are the items, separated by semicolons.
    """
    found = re.fullmatch(r"""\[\s*((['"])([^'"]*)\2)?\s*\]""", label)
    if found:
        return (found[3] or "").strip()
    if not (label.startswith("{") and label.endswith("}")):
        return label
    try:
        values = [*dict(json.loads(label)).values()]
    except (ValueError, TypeError, RecursionError):
        return label
    items = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    if (len(values) > 1 and items is values) or not all(isinstance(i, str | int) for i in items):
        return label
    return clean(";".join(map(str, items)))


def without_brackets(labels: Sequence[str]) -> Sequence[str]:
    """[cat] as cat, where all labels are in such brackets, as makesense.ai has them."""
    if not all(re.fullmatch(r"\[.+\]|", label) for label in {*labels}):
        return labels
    return [re.sub(r"^\[([^,;|]+)\]$", r"\1", label).strip() for label in labels]


def marks_between(classes: Set[str]) -> Sequence[str]:
    """What may separate the classes of a list: a space only if each class with one is a list."""
    spaced = [name for name in classes if " " in name]
    are_lists = bool(spaced) and all({*name.split()} <= classes for name in spaced)
    return (*MARKS, " ") if are_lists else MARKS


def several(label: str, classes: set[str], marks: Sequence[str]) -> bool:
    """Whether a label is a list of classes, two or more."""
    lists = (_items(label, mark) for mark in marks)
    return any(len(names) > 1 and classes.issuperset(names) for names in lists)


def _items(label: str, mark: str) -> list[str]:
    """Of a list, without the brackets and quotes of Python."""
    inner = re.sub(r"^\[(.*)\]$", r"\1", label)
    return [clean(name.strip().strip("'\"")) for name in inner.split(mark)]


def made_of_others(classes: Set[str]) -> list[str]:
    """Those whose words all stand in a longer one, where they are many: tags, clear primary."""
    if len(classes) > MOST_COMPARED:
        return []
    words = {name: {*name.split()} for name in classes if " " in name}
    inside = sorted(n for n, mine in words.items() if any(mine < its for its in words.values()))
    return inside if len(inside) >= max(3, len(classes) / 5) else []


def may_be_several(label: str, classes: Set[str]) -> bool:
    """Whether it looks like a list of classes, not all of which are seen alone."""
    if ";" in label or "|" in label or _NUMBERS.fullmatch(label):
        return True
    parts = {*_items(label, ",")}
    return len(parts) > 1 and not parts.isdisjoint(classes)
