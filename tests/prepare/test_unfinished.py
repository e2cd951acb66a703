"""A packing that was interrupted goes on, to the same files as one that was not."""

from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from made_files import pack

from semisup.prepare import packing
from semisup.prepare.records import Candidates, Decoded, Outcome, Pixels, Record, Rejected
from semisup.prepare.unfinished import LIST, Unfinished
from semisup.workflow.notes import Notes
from semisup.workflow.scratch import Scratch

SIDE, COUNT = 6, 12


class Killed(Exception):
    pass


def picture(seed: int) -> Pixels:
    # some are equal, so that duplicates must be found across the interruption
    return np.random.default_rng(seed % 9).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)


def source(
    done: deque[Outcome], decoded: list[int], stop_at: int | None = None
) -> Iterator[tuple[Record, Decoded] | Rejected]:
    for number in range(len(done), COUNT):
        if number == stop_at:
            raise Killed
        decoded.append(number)
        if number % 4 == 1:
            yield Rejected(f"{number}.txt", "no image, alas", "labelled", "b")
        else:
            record = Record(f"{number}.png", "äb"[number % 2], "train", "g" if number % 3 else None)
            yield record, Decoded.of(picture(number))


def run(folder: Path, key: str = "key", stop_at: int | None = None) -> list[int]:
    """Numbers of the candidates that had to be decoded."""
    unfinished = Unfinished(Scratch(folder / "scratch", key, 0.0), SIDE)
    decoded: list[int] = []
    target = folder / "prepared"
    target.mkdir(exist_ok=True)
    candidates: Candidates = source(unfinished.outcomes, decoded, stop_at)
    packing.pack(candidates, target, "auto", 0.5, unfinished, Notes())
    return decoded


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "prepared").iterdir()}


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """What an undisturbed packing writes."""
    folder = tmp_path / "whole"
    folder.mkdir()
    pack(source(deque(), []), folder, SIDE, "auto", 0.5)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("stop_at", range(COUNT))
def test_goes_on_where_it_was(tmp_path: Path, whole: dict[str, bytes], stop_at: int) -> None:
    with pytest.raises(Killed):
        run(tmp_path, stop_at=stop_at)
    assert run(tmp_path) == list(range(stop_at, COUNT))
    assert contents(tmp_path) == whole


def cut_list(scratch: Path) -> None:
    text = (scratch / LIST).read_bytes()
    (scratch / LIST).write_bytes(text[:-9])


def more_images_than_lines(scratch: Path) -> None:
    with (scratch / "images.npy").open("ab") as file:
        file.write(b"half an image")


@pytest.mark.parametrize("damage", [cut_list, more_images_than_lines])
def test_what_a_kill_leaves_behind(
    tmp_path: Path, whole: dict[str, bytes], damage: Callable[[Path], None]
) -> None:
    with pytest.raises(Killed):
        run(tmp_path, stop_at=7)
    damage(tmp_path / "scratch")
    with pytest.raises(Killed):
        run(tmp_path, stop_at=9)
    assert run(tmp_path)[0] == 9
    assert contents(tmp_path) == whole


def other_pixels(scratch: Path) -> None:
    content = bytearray((scratch / "images.npy").read_bytes())
    content[200] ^= 1
    (scratch / "images.npy").write_bytes(content)


def no_pixels(scratch: Path) -> None:
    (scratch / "images.npy").unlink()


@pytest.mark.parametrize("damage", [other_pixels, no_pixels])
def test_images_that_are_not_those_of_the_list_are_refused_with_a_line(
    tmp_path: Path,
    whole: dict[str, bytes],
    damage: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(Killed):
        run(tmp_path, stop_at=7)
    damage(tmp_path / "scratch")
    assert run(tmp_path) == list(range(COUNT))
    assert "damaged (its images are others); the work starts anew" in capsys.readouterr().err
    assert contents(tmp_path) == whole


def test_that_of_other_settings_is_refused_with_a_line(
    tmp_path: Path, whole: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Killed):
        run(tmp_path, stop_at=7)
    assert run(tmp_path, "other key") == list(range(COUNT))
    assert "made with other parameters, inputs or code" in capsys.readouterr().err
    assert contents(tmp_path) == whole
