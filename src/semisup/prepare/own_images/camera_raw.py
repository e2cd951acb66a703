"""Raw files of cameras. Many are TIFF by their first bytes, whose first page is a small form."""

from semisup.prepare.own_images.named_places import Source

BESIDE = "a camera's raw file of the image beside it"


def is_beside_image(source: Source, path: str) -> bool:
    """Whether a raw file lies beside an image of the same name, as cameras save both."""
    return path.rpartition(".")[0].lower() in source.images_without_ending
