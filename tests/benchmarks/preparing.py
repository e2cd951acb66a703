"""How fast files are prepared, and decoded alone: a program of its own, as the stage is.

It loads no torch, which the processes that decode would load too.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from basics import class_folders, medians, seconds, settings

from semisup.params.loading import Params
from semisup.prepare import packing
from semisup.prepare.decoding.decode import decode
from semisup.prepare.unfinished import Unfinished
from semisup.workflow.notes import Notes
from semisup.workflow.scratch import Scratch

CHUNK = 500
ROUNDS = 7  # of a few seconds, which vary by a quarter


def main(root: Path, scratch: Path, side: int) -> None:
    """Print [files/s of prepare, files/s of the decoder, processes]."""
    params = settings({"data.image_size": side})
    files = [str(path) for path in root.rglob("*") if path.is_file()]
    workers = params.compute.cpu_threads()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        decoded(files[: CHUNK * workers], side, pool)
        rates = medians(
            partial(prepared, params, root, scratch, len(files)),
            partial(decoded, files, side, pool),
            rounds=ROUNDS,
        )
    print(json.dumps([*rates, workers]))


def prepared(params: Params, root: Path, scratch: Path, files: int) -> float:
    """Files per second; a tenth of them, while the processes start, does not count."""
    found = class_folders(root, params)
    first = list(islice(found, files // 10))
    side = params.data.image_size
    with TemporaryDirectory(dir=scratch) as target:
        begun = Unfinished(Scratch(Path(target) / "scratch", "", 60.0), side)
        rules = ("auto", 0.05, begun, Notes())
        pack = partial(packing.pack, chain(first, found), Path(target), *rules)
        return (files - len(first)) / seconds(pack)


def decoded(files: list[str], side: int, pool: ProcessPoolExecutor) -> float:
    """Files per second."""
    chunks = [files[at : at + CHUNK] for at in range(0, len(files), CHUNK)]
    return len(files) / seconds(lambda: sum(pool.map(partial(decode_alone, side), chunks)))


def decode_alone(side: int, files: list[str]) -> int:
    """In a process of the pool; the pixels stay there."""
    return sum(len(decode(file, side, "crop", 100.0)) > 0 for file in files)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
