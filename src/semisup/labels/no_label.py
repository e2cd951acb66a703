"""What means that an image has no label, in people's own words."""

import re
from collections.abc import Collection, Iterable, Set

from semisup.labels.words import BESIDE, folded

NOT_LABELLED = re.compile(  # in small letters
    r"(?<![^\W\d_])((?P<un>un|not|non|to[\W_]*be)[\W_]*(yet[\W_]*)?(?P<done>label+ed)|"
    r"(no|without)[\W_]*(any[\W_]*)?labels?)"
    r"(?=(set|data|image|img|photo|picture|folder)?s?(?![^\W\d_]))"
)
_OF_ANY_IMAGE = {  # beside words for no label
    *("photo", "picture", "pic", "file", "jpg", "jpeg", "png", "sample", "frame", "crop", "class"),
    *("part", "batch", "new", "old", "extra", "more", "other", "rest", "remaining", "additional"),
    *("all", "raw", "still", "yet", "pool", "version", "train", "training", "test", "val"),
    *BESIDE,
}
UNSURE = {  # what may mean that nobody knows
    *("unknown", "undefined", "unsure", "not sure", "unclear", "uncertain", "null", "void"),
    *("unsorted", "undetermined", "unidentified", "unassigned", "uncategorized", "unclassified"),
    *("skip", "skipped", "can't tell", "cannot tell", "don't know", "no idea", "not a photo"),
    *("indeterminate", "to label", "xxx", "???", "miscellaneous", "misc"),
    *("#ref!", "#name?", "#value!", "#div/0!", "#num!", "#null!"),  # of spreadsheets
}


def without_case(no_label: Iterable[str]) -> set[str]:
    """Words that mean no label, as they are compared; an empty cell is one."""
    return {word.casefold() for word in no_label} | {""}


def is_none(label: str, none: Set[str]) -> bool:
    """Whether a label is one of those words, as it stands or as <no-label> is "no label".

    So is what says the same of images: unlabeled_images_2, not yet labelled.
    """
    plain = label.casefold()
    if plain in none:
        return True
    words = re.sub(r"(?<=\w)[-_]+(?=\w)", " ", plain.strip("<>[](){} "))
    if words in none and any(sign.isalpha() for sign in words):
        return True
    return bool(said := _without_label(label)) and said in none


def may_be_none(label: str) -> bool:
    """Whether it speaks of no label, though maybe of something that has none: unlabelled jars."""
    return NOT_LABELLED.search(spaced_out(label)) is not None


def none_among(labels: Collection[str], none: Set[str]) -> set[str]:
    """Those that mean no label; not "without label" beside "with label", which show things."""
    found = {label for label in labels if is_none(label, none)}
    if not found:
        return found
    beside = {folded(label).removesuffix("s") for label in labels}
    return {
        label
        for label in found
        if not (short := folded(label).removesuffix("s")).startswith("without")
        or short.replace("without", "with", 1) not in beside
    }


def _without_label(label: str) -> str:
    """The words for no label in one that says nothing more, as `no_label` may list them; or ""."""
    spaced = spaced_out(label)
    found = NOT_LABELLED.search(spaced)
    if not found:
        return ""
    rest = re.findall(r"[^\W\d_]{2,}", f"{spaced[: found.start()]} {spaced[found.end() :]}")
    if any(_OF_ANY_IMAGE.isdisjoint({word, word.removesuffix("s")}) for word in rest):
        return ""
    if not found["done"]:
        return "no label"
    return f"{'un' if found['un'] == 'un' else 'not '}{found['done']}"


def spaced_out(name: str) -> str:
    """In small letters, UnlabeledImages in two words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
