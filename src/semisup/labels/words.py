"""Words as people write them: numbers, yes and no, one spelling of a name."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

BESIDE = {  # what says nothing more beside the word for a part, or for no label
    *("set", "data", "dataset", "images", "image", "img", "imgs", "split", "folder", "the"),
    *("is", "in", "cohort", "internal", "external", "independent"),
}
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
ONES, ZEROS = {"1", "1.0", "true"}, {"0", "0.0", "false"}
YES, NO = ONES | {"yes", "y", "t"}, ZEROS | {"no", "n", "f"}
_WHOLE = re.compile(r"([+-]?\d+)\.0+")


def nearly_all(count: int, total: int) -> bool:
    """Whether these are nine in ten at least."""
    return 10 * count >= 9 * total


def clean(name: str) -> str:
    """One spelling of a name: Unicode in composed form, single plain spaces, none around."""
    if name.isascii() and name.isprintable() and "  " not in name:
        return name.strip()
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf" or c == "\u200d")
    return " ".join(unicodedata.normalize("NFC", visible).split())


def folded(name: str) -> str:
    """What two names share that differ in case, punctuation, kind of letters or zeros only."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    if NUMBER.fullmatch(plain):
        number = f"{Decimal(plain):f}"  # a float would take long ones for the same
        return number.rstrip("0").rstrip(".") if "." in number else number
    # 1-2 is not 12
    short = re.sub(r"(?<!\d)[\W_]+|[\W_]+(?!\d)", "", plain)
    return re.sub(r"(?<!\d)0+(?=\d)", "", short) or plain


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
