"""Many files at once: the same as one by one, within the memory that is allowed."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from made_files import candidates, compute, data, fill, make_zip, planned, png
from PIL import Image

from semisup.prepare.decoding import decoders, memory
from semisup.prepare.decoding.decode import PIXEL_BYTES
from semisup.prepare.decoding.decoders import Decoder, Job
from semisup.prepare.files.places import Entry
from semisup.prepare.records import Record, Rejected

MIB = 2**20


def test_workers_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CHUNK_FILES", 3)
    # more chunks than there are slots in the memory that workers share
    names = [f"{'ab'[i % 2]}/{i:02}.png" for i in range(50)]
    fill(tmp_path, *names)
    (tmp_path / "a" / "06.png").write_bytes(b"broken")

    def everything(workers: int) -> list[Any]:
        found = candidates(planned(labelled=tmp_path), data(), compute(workers))
        return [x if isinstance(x, Rejected) else (x[0], int(x[1].pixels.mean())) for x in found]

    alone = everything(1)
    expected = [(name, i) for i, name in enumerate(names) if i != 6]
    got = [
        (record.source.removeprefix(f"{tmp_path}/"), grey)
        for record, grey in (x for x in alone if isinstance(x, tuple))
    ]
    assert got == sorted(expected)
    assert [x.source[-8:] for x in alone if isinstance(x, Rejected)] == ["a/06.png"]
    assert everything(2) == alone


@pytest.mark.parametrize("workers", [1, 2])
def test_large_members_of_an_archive_and_little_memory(tmp_path: Path, workers: int) -> None:
    large = dict.fromkeys((f"{n}.png" for n in range(0, 12, 2)), b"BM" + os.urandom(9 * MIB))
    small = {f"{n}.png": png(n) for n in range(1, 12, 2)}
    path = make_zip(tmp_path / "a.zip", large | small)
    found = candidates(planned(unlabelled=path), data(), compute(workers, 0.25))
    names = [x.source if isinstance(x, Rejected) else x[0].source for x in found]
    assert names == sorted(f"{path}/{name}" for name in large | small)


class LazyPool:
    """Stands for processes that begin to decode only when their result is waited for."""

    def __init__(self, workers: int, _: Any, start: Callable[..., None], given: Any) -> None:
        start(*given)

    def submit(self, work: Callable[..., Any], *given: Any) -> Any:
        task: Future[Any] = Future()
        waiting = [given]

        def result() -> Any:
            task.set_result(work(*waiting.pop()))
            return Future.result(task)

        task.result = result  # type: ignore[method-assign,assignment]
        return task

    def shutdown(self, **_: Any) -> None:
        pass


class Contents:
    """Files' contents, and how many bytes of them there are at once."""

    def __init__(self) -> None:
        self.bytes = self.most = 0

    def load(self, size: int) -> bytes:
        counted = self

        class Content(bytes):
            def __del__(self) -> None:
                counted.bytes -= size

        self.bytes += size
        self.most = max(self.most, self.bytes)
        return Content(size)

    def jobs(self, sizes: list[int]) -> Iterator[Job]:
        for number, size in enumerate(sizes):
            name = f"{number}.png"
            yield (
                Record(name, None),
                Entry(name, name, size, lambda size=size: self.load(size)),  # type: ignore[misc]
            )


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([9 * MIB] * 40, 18),  # two, for the third would be more than a twelfth of the memory
        ([3 * MIB, 2 * MIB] * 60, 20),
        ([MIB // 50] * 3000, 21),
        ([30 * MIB, MIB, MIB, 30 * MIB, 9 * MIB] * 8, 30),  # larger than all: alone
    ],
)
def test_contents_of_files_keep_to_a_share_of_the_memory(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], expected: int
) -> None:
    monkeypatch.setattr(decoders, "ProcessPoolExecutor", LazyPool)
    monkeypatch.setattr(decoders, "decode_into", lambda _, files, *__: ["no image"] * len(files))
    monkeypatch.setattr(decoders, "end_with_parent", lambda: None)
    contents = Contents()
    rules = data()
    memory = compute(64, 0.25)
    decoder = Decoder(rules.image_size, rules.fit, rules.max_megapixels, memory)
    found = [one for one in decoder.decoded(contents.jobs(sizes)) if isinstance(one, Rejected)]
    decoder.close()
    assert [one.source for one in found] == [f"{n}.png" for n in range(len(sizes))]
    assert contents.bytes == 0
    assert (expected - 1) * MIB < contents.most <= expected * MIB + MIB // 3


def test_every_image_is_decoded_within_the_limit_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That all processes share, whatever the files."""
    asked: list[int] = []

    class Counting(memory.MemoryLimit):
        @contextmanager
        def reserved(self, size: int) -> Iterator[None]:
            asked.append(size)
            with super().reserved(size):
                yield

    monkeypatch.setattr(decoders, "ProcessPoolExecutor", LazyPool)
    monkeypatch.setattr(decoders, "MemoryLimit", Counting)
    monkeypatch.setattr(decoders, "end_with_parent", lambda: None)
    sides = [(4, 6), (5, 7), (40, 30)]
    for number, side in enumerate(sides):
        Image.new("RGB", side).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_bytes(b"broken")
    found = list(candidates(planned(unlabelled=tmp_path), data(), compute(2)))
    assert [isinstance(one, Rejected) for one in found] == [False, False, False, True]
    assert asked == [width * height * PIXEL_BYTES for width, height in sides]


@pytest.mark.parametrize("stop_after", [0, 1, None])
def test_no_process_and_no_semaphore_is_left(tmp_path: Path, stop_after: int | None) -> None:
    """As `prepare` ends: without taking the interpreter apart, or by an error."""
    fill(tmp_path / "images", *(f"{number}.png" for number in range(500)))
    program = tmp_path / "program.py"
    program.write_text(
        f"""
import itertools, multiprocessing, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from made_files import candidates, compute, data, planned
from semisup.workflow import command
from semisup.workflow.errors import UserError

def main() -> None:
    found = candidates(planned(unlabelled="images"), data(), compute(2))
    print(len(list(itertools.islice(found, {stop_after}))))
    found.close()
    if {stop_after is not None}:
        raise UserError("stopped")
    print(len(multiprocessing.active_children()))

if __name__ == "__main__":
    command.run(main)
"""
    )
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr.replace("error: stopped\n", "") == ""
    assert done.stdout.split() == (["500", "0"] if stop_after is None else [str(stop_after)])
