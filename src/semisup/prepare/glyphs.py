"""The embedded data set: letters in many typefaces on cluttered backgrounds.

Nothing is downloaded: the typefaces are those that come with matplotlib. Image `i` depends on the
seed, `i` and the settings alone, never on how many images are asked for or by how many processes.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semisup.workflow.errors import UserError

CHUNK = 256  # images that share one random stream
FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold"),
    *("DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol"),
    *("STIXGeneralItalic", "STIXGeneralBolIta", "cmr10", "cmb10", "cmss10", "cmtt10"),
)
BEND = 0.16  # of the letters: standard deviation of smooth shifts, where half the letter is 1
LOOKALIKE = 0.93  # correlation of two box-normalised letters above which they are one class

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Glyphs:
    """What to draw. `clutter` (0 to 1) scales background texture and distractors."""

    classes: int
    image_size: int
    clutter: float
    seed: int

    def labels(self, start: int, stop: int) -> NDArray[np.int64]:
        """Class of each image from `start` up to `stop`: every run of `classes` images has all."""
        return np.arange(start, stop) % self.classes

    def chunks(self, start: int, stop: int, stream: int) -> Iterator[NDArray[np.uint8]]:
        """Images from `start` up to `stop` as (n, H, W, 3) arrays; other streams are disjoint."""
        for first in range(start - start % CHUNK, stop, CHUNK):
            images = self._draw(first, stream)
            yield images[max(start - first, 0) : stop - first]

    def _draw(self, first: int, stream: int) -> NDArray[np.uint8]:
        rng = np.random.default_rng([self.seed, stream, first // CHUNK])
        atlas = letter_atlas(self.classes, min(max(self.image_size, 24), 96))
        size = self.image_size
        scene = _background(rng, size, self.clutter)
        paper = scene.mean(axis=(1, 2))
        for _ in range(3):  # distractors: pieces of other letters, small and at the rim
            masks = _place(rng, atlas, atlas.random_masks(rng, CHUNK), size, distractor=True)
            ink = rng.uniform(0, 1, (CHUNK, 3)).astype(np.float32)
            shown = (rng.random(CHUNK) < self.clutter) * rng.uniform(0.5, 1, CHUNK)
            scene = _paint(scene, masks * shown.astype(np.float32)[:, None, None], ink)
        labels = self.labels(first, first + CHUNK)
        masks = _place(rng, atlas, atlas.masks_of(rng, labels), size, distractor=False)
        scene = _paint(scene, masks, _contrasting_ink(rng, paper))
        scene += rng.normal(0, 0.04, scene.shape).astype(np.float32)
        return (np.clip(scene, 0, 1) * 255 + 0.5).astype(np.uint8)


@dataclass(frozen=True)
class Atlas:
    """Every letter in every typeface that has it: `masks` (M, S, S), sorted by class."""

    masks: Floats
    first: NDArray[np.int64]  # of each class
    count: NDArray[np.int64]  # typefaces of each class

    def masks_of(self, rng: np.random.Generator, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """One random typeface for each label, as an index into `masks`."""
        return self.first[labels] + rng.integers(0, self.count[labels])

    def random_masks(self, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
        """Any letter, any typeface."""
        return rng.integers(0, len(self.masks), n)


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


def _place(
    rng: np.random.Generator,
    atlas: Atlas,
    which: NDArray[np.int64],
    size: int,
    distractor: bool,
) -> Floats:
    """Masks under random pose on the canvas: (n, size, size) in 0 to 1."""
    n = len(which)
    turn = rng.uniform(-0.35, 0.35, n) if not distractor else rng.uniform(-3.14, 3.14, n)
    scale = rng.uniform(0.55, 0.85, n) if not distractor else rng.uniform(0.2, 0.45, n)
    stretch = np.exp(rng.uniform(-0.25, 0.25, n))
    shear = rng.uniform(-0.25, 0.25, n)
    angle = rng.uniform(0, 2 * np.pi, n)
    reach = rng.uniform(0.6, 0.95, n) if distractor else rng.uniform(0, 1, n) * (1 - scale) * 0.8
    centre = np.stack([np.cos(angle), np.sin(angle)]) * reach  # (2, n) in -1..1
    cos, sin = np.cos(turn) / scale, np.sin(turn) / scale
    # canvas -> letter: undo the shift, then rotation, scale, stretch and shear
    to_letter = np.array(
        [[cos * stretch, sin * stretch], [-sin / stretch + shear * cos, cos / stretch]],
        dtype=np.float32,
    )  # (2, 2, n)
    axis = (np.arange(size, dtype=np.float32) + 0.5) * (2 / size) - 1
    x = axis[None, None, :] - centre[0].astype(np.float32)[:, None, None]
    y = axis[None, :, None] - centre[1].astype(np.float32)[:, None, None]
    side = atlas.masks.shape[1]
    parts = to_letter[..., None, None]
    bend = _enlarge(rng.normal(0, BEND, (n, 4, 4, 2)).astype(np.float32), size)
    u = ((parts[0, 0] * x + parts[0, 1] * y) + bend[..., 0] + 1) * (side / 2) - 0.5
    v = ((parts[1, 0] * x + parts[1, 1] * y) + bend[..., 1] + 1) * (side / 2) - 0.5
    return _bilinear(atlas.masks, which, u, v)


def _bilinear(masks: Floats, which: NDArray[np.int64], u: Floats, v: Floats) -> Floats:
    """Sample masks[which] at column u and row v, zero outside."""
    side = masks.shape[1]
    padded = np.pad(masks, ((0, 0), (1, 1), (1, 1))).reshape(-1)
    u = np.clip(u + 1, 0, side + 0.999)
    v = np.clip(v + 1, 0, side + 0.999)
    left, top = u.astype(np.int32), v.astype(np.int32)
    du, dv = u - left, v - top
    row = side + 2
    at = (which.astype(np.int32) * (row * row))[:, None, None] + top * row + left
    above = padded[at] * (1 - du) + padded[at + 1] * du
    below = padded[at + row] * (1 - du) + padded[at + row + 1] * du
    result: Floats = above * (1 - dv) + below * dv
    return result


def _background(rng: np.random.Generator, size: int, clutter: float) -> Floats:
    """A colour with soft blotches and stripes: (CHUNK, size, size, 3) in about 0 to 1."""
    colour = rng.uniform(0.1, 0.9, (CHUNK, 1, 1, 3)).astype(np.float32)
    blotches = rng.normal(0, 0.22 * clutter, (CHUNK, 5, 5, 3)).astype(np.float32)
    grain = rng.normal(0, 0.12 * clutter, (CHUNK, 12, 12, 1)).astype(np.float32)
    axis = np.linspace(0, 2 * np.pi, size, dtype=np.float32)
    wave = rng.uniform(-6, 6, (2, CHUNK, 1, 1)).astype(np.float32)
    phase = rng.uniform(0, 6.28, (CHUNK, 1, 1)).astype(np.float32)
    stripes = np.sin(wave[0] * axis[:, None] + wave[1] * axis + phase)[..., None]
    strength = rng.uniform(0, 0.15 * clutter, (CHUNK, 1, 1, 1)).astype(np.float32)
    scene: Floats = colour + _enlarge(blotches, size) + _enlarge(grain, size) + strength * stripes
    return scene


def _enlarge(grid: Floats, size: int) -> Floats:
    """(n, g, g, c) to (n, size, size, c) by linear interpolation."""
    cells = grid.shape[1] - 1
    at = np.linspace(0, cells, size, dtype=np.float32)
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells + 1, dtype=np.float32)))
    enlarged: Floats = np.einsum("ig,ngkc,jk->nijc", weights, grid, weights, optimize=True)
    return enlarged


def _contrasting_ink(rng: np.random.Generator, paper: Floats) -> Floats:
    """A colour (n, 3) whose brightness differs from the paper's by at least a quarter."""
    ink = rng.uniform(0, 1, paper.shape).astype(np.float32)
    brightness, wanted = paper.mean(axis=1), rng.uniform(0.25, 0.6, len(paper))
    up = np.where(rng.random(len(paper)) < 0.5, 1, -1)
    up = np.where(brightness + up * wanted > 1, -1, np.where(brightness + up * wanted < 0, 1, up))
    target = brightness + up * wanted
    shifted: Floats = ink + (target - ink.mean(axis=1)).astype(np.float32)[:, None]
    return np.clip(shifted, 0, 1)


def _paint(scene: Floats, masks: Floats, ink: Floats) -> Floats:
    cover = masks[..., None]
    painted: Floats = scene + cover * (ink[:, None, None, :] - scene)
    return painted
