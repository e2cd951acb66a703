"""Which kinds of files are images, told by their first bytes, and what others are."""

import zlib
from collections.abc import Iterable
from importlib import import_module

from PIL import Image

from semisup.labels.text import STAND_INS
from semisup.prepare.files.member import ARCHIVES, TAR_MARK, TAR_MARK_AT, UNREAD
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
_SLICES = "not decoded: export its slices as PNG or TIFF"
_DATA = "not decoded: save images as PNG or TIFF"
_FORMS = (  # in which the sciences keep images
    (0, b"\x5c\x01\0\0", f"a NIfTI volume, {_SLICES}"),
    (0, b"\0\0\x01\x5c", f"a NIfTI volume, {_SLICES}"),
    (0, b"NRRD000", f"an NRRD volume, {_SLICES}"),
    (0, b"ObjectType = Image", f"a MetaImage volume, {_SLICES}"),
    (0, b"ZISRAWFILE", f"a CZI file of a microscope, {_SLICES}"),
    (0, b"\x70\0\0\0", f"a LIF file of a microscope, {_SLICES}"),
    (0, b"\x89HDF", f"an HDF5 file, {_DATA}"),
    (0, b"MATLAB ", f"a MATLAB file, {_DATA}"),
    (0, b"SIMPLE  =", f"a FITS file, {_DATA}"),
    (0, b"v/1\x01", f"an OpenEXR file, {_DATA}"),
    (0, b"\0\0\x08\x03", f"an IDX file of many images, {_DATA}"),
    *((0, b"\x80" + bytes([n]), f"a pickle of Python, {_DATA}") for n in (2, 3, 4, 5)),
    (8, b"AVI LIST", "a video"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
)
_NO_IMAGES = (  # where they begin, their first bytes, what they are
    *((0, mark, what) for mark, what in STAND_INS),
    *(
        (0, mark, f"{what} {_INSIDE}" if endings else f"{what}, {UNREAD}")
        for mark, what, endings in ARCHIVES
    ),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (TAR_MARK_AT, TAR_MARK, f"a tar archive {_INSIDE}"),
    (0, b"\x93NUMPY", "a NumPy array, not decoded: save images as PNG or TIFF"),
    (0, b"%PDF", "a PDF document, not an image"),
    (0, b"<svg", "an SVG drawing, not decoded: export it as PNG"),
    (0, b"8BPS", "a Photoshop file, not decoded: export it as PNG"),
    (128, b"dicm", "a DICOM file, not decoded: export it as 16-bit PNG or TIFF"),
    (4, b"ftypcrx", RAW_FILE),
    *(
        (4, b"ftyp" + brand, _HEIC)
        for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heif")
    ),
    *((4, b"ftyp" + brand, "a video") for brand in (b"isom", b"mp42", b"qt  ", b"mp41")),
    *_FORMS,
)


def format_of(prefix: bytes) -> str:
    """Pillow's name of a file's format, by its first PREFIX_BYTES.

    Raises:
        Unreadable: it is another kind of file.
    """
    is_heif = prefix[4:].startswith(_HEIF_BEGINS) and b"avif" not in prefix
    for name in NAMES:
        accept = Image.OPEN[name][1]
        if accept and accept(prefix[:16]) is True and not is_heif:
            return name
    if is_heif and has_heif():
        return "HEIF"
    for found in (_begins(_inflated(prefix), _FORMS), _begins(prefix, _NO_IMAGES)):
        if found:
            raise Unreadable(found)
    raise Unreadable(f"not an image of a known format ({', '.join(NAMES.values())})")


def _begins(prefix: bytes, kinds: Iterable[tuple[int, bytes, str]]) -> str | None:
    """What it is the beginning of, if of one of these kinds."""
    lower = prefix.lower()
    found = (what for at, begins, what in kinds if lower[at:].startswith(begins.lower()))
    return next(found, None)


def _inflated(prefix: bytes) -> bytes:
    """What gzip holds, as far as it can be told: the beginning of a .nii.gz."""
    try:
        return zlib.decompressobj(wbits=31).decompress(prefix, PREFIX_BYTES)
    except zlib.error:
        return b""


def has_heif() -> bool:
    """Whether the optional package is there, which then is of use to Pillow."""
    if "HEIF" not in Image.OPEN:
        try:
            from pillow_heif import register_heif_opener
        except ImportError:
            return False
        register_heif_opener()
    return True
