"""Which column of a table holds what: as params.yaml says, or by its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from semisup.labels.words import ONES, ZEROS, Part, part_of
from semisup.params.messages import suggestion
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, named

KEY = "data.folder.columns"

# the first that a table has counts; compared without case, spaces and the like
NAMES: dict[str, tuple[str, ...]] = {
    "path": (
        *(
            "path",
            "filepath",
            "filename",
            "file",
            "imagepath",
            "imgpath",
            "imagefile",
            "imagefilename",
        ),
        *(
            "imagename",
            "imgname",
            "image",
            "img",
            "images",
            "files",
            "filepaths",
            "filenames",
            "photo",
        ),
        *("picture", "imageid", "imgid", "idcode", "photoid", "uri", "imageuri", "id", "name"),
    ),
    "label": (
        *(
            "label",
            "labels",
            "class",
            "classname",
            "labelname",
            "category",
            "categoryname",
            "target",
        ),
        *(
            "diagnosis",
            "dx",
            "species",
            "breed",
            "groundtruth",
            "classlabel",
            "y",
            "classes",
            "tag",
        ),
        *("classid", "labelid", "categoryid", "disease", "defect", "grade"),
    ),
    "split": (
        *("split", "datasplit", "datasetsplit", "subset", "partition", "set", "usage", "phase"),
        *("dataset", "istrain", "istraining", "istrainingimg", "istrainingimage", "traintest"),
        *("istest", "istesting", "isvalid", "isval", "isvalidation"),
    ),
    "group": (
        *("group", "groupid", "patient", "patientid", "subject", "subjectid", "participant"),
        *(
            "participantid",
            "person",
            "personid",
            "individual",
            "individualid",
            "animalid",
            "caseid",
        ),
        *(
            "lesion",
            "lesionid",
            "specimen",
            "specimenid",
            "slide",
            "slideid",
            "part",
            "partid",
            "plantid",
        ),
        *("video", "videoid", "sequenceid", "seqid", "sceneid", "burstid", "studyid", "sampleid"),
    ),
}


@dataclass(frozen=True)
class Columns:
    """Positions; None where there is no such column. `split_is_sure`: it can be nothing else."""

    path: int
    label: int | None
    split: int | None
    group: int | None
    split_is_sure: bool
    may_be_hot: bool  # the label may be spread over columns, one a class


def find_columns(
    header: tuple[int, Sequence[str]], wanted: Mapping[str, str | None], where: str, notes: Notes
) -> Columns:
    """Positions of path, label, split and group.

    Raises:
        UserError: no column of path, one that params.yaml names is missing, or two that read alike.
    """
    names = [name.strip() for name in header[1]]
    found = {what: _find(what, names, wanted[what], where, notes) for what in NAMES}
    path = found["path"]
    if path is None:
        raise missing_column(where, names)
    if found["group"] is not None and wanted["group"] == "auto":
        notes.warn(
            f"{where}: images of one {names[found['group']]} stay on one side of each split "
            f"({KEY}.group)"
        )
    split = found["split"]
    sure = split is not None and (wanted["split"] != "auto" or _plain(names[split]) == "split")
    hot = wanted["label"] == "auto"
    return Columns(path, found["label"], split, found["group"], sure, hot)


def with_split(
    found: Columns, names: Sequence[str], cells: Sequence[Sequence[str]], where: str, notes: Notes
) -> Columns:
    """With a column of other name as the split, if all that it says is train, test and the like.

    Raises:
        UserError: there are two such columns.
    """
    if found.split is not None and (_is_split(cells, found.split) or _is_bit(cells, found.split)):
        return found
    taken = {found.path, found.label, found.group}
    fitting = [at for at in range(len(names)) if at not in taken and _is_split(cells, at)]
    if not fitting:
        return found
    first, *others = (names[at].strip() for at in fitting)
    if others:
        raise UserError(
            f"{where}: the columns {named(map(repr, (first, *others)))} both read as the split; "
            f"name one in {KEY}.split"
        )
    notes.warn(f"{where}: column {first} is read as the split, by its words ({KEY}.split)")
    return replace(found, split=fitting[0])


def _is_bit(cells: Sequence[Sequence[str]], at: int) -> bool:
    return all(line[at].strip().lower() in ONES | ZEROS | {""} for line in cells)


def _is_split(cells: Sequence[Sequence[str]], at: int) -> bool:
    """Whether a column says train or the like in each line, and not always the same."""
    parts: dict[str, Part | None] = {}
    for line in cells:
        word = line[at].strip()
        if word not in parts:
            parts[word] = part_of(word, strict=True)
            if parts[word] is None:
                return False
    return len({*parts.values()}) > 1


def names_columns(names: Sequence[str]) -> bool:
    """Whether any of these is a name of a column of paths or labels."""
    return any(_plain(name) in (*NAMES["path"], *NAMES["label"]) for name in names)


def has_label(names: Sequence[str]) -> bool:
    """Whether a column of labels is found by its name."""
    return any(_plain(name) in NAMES["label"] for name in names)


def missing_column(where: str, names: Sequence[str]) -> UserError:
    """The error where there is no path, or no label."""
    shown = ",".join(names[:8]) + ("..." if len(names) > 8 else "") or "nothing"
    return UserError(
        f"{where}: no columns are named path and label: name them so, or say in {KEY} which hold "
        f"them; there are {shown}"
    )


def _find(
    what: str, names: Sequence[str], wanted: str | None, where: str, notes: Notes
) -> int | None:
    if wanted is None:
        return None
    if wanted != "auto":
        return _named(what, names, wanted, where)
    plain = [_plain(name) for name in names]
    fitting = [name for name in NAMES[what] if name in plain]
    if not fitting:
        return None
    best = fitting[0]
    if plain.count(best) > 1:
        alike = [name for name, short in zip(names, plain, strict=True) if short == best]
        raise UserError(
            f"{where}: the columns {named(map(repr, alike))} both read as the {what}; rename one"
        )
    others = [names[plain.index(name)] for name in fitting[1:]]
    if what == "label" and others:
        notes.warn(
            f"{where}: the label is read from column {names[plain.index(best)]}, not from "
            f"{named(others)} ({KEY}.label)"
        )
    return plain.index(best)


def _named(what: str, names: Sequence[str], wanted: str, where: str) -> int:
    same = [at for at, name in enumerate(names) if name == wanted]
    same = same or [at for at, name in enumerate(names) if _plain(name) == _plain(wanted)]
    if len(same) > 1:
        raise UserError(f"{where}: has {len(same)} columns named {wanted!r}; rename all but one")
    if not same:
        raise UserError(
            f"{where}: {KEY}.{what}: no column is named "
            f"{wanted!r}{suggestion(wanted, list(names))}; there are {named(names, 8)}"
        )
    return same[0]


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def one_hot(
    header: tuple[int, Sequence[str]], cells: Sequence[Sequence[str]], found: Columns
) -> dict[int, str] | None:
    """Columns that hold 1 for the row's class, 0 for others, by position; None: there are none."""
    taken = {found.path, found.split, found.group}
    bits = {
        at: name.strip()
        for at, name in enumerate(header[1])
        if at not in taken
        and name.strip()
        and cells
        and all(line[at].strip().lower() in ONES | ZEROS for line in cells)
    }
    if not found.may_be_hot or len(bits) < 2:
        return None
    sums = [sum(line[at].strip().lower() in ONES for at in bits) for line in cells]
    single, none = sums.count(1), sums.count(0)
    return bits if 2 * single >= len(sums) and 10 * (single + none) >= 9 * len(sums) else None
