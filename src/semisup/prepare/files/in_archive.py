"""What is said of a folder that is named in an archive, but is not there."""

from dataclasses import replace

from semisup.params.messages import suggestion
from semisup.prepare.files.archive import SUFFIXES, is_unread
from semisup.prepare.files.places import Entry, Place, printable, shown
from semisup.workflow.errors import UserError


def forbid_absent_folder(place: Place) -> None:
    """Refuse a folder without files in an archive, of which all names are read for it.

    Raises:
        UserError: it names what is there, or the archive in this one that the folder may be in.
    """
    if not place.inner or any(True for _ in place.listing()):
        return
    for depth, name in enumerate(place.inner):
        around = replace(place, inner=place.inner[:depth])
        paths = [entry.path for entry in around.listing() if isinstance(entry, Entry)]
        inside = printable("/".join([place.disk.name, *around.inner]))
        if name in paths:
            raise UserError(
                f"{place.key}: {place.given}: {_of_file(name, inside, place.disk.name)}"
            )
        folders = sorted({path.split("/")[0] for path in paths if "/" in path})
        if name in folders:
            continue
        there = f"there are {shown(folders)}" if folders else "only files lie there"
        raise UserError(
            f"{place.key}: {place.given}: {inside} has no folder {name!r} with files in it"
            f"{suggestion(name, folders)}; {there}"
        )


def _of_file(name: str, inside: str, archive: str) -> str:
    """What is wrong where a file of an archive is named as if it were a folder."""
    lower = name.lower()
    if lower.endswith(SUFFIXES) or is_unread(lower):
        return (
            f"{printable(name)} is an archive in {inside}, and such are not read: unpack "
            f"{printable(archive)}, and name {printable(name)} where it lies then"
        )
    return f"{printable(name)} is a file of {inside}, and no folder; name the folder that it is in"
