"""How fast files are told apart, beside decoding them alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from basics import Line, jpeg_files, medians, seconds, settings
from PIL import Image
from preparing import CHUNK, decoded

if TYPE_CHECKING:
    from semisup.predict.loaded import ImageClassifier

SIDE = 32
SMALL_FILES, PHOTOGRAPHS = 20_000, 2_000
ACROSS, DOWN, TILE = 8, 6, 64  # images that a photograph is put together from, and their size
FLOP = 2 * 18.3e6  # multiplications and additions of the small backbone at SIDE


def lines(scratch: Path) -> Iterator[Line]:
    """Photographs, which people have, and files that are no larger than the network's images."""
    root, kind = jpeg_files(scratch / "small", SMALL_FILES)
    photographs = _photographs([*root.rglob("*.*")], scratch / "photographs")
    for name, folder, wanted in (
        (f"{ACROSS * TILE} x {DOWN * TILE}", photographs, ">= 0.8"),
        (f"{SIDE} x {SIDE}", root, ""),
    ):
        call = [sys.executable, __file__, str(folder), str(scratch)]
        ours, theirs, products = json.loads(subprocess.run(call, stdout=-1, check=True).stdout)
        bound = 1 / (1 + theirs * FLOP / products)
        yield Line(
            f"predict at {SIDE} px: JPEG files/s of {name} against the decoder alone on all cores",
            ours / theirs,
            wanted,
            f"{ours:.0f} against {theirs:.0f} files/s, {kind}; {bound:.2f} if the small backbone "
            f"ran at the rate of large matrix products, {products / 1e9:.0f} GFLOP/s",
        )


def _photographs(files: list[Path], target: Path) -> Path:
    """Large files with the detail of small ones."""
    target.mkdir()
    for number in range(PHOTOGRAPHS):
        whole = Image.new("RGB", (ACROSS * TILE, DOWN * TILE))
        for place in range(ACROSS * DOWN):
            down, across = divmod(place, ACROSS)
            with Image.open(files[(number * ACROSS * DOWN + place) % len(files)]) as part:
                whole.paste(part.resize((TILE, TILE)), (across * TILE, down * TILE))
        whole.save(target / f"{number}.jpg", quality=90)
    return target


def main(root: Path, scratch: Path) -> None:
    """Print [files/s of predict, files/s of the decoder, FLOP/s of large products of matrices]."""
    from measure import matrix_rate, start

    from semisup.predict import files

    params = settings({"data.image_size": SIDE})
    runtime = start(params)
    model, out = _classifier(), scratch / "out.csv"
    listed = sorted(map(str, root.rglob("*.jpg")))
    some = listed[:: len(listed) // 200][:200]

    def predicted() -> float:
        """Without what it costs to start."""
        took = [
            seconds(
                lambda paths=paths: files.predict(model, paths, out, 5, params.compute, runtime)
            )
            for paths in ([str(root)], some)
        ]
        return (len(listed) - len(some)) / (took[0] - took[1])

    with ProcessPoolExecutor(params.compute.cpu_threads(), get_context("spawn")) as pool:
        decoded(listed[: CHUNK * 2], SIDE, pool)
        rates = medians(predicted, partial(decoded, listed, SIDE, pool))
    print(json.dumps([*rates, matrix_rate(runtime)]))


def _classifier() -> "ImageClassifier":
    """The small backbone, with random weights."""
    from semisup.model.about import About
    from semisup.predict.loaded import ImageClassifier

    about = About(
        classes=[f"class {number}" for number in range(10)],
        image_size=SIDE,
        channels=3,
        fit="crop",
        max_megapixels=100.0,
        mean=np.full(3, 0.5, np.float32),
        std=np.full(3, 0.2, np.float32),
        encoder={"backbone": "small", "sees": "pixels"},
        layer="conv5",
        pool=4,
        hidden=[],
        temperature=1.0,
        threshold=0.9,
        precision=0.95,
        origin={"method": "supervised", "task": "none", "budget": 1, "draw": 0},
    )
    model = ImageClassifier(about)
    model.fuse()
    return model


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
