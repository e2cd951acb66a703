"""Which of the named places and tables DVC watches: those in data/raw."""

import os
from collections.abc import Iterator
from pathlib import Path

from semisup.params import data_sections
from semisup.prepare.files.places import on_disk
from semisup.prepare.own_images.named_places import KEY, PLACES
from semisup.workflow.notes import Notes
from semisup.workflow.outputs import RAW

UNSEEN = f"not inside {RAW}, so that DVC sees no changes there"


def warn_of_unwatched(settings: data_sections.Folder, notes: Notes) -> None:
    """Name the places in which DVC would not see changes."""
    for name, given in _unwatched(settings):
        notes.warn(
            f"{KEY}.{name}: {given}: {UNSEEN}; after any, run `dvc repro --force "
            "--single-item prepare` first"
        )


def unwatched(settings: data_sections.Folder) -> list[str]:
    """Files and folders that are read and lie, if need be behind links, outside of data/raw."""
    return [on_disk(os.path.realpath(given)) for _, given in _unwatched(settings)]


def _unwatched(settings: data_sections.Folder) -> Iterator[tuple[str, str]]:
    for name in PLACES:
        for given in named_paths(settings, name):
            if not is_watched(given):
                yield name, given


def is_watched(given: str) -> bool:
    """Whether it lies in data/raw, behind links too."""
    return f"{os.path.realpath(given)}/".startswith(f"{os.path.realpath(RAW)}/")


def named_paths(settings: data_sections.Folder, name: str) -> list[str]:
    """What params.yaml names for a place or table."""
    given = getattr(settings, name)
    if name == "class_names" and given == "auto":
        return []
    listed = [given] if isinstance(given, str) else given or []
    return [str(Path(path).expanduser()) for path in listed]
