"""The letters of the embedded data set, rendered in the typefaces that come with matplotlib."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.workflow.errors import UserError

FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold"),
    *("DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol"),
    *("STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmtt10"),
)
LOOKALIKE = 0.93  # correlation of two box-normalised letters above which they are one class

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Atlas:
    """Every letter in every typeface that has it: `masks` (M, S, S), sorted by class."""

    masks: Floats
    first: NDArray[np.int64]  # of each class
    count: NDArray[np.int64]  # typefaces of each class

    def masks_of(self, rng: np.random.Generator, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """One random typeface for each label, as an index into `masks`."""
        return self.first[labels] + rng.integers(0, self.count[labels])


@lru_cache(maxsize=2)
def letter_atlas(classes: int, size: int) -> Atlas:
    """Render the first `classes` characters of `alphabet` as size x size masks.

    Raises:
        UserError: where the installed typefaces have too few distinct characters.
    """
    fonts = [(_font(name, size), _characters(name)) for name in FONTS]
    per_class = [
        [_mask(font, char, size) for font, has in fonts if ord(char) in has]
        for char in alphabet(classes)
    ]
    count = np.array([len(masks) for masks in per_class])
    masks = np.stack([mask for masks in per_class for mask in masks])
    return Atlas(masks, np.concatenate([[0], np.cumsum(count)[:-1]]), count)


@lru_cache(maxsize=2)
def alphabet(classes: int) -> str:
    """A to Z, digits, then letters of other scripts that look like none of those before them."""
    capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    if classes <= len(capitals):
        return capitals[:classes]
    others = (chr(code) for code in sorted(_characters(FONTS[0])) if code > 32)
    letters = [char for char in others if unicodedata.category(char) in ("Lu", "Ll", "Lo", "Nd")]
    font = _font(FONTS[0], 32)
    chosen, seen = [], np.empty((0, 32 * 32), np.float32)
    for char in dict.fromkeys([*capitals, *"0123456789", *letters]):
        mask = _mask(font, char, 32).reshape(1, -1)
        norm = float(np.linalg.norm(mask))
        if norm == 0 or (len(seen) and float((seen @ mask.T).max()) > LOOKALIKE * norm):
            continue
        chosen.append(char)
        seen = np.concatenate([seen, mask / norm])
        if len(chosen) == classes:
            return "".join(chosen)
    raise UserError(
        f"data.glyphs.classes: {classes} is more than the {len(chosen)} distinct characters of the "
        "installed typefaces; ask for fewer"
    )


def _font_path(name: str) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"


def _font(name: str, size: int):  # type: ignore[no-untyped-def]
    from PIL import ImageFont

    return ImageFont.truetype(_font_path(name), size * 2)


@cache
def _characters(name: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_font_path(name)).get_charmap())


def _mask(font, char: str, size: int) -> Floats:  # type: ignore[no-untyped-def]
    """The letter's ink, its bounding box fitted into the size x size square, in 0 to 1."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = font.getbbox(char)
    width, height = int(right - left), int(bottom - top)
    if width <= 0 or height <= 0:
        return np.zeros((size, size), np.float32)
    side = max(width, height)
    canvas = Image.new("L", (side, side))
    corner = ((side - width) // 2 - left, (side - height) // 2 - top)
    ImageDraw.Draw(canvas).text(corner, char, fill=255, font=font)
    small = canvas.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, np.float32) / np.float32(255)
