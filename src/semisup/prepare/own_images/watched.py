"""Which of the named places and tables DVC watches: those in data/raw, but for some names."""

import os
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from semisup.params import data_sections
from semisup.prepare.files.places import on_disk
from semisup.prepare.own_images.named_places import KEY, PLACES
from semisup.workflow.notes import Notes
from semisup.workflow.outputs import RAW

IGNORED = Path(".dvcignore")
UNSEEN = "so that DVC sees no changes there"


def warn_of_unwatched(settings: data_sections.Folder, notes: Notes) -> None:
    """Name the places in which DVC would not see changes."""
    for name, given, why in _unwatched(settings):
        notes.warn(
            f"{KEY}.{name}: {given}: {why}; after any, run `dvc repro --force "
            "--single-item prepare` first"
        )


def unwatched(settings: data_sections.Folder) -> list[str]:
    """Files and folders that are read and that, behind links too, DVC does not watch."""
    return [on_disk(os.path.realpath(given)) for _, given, _ in _unwatched(settings)]


def _unwatched(settings: data_sections.Folder) -> Iterator[tuple[str, str, str]]:
    for name in PLACES:
        for given in named_paths(settings, name):
            if why := why_unwatched(given):
                yield name, given, why


def why_unwatched(given: str) -> str | None:
    """Why DVC sees no changes of what lies there, behind links too; None where it sees them."""
    real, raw = os.path.realpath(given), os.path.realpath(RAW)
    if not f"{real}/".startswith(f"{raw}/"):
        return f"not inside {RAW}, {UNSEEN}"
    if left_out := _left_out(Path(RAW, os.path.relpath(on_disk(real), raw))):
        return f"{left_out.name} is a name that {IGNORED} leaves out, {UNSEEN}"
    return None


def _left_out(path: Path) -> Path | None:
    """It or the folder around it that DVC passes over."""
    if not IGNORED.is_file():
        return None
    rules = GitIgnoreSpec.from_lines(IGNORED.read_text(encoding="utf-8").splitlines())
    below = (each for each in (*reversed(path.parents), path) if RAW in each.parents)
    return next((p for p in below if rules.match_file(f"{p}/" if p.is_dir() else p)), None)


def named_paths(settings: data_sections.Folder, name: str) -> list[str]:
    """What params.yaml names for a place or table."""
    given = getattr(settings, name)
    if name == "class_names" and given == "auto":
        return []
    listed = [given] if isinstance(given, str) else given or []
    return [str(Path(path).expanduser()) for path in listed]
