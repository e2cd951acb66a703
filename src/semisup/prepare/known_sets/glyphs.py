"""The embedded data set: letters in many typefaces on cluttered backgrounds.

Nothing is downloaded: the typefaces are those that come with matplotlib. Image `i` depends on the
seed, `i` and the settings alone, never on how many images are asked for or by how many processes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from semisup.params import data_sections
from semisup.prepare.known_sets.typefaces import Atlas, Floats, alphabet, letter_atlas
from semisup.prepare.records import Candidates, Decoded, GivenSplit, Record

CHUNK = 256  # images that share one random stream
BEND = 0.16  # of the letters: standard deviation of smooth shifts, where half the letter is 1


def candidates(
    settings: data_sections.Glyphs, image_size: int, seed: int, done: int = 0
) -> Candidates:
    """Every image of the set, those to train on first, but for the first `done`."""
    glyphs = Glyphs(settings.classes, image_size, settings.clutter, seed)
    names = class_names(alphabet(settings.classes))
    sizes: dict[GivenSplit, int] = {"train": settings.train_images, "test": settings.test_images}
    total = sum(sizes.values())
    with tqdm(total=total, initial=done, desc="drawing letters", disable=None, leave=False) as bar:
        for stream, (split, size) in enumerate(sizes.items()):
            first = min(done, size)
            done -= first
            labels = glyphs.labels(first, size)
            images = (image for chunk in glyphs.chunks(first, size, stream) for image in chunk)
            for number, (image, label) in enumerate(zip(images, labels, strict=True), first):
                record = Record(f"glyphs/{split}/{number:06d}", names[label], split)
                yield record, Decoded.of(image)
                bar.update()


def class_names(characters: str) -> list[str]:
    """The characters themselves; `U+00E9` and the like beyond ASCII."""
    return [char if char.isascii() else f"U+{ord(char):04X}" for char in characters]


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
            letters = rng.integers(0, len(atlas.masks), CHUNK)
            masks = _place(rng, atlas, letters, size, distractor=True)
            ink = rng.uniform(0, 1, (CHUNK, 3)).astype(np.float32)
            shown = (rng.random(CHUNK) < self.clutter) * rng.uniform(0.5, 1, CHUNK)
            scene = _paint(scene, masks * shown.astype(np.float32)[:, None, None], ink)
        labels = self.labels(first, first + CHUNK)
        masks = _place(rng, atlas, atlas.masks_of(rng, labels), size, distractor=False)
        scene = _paint(scene, masks, _contrasting_ink(rng, paper))
        scene += rng.normal(0, 0.04, scene.shape).astype(np.float32)
        return (np.clip(scene, 0, 1) * 255 + 0.5).astype(np.uint8)


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
    return scene + cover * (ink[:, None, None, :] - scene)
