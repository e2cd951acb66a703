"""What may be amiss where nothing at the places is an image of two classes."""

import os
import re
from collections import Counter
from collections.abc import Sequence

from semisup.labels.endings import is_image
from semisup.labels.parts import part_of
from semisup.prepare.files.archive import SUFFIXES, is_unread
from semisup.prepare.files.member import SETS
from semisup.prepare.junk import whole_name
from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.source import Source
from semisup.workflow.notes import named

_NO_TABLE = re.compile("sample|submission")  # of labels: what a contest wants to be filled in
_TABLES = (".csv", ".tsv", ".jsonl", *SETS)
_ARRAYS = re.compile(r".*idx\d-(ubyte|byte|short|int|float|double)(\.gz)?")  # as MNIST has them
_COUNTED = re.compile(  # cat.12, rolled-in_scale_7, dog (3), cloudy12
    r"([^\W\d].*?)[ _.-]*[ _.(-]\d+\)?|([^\W\d_]{3,})\d+"
)
FEWEST_OF_A_WORD, FEWEST_CALLED_SO = 3, 0.8  # images; of all


def hint(sources: Sequence[Source]) -> str:
    """At archives or tables that are not named, at names of classes in those of files; or ''."""
    for source in sources:
        if not source.has_labels or source.table:
            continue
        names = names_in(source)
        ways = (_archive_or_table(source, names), _sidecars(names), _flat(names), _no_image(names))
        if found := next(filter(None, ways), ""):
            return found
    return ""


def kinds_of(names: Sequence[str]) -> str:
    """How many of these files end how: 3 .h5, 1 .txt."""
    endings = (os.path.splitext(whole_name(name))[1].lower() for name in names)  # noqa: PTH122
    kinds = Counter(ending or "without ending" for ending in endings)
    return named((f"{count} {kind}" for kind, count in kinds.most_common()), 4)


def names_in(source: Source) -> list[str]:
    """Of the files in a place, those right in it first."""
    return sorted(source.own_paths(), key=lambda path: (path.count("/"), path))


def _archive_or_table(source: Source, names: Sequence[str]) -> str:
    folder = source.place.given.rstrip("/")
    for name in names:
        lower = name.lower()
        if _ARRAYS.fullmatch(lower):
            continue
        if is_unread(lower) or (lower.endswith(SUFFIXES) and not lower.endswith(SETS)):
            is_read = source.place.disk.is_dir() and not is_unread(lower)
            instead = f", or name it in {KEY}" if is_read else ""
            return f"; {folder}/{name} is an archive: unpack it{instead}"
        if "/" not in name and _is_table(lower):
            return f"; {folder}/{name} may be one: name it in {KEY}.labels"
    with_images = {name.rpartition("/")[0] for name in names if is_image(name)}
    inner = [n for n in names if _is_table(n.lower()) and n.rpartition("/")[0] in with_images]
    if not inner:
        return ""
    first = min(inner, key=lambda name: part_of(name.split("/")[-2]) not in (None, "train"))
    others = f", those of other folders in {KEY}.validation, test and their labels"
    return (
        f"; {folder}/{first} may be one, of the images beside it: name its folder in "
        f"{KEY}.labelled and it in {KEY}.labels{others if len(inner) > 1 else ''}"
    )


def _is_table(name: str) -> bool:
    return name.endswith(_TABLES) and not _NO_TABLE.search(name)


def _sidecars(names: Sequence[str]) -> str:
    """Where a file beside each image says its class, as in WebDataset's archives: 007.cls."""
    images = {os.path.splitext(name)[0] for name in names if is_image(name)}  # noqa: PTH122
    for name in names:
        stem, ending = os.path.splitext(name)  # noqa: PTH122
        if stem in images and ending in (".cls", ".txt"):
            return (
                f"; {name} beside the image of that name may say its class: write path,label of "
                f"each into a table, and name it in {KEY}.labels"
            )
    return ""


def _flat(names: Sequence[str]) -> str:
    """Where files of one folder are called as classes, with a number behind: cat.1, dog.1."""
    images = [name for name in names if is_image(name)]
    if len({name.rpartition("/")[0] for name in images}) != 1:
        return ""
    stems = (name.rpartition("/")[2].rpartition(".")[0] for name in images)
    counted = (found[1] or found[2] for stem in stems if (found := _COUNTED.fullmatch(stem)))
    words = Counter(counted)
    several = sorted(word for word, count in words.items() if count >= FEWEST_OF_A_WORD)
    enough = sum(words[word] for word in several) >= FEWEST_CALLED_SO * len(images)
    if len(several) < 2 or not enough or all(map(part_of, several)):
        return ""
    return (
        f"; names of files begin with {named(several)}: if these are the classes, move the files "
        "into folders called so, or write both into a table"
    )


def hint_at_columns(source: Source) -> str:
    """At a name that a column of images must have, where all files are tables of Parquet; or ''."""
    names = names_in(source)
    if not names or not all(name.lower().endswith(SETS) for name in names):
        return ""
    return f"; no column of {names[0]} is known to hold images: call the one that does image"


def _no_image(names: Sequence[str]) -> str:
    if not names or any(map(is_image, names)):
        return ""
    return (
        f"; by the names none of its {len(names)} files is an image ({kinds_of(names)}): save what "
        "they hold as images; sets of torchvision, such as CIFAR100, need data.source: torchvision"
    )
