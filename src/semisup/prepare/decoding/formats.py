"""Which kinds of files are images, told by their first bytes, and what others are."""

from importlib import import_module

from PIL import Image

from semisup.prepare.records import Unreadable

for _plugin in (  # each enters how it opens files into Image.OPEN
    *("Avif", "Bmp", "Gif", "Ico", "Jpeg2K", "Jpeg", "Pcx"),
    *("Png", "Ppm", "Qoi", "Sgi", "Sun", "Tiff", "WebP"),
):
    import_module(f"PIL.{_plugin}ImagePlugin")

# Pillow's names and those that people know; the common ones first
NAMES = {"JPEG": "JPEG", "PNG": "PNG", "WEBP": "WebP", "BMP": "BMP", "TIFF": "TIFF", "GIF": "GIF"}
NAMES |= {"PPM": "PPM", "AVIF": "AVIF", "JPEG2000": "JPEG 2000", "QOI": "QOI", "PCX": "PCX"}
NAMES |= {"SGI": "SGI", "SUN": "Sun", "ICO": "ICO"}
PREFIX_BYTES = 264  # that tell what a file is

_HEIF_BEGINS = (b"ftyphei", b"ftyphevc", b"ftypmif1", b"ftypmsf1")
_HEIC = "a HEIC photograph, which is not decoded: convert it to JPEG, or install pillow-heif"
RAW_FILE = "a camera's raw file, not decoded: save it as JPEG or TIFF"
_INSIDE = "in the place: unpack it, or name it as a place of its own"
_UNREAD = "which is not read: unpack it, and name the folder"
_NO_IMAGES = (  # where they begin, their first bytes, what they are
    (0, b"version https://git-lfs", "a Git LFS pointer, not the image: run `git lfs pull`"),
    (0, b"/annex/objects/", "a git-annex pointer, not the image: run `git annex get`"),
    (0, b"PK\x03\x04", f"a zip archive {_INSIDE}"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (0, b"Rar!", f"a rar archive, {_UNREAD}"),
    (0, b"7z\xbc\xaf\x27\x1c", f"a 7z archive, {_UNREAD}"),
    (0, b"\x1f\x8b", f"a gzip archive {_INSIDE}"),
    (0, b"BZh", f"a bzip2 archive {_INSIDE}"),
    (257, b"ustar", f"a tar archive {_INSIDE}"),
    (0, b"\xfd7zXZ\x00", f"an xz archive {_INSIDE}"),
    (0, b"\x93NUMPY", "a NumPy array, not decoded: save images as PNG or TIFF"),
    (0, b"%PDF", "a PDF document, not an image"),
    (0, b"<svg", "an SVG drawing, not decoded: export it as PNG"),
    (0, b"<!doctype html", "a web page, as of a failed download: download it again"),
    (0, b"<html", "a web page, as of a failed download: download it again"),
    (0, b"8BPS", "a Photoshop file, not decoded: export it as PNG"),
    (128, b"dicm", "a DICOM file, not decoded: export it as 16-bit PNG or TIFF"),
    (4, b"ftypcrx", RAW_FILE),
    *(
        (4, b"ftyp" + brand, _HEIC)
        for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heif")
    ),
    *((4, b"ftyp" + brand, "a video") for brand in (b"isom", b"mp42", b"qt  ", b"mp41")),
)


def format_of(prefix: bytes) -> str:
    """Pillow's name of a file's format, by its first PREFIX_BYTES.

    Raises:
        Unreadable: it is another kind of file.
    """
    for name in NAMES:
        accept = Image.OPEN[name][1]
        if accept and accept(prefix[:16]) is True:
            return name
    if prefix[4:].startswith(_HEIF_BEGINS) and _has_heif():
        return "HEIF"
    lower = prefix.lower()
    for start, begins, what in _NO_IMAGES:
        if lower[start:].startswith(begins.lower()):
            raise Unreadable(what)
    raise Unreadable(f"not an image of a known format ({', '.join(NAMES.values())})")


def _has_heif() -> bool:
    """Whether the optional package is there, which then is of use to Pillow."""
    if "HEIF" not in Image.OPEN:
        try:
            from pillow_heif import register_heif_opener
        except ImportError:
            return False
        register_heif_opener()
    return True
