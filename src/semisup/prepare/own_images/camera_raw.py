"""Raw files of cameras. Many are TIFF by their first bytes, whose first page is a small form."""

from semisup.labels.endings import is_image, is_raw
from semisup.prepare.files.places import Entry
from semisup.prepare.own_images.named_places import Source

BESIDE = "a camera's raw file of the image beside it"


class RawFiles:
    """Finds those that lie beside an image of the same name, as cameras save both."""

    def __init__(self) -> None:
        self._stems: dict[int, set[str]] = {}  # of the images, by the source

    def is_beside_image(self, source: Source, path: str) -> bool:
        """Whether a raw file is one; a tar's names are listed once more for it."""
        if id(source) not in self._stems:
            paths = (entry.path for entry in source.own_listing() if isinstance(entry, Entry))
            self._stems[id(source)] = {
                _stem(other) for other in paths if is_image(other) and not is_raw(other)
            }
        return _stem(path) in self._stems[id(source)]


def _stem(path: str) -> str:
    return path.rpartition(".")[0].lower()
