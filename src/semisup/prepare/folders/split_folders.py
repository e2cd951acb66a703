"""Folders named as train and test, where a table names the classes."""

from collections.abc import Sequence

from semisup.labels.parts import part_of
from semisup.prepare.files.places import shown
from semisup.prepare.folders.class_folders import Layout, Level
from semisup.prepare.folders.refusals import are_folds
from semisup.prepare.folders.signs import are_parts, tests_among
from semisup.prepare.folders.tree import Folder, Folders, each, merged
from semisup.workflow.notes import Notes


def folders_of_parts(top: Folder, named: Folder, where: str, notes: Notes) -> Layout | None:
    """How deep these folders lie, if there are such.

    Other images may lie beside those of the table, and sites or years around train and test.

    Args:
        top: the place.
        named: the files of it that the table names.
        where: what messages call the table.
        notes: takes warnings.
    """
    levels: list[Level] = []
    folds: Sequence[str] = ()
    at, of_rows = [top], [named]
    while inner := merged(at):
        with_rows = merged(of_rows)
        if are_parts(inner) or are_parts(with_rows):
            if folds:
                _warn_of_folds(folds, where, notes)
                return None
            _tell(inner, with_rows, where, notes)
            return Layout((*levels, "part"), tests=tests_among(len(levels), inner))
        if not with_rows and len(inner) > 1:
            break
        around = [*(with_rows or inner)]
        levels.append("repetition" if len(around) > 1 else "wrapper")
        folds = around if len(around) > 1 and are_folds(around) else folds
        at, of_rows = each({name: inner[name] for name in around}), each(with_rows)
    return None


def _tell(inner: Folders, with_rows: Folders, where: str, notes: Notes) -> None:
    others = shown(name for name in with_rows if not part_of(name))
    notes.warn(
        f"{where}: folders {shown(filter(part_of, inner))} are read as the split"
        f"{f', {others} beside them as no part of it' if others else ''}"
    )


def _warn_of_folds(names: Sequence[str], where: str, notes: Notes) -> None:
    notes.warn(
        f"{where}: {shown(names)} each hold train and test: in a cross-validation each image is a "
        "test image of one fold, so that these folders are not read as the split: name the folder "
        "of one fold, or give the table a column split"
    )
