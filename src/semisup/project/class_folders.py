"""What the folders of a place say before it is read: whether they are, or hold, classes."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from semisup.prepare.files.places import Entry, locate
from semisup.prepare.folders.tree import Folder, merged
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named


def check(labelled: Sequence[str]) -> None:
    """Refuse several places that each are a class.

    Raises:
        UserError: one holds images, and no folders.
    """
    for path, top in _tops(labelled, "--labelled"):
        if top.images and not merged([top]):
            raise UserError(
                f"--labelled {path}: holds images, and no class folders: put all of them into "
                "one folder, where the name of each is its class, and name that one"
            )


def hints(images: Sequence[str]) -> list[str]:
    """A line for each place of unlabelled images whose folders may be classes."""
    return [
        f"{path} holds folders ({named(sorted(inner))}). Are these its classes? Then give it by "
        "--labelled in place of --images, or name it so in params.yaml: data.folder.labelled"
        for path, top in _tops(images, "--images")
        if len(inner := merged([top])) > 1 and not top.images
    ]


def _tops(paths: Iterable[str], option: str) -> Iterator[tuple[str, Folder]]:
    """Each place with its tree; of a tar it is found out only when it is read."""
    for path in paths:
        if Path(path).is_dir() or path.lower().endswith(".zip"):
            entries = locate(path, option).listing()
            yield path, Folder.of(entry.path for entry in entries if isinstance(entry, Entry))
