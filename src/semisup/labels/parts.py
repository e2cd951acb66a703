"""Which part of the data a name means: train, validation, test, unlabelled."""

import re
from collections.abc import Iterable
from typing import Literal

from semisup.labels.no_label import NOT_LABELLED
from semisup.labels.words import BESIDE

Part = Literal["train", "validation", "test", "unlabelled"]

_LATER = ("eval", "evaluation", "external")  # beside validation it is test
PARTS: dict[Part, frozenset[str]] = {
    "train": frozenset(
        {"train", "training", "trainval", "trn", "learn", "learning", "labeled", "labelled"}
    ),
    "validation": frozenset(
        {"val", "valid", "validation", "validate", "dev", "publictest", "eval", "evaluation"}
    ),
    "test": frozenset({"test", "testing", "tst", "holdout", "heldout", "privatetest"}),
    "unlabelled": frozenset(
        {"unlabeled", "unlabelled", "unsup", "unsupervised", "pred", "predict"}
    ),
}
_IN_TWO_WORDS = (  # of which each alone means something else, or nothing
    (re.compile(r"(?<![a-z])(hold|held)[\s_-]+out(?![a-z])"), r"\1out"),
    (re.compile(r"(?<![a-z])train(ing)?[\s_-]+val(id|idation)?(?![a-z])"), "trainval"),
)


def part_of(name: str, strict: bool = False) -> Part | None:
    """Which part of the data a name means; `strict`: not one among other words."""
    lower = NOT_LABELLED.sub("unlabelled", name.lower())
    for written, known in _IN_TWO_WORDS:
        lower = written.sub(known, lower)
    words = [w for w in re.findall(r"[a-z]+", lower) if w not in BESIDE]
    words = [re.sub(r"(set|data|images|folder)$", "", word) or word for word in words]
    found: set[Part] = {part for part, known in PARTS.items() for word in words if word in known}
    if found == {"train", "unlabelled"}:  # train_unlabeled
        return None if strict else "unlabelled"
    if len(found) != 1 or (strict and len(words) > 1):
        return None
    return next(iter(found))


def parts_among(names: Iterable[str]) -> dict[str, Part | None]:
    """Which part each name means beside the others.

    Of validation and evaluation, or external validation, the second is test: so Food-11 has it.
    """
    found = {name: part_of(name) for name in names}
    held = [name for name, part in found.items() if part == "validation"]
    last = [name for name in held if any(word in name.lower() for word in _LATER)]
    if "test" not in found.values() and len(last) == 1 < len(held):
        found[last[0]] = "test"
    return found
