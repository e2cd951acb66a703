"""Words as people write them: names of classes, of parts of the data, and what means no label."""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence, Set
from typing import Literal

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
_BESIDE = {
    *("set", "data", "dataset", "images", "image", "img", "imgs", "split", "folder", "the"),
    *("is", "in", "cohort", "internal", "external", "independent"),
}
_IN_TWO_WORDS = (  # of which each alone means something else, or nothing
    (re.compile(r"(?<![a-z])(hold|held)[\s_-]+out(?![a-z])"), r"\1out"),
    (re.compile(r"(?<![a-z])train(ing)?[\s_-]+val(id|idation)?(?![a-z])"), "trainval"),
)
_NOT_LABELLED = re.compile(  # in small letters
    r"(?<![^\W\d_])((?P<un>un|not|non|to[\W_]*be)[\W_]*(yet[\W_]*)?(?P<done>label+ed)|"
    r"(no|without)[\W_]*(any[\W_]*)?labels?)"
    r"(?=(set|data|image|img|photo|picture|folder)?s?(?![^\W\d_]))"
)
_OF_ANY_IMAGE = {  # beside words for no label
    *("photo", "picture", "pic", "file", "jpg", "jpeg", "png", "sample", "frame", "crop", "class"),
    *("part", "batch", "new", "old", "extra", "more", "other", "rest", "remaining", "additional"),
    *("all", "raw", "still", "yet", "pool", "version", "train", "training", "test", "val"),
    *_BESIDE,
}
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
ONES, ZEROS = {"1", "1.0", "true"}, {"0", "0.0", "false"}
YES, NO = ONES | {"yes", "y", "t"}, ZEROS | {"no", "n", "f"}
UNSURE = {  # what may mean that nobody knows
    *("unknown", "undefined", "unsure", "not sure", "unclear", "uncertain", "null", "void"),
    *("unsorted", "undetermined", "unidentified", "unassigned", "uncategorized", "unclassified"),
    *("indeterminate", "to label", "xxx", "???", "miscellaneous", "misc"),
    *("#ref!", "#name?", "#value!", "#div/0!", "#num!", "#null!"),  # of spreadsheets
}
MARKS = (";", "|", ",", "/", "+", "&", " and ")
MOST_COMPARED = 2000  # names, each with all others
_NUMBERS = re.compile(r"\[?\d+( \d+)+\]?")  # of several classes: 7 1 2 0
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


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
    return _NOT_LABELLED.search(_spaced(label)) is not None


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
    spaced = _spaced(label)
    found = _NOT_LABELLED.search(spaced)
    if not found:
        return ""
    rest = re.findall(r"[^\W\d_]{2,}", f"{spaced[: found.start()]} {spaced[found.end() :]}")
    if any(_OF_ANY_IMAGE.isdisjoint({word, word.removesuffix("s")}) for word in rest):
        return ""
    if not found["done"]:
        return "no label"
    return f"{'un' if found['un'] == 'un' else 'not '}{found['done']}"


def _spaced(name: str) -> str:
    """In small letters, UnlabeledImages in two words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()


def clean(name: str) -> str:
    """One spelling of a name: Unicode in composed form, single plain spaces, none around."""
    if name.isascii() and name.isprintable() and "  " not in name:
        return name.strip()
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf" or c == "\u200d")
    return " ".join(unicodedata.normalize("NFC", visible).split())


def part_of(name: str, strict: bool = False) -> Part | None:
    """Which part of the data a name means; `strict`: not one among other words."""
    lower = _NOT_LABELLED.sub("unlabelled", name.lower())
    for written, known in _IN_TWO_WORDS:
        lower = written.sub(known, lower)
    words = [w for w in re.findall(r"[a-z]+", lower) if w not in _BESIDE]
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


def same_number(labels: Iterable[str]) -> dict[str, str]:
    """1.0 as 1, where all labels are whole numbers; else nothing."""
    every = {*labels}
    if all(re.fullmatch(r"[+-]?\d+(\.0+)?", label) for label in every):
        return {label: whole(label) for label in every}
    return {}


def whole(word: str) -> str:
    """1.0 as 1; all else as it is."""
    found = _WHOLE.fullmatch(word)
    return found[1] if found else word


def folded(name: str) -> str:
    """What two names share that differ in case, punctuation, kind of letters or zeros only."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    if NUMBER.fullmatch(plain):
        return f"{float(plain):g}"
    # 1-2 is not 12
    short = re.sub(r"(?<!\d)[\W_]+|[\W_]+(?!\d)", "", plain)
    return re.sub(r"(?<!\d)0+(?=\d)", "", short) or plain


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
