"""How fast files are prepared, and decoded alone: a program of its own, as the stage is.

It loads no torch, which the processes that decode would load too.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml

from semisup.data import folder, packing
from semisup.data.decode import decode_many
from semisup.params import Params

PARAMS = Path(__file__).parents[2] / "params.yaml"
ROUNDS = 3
CHUNK = 500


def main(root: Path, scratch: Path, side: int) -> None:
    """Print [files/s of prepare, files/s of the decoder, processes]."""
    values = yaml.safe_load(PARAMS.read_text("utf-8"))
    values["data"]["image_size"] = side
    params = Params.model_validate(values)
    files = [str(path) for path in root.rglob("*") if path.is_file()]
    workers = params.compute.cpu_threads()
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        works = (
            partial(prepared, params, root, scratch, len(files), workers),
            partial(decoded, files, side, pool),
        )
        decoded(files[: CHUNK * workers], side, pool)
        rates = zip(*([work() for work in works] for _ in range(ROUNDS)), strict=True)
    print(json.dumps([*map(median, rates), workers]))


def prepared(params: Params, root: Path, scratch: Path, files: int, workers: int) -> float:
    """Files per second; a tenth of them, while the processes start, does not count."""
    places = dict.fromkeys(("unlabelled", "labels", "test", "test_labels"))
    where = params.data.folder.model_copy(update=places | {"labelled": str(root)})
    found = folder.candidates(where, params.data, workers)
    first = list(islice(found, files // 10))
    side = params.data.image_size
    with TemporaryDirectory(dir=scratch) as target:
        pack = partial(packing.pack, chain(first, found), Path(target), side, "auto", 0.05)
        return (files - len(first)) / seconds(pack)


def decoded(files: list[str], side: int, pool: ProcessPoolExecutor) -> float:
    """Files per second."""
    chunks = [files[at : at + CHUNK] for at in range(0, len(files), CHUNK)]
    return len(files) / seconds(lambda: sum(pool.map(partial(decode, side), chunks)))


def decode(side: int, files: list[str]) -> int:
    """In a process of the pool, without sending the pixels."""
    return len(decode_many(files, side, "crop", 100.0))


def seconds(work: Callable[[], object]) -> float:
    """Wall time."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
