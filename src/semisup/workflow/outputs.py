"""What stages write: whole folders or nothing, with tables that have one definition each."""

import csv
import dataclasses
import hashlib
import json
import math
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

from semisup.workflow import half_written
from semisup.workflow.errors import NoMeans, UserError

if TYPE_CHECKING:
    from _csv import Writer

    from numpy.typing import NDArray

T = TypeVar("T")

RAW = Path("data/raw")  # the user's files, which `prepare` depends on in dvc.yaml
PREPARED, SPLITS = Path("data/prepared"), Path("data/splits")
LABELS = Path("data/labels")  # that the user gives to chosen images
IMAGES, MANIFEST, REJECTED, SUMMARY = "images.npy", "manifest.csv", "rejected.csv", "summary.json"
SPLIT, STATS = "split.csv", "stats.json"
WARNINGS, CLASSES, CONFLICTS = "warnings.json", "classes.csv", "conflicts.csv"
CHOSEN = "chosen.npy"
POOL, POSITIONS, VALIDATION, PIXELS = "pool", "positions.npy", "validation.npy", "pixels.json"
MANIFEST_ROWS, SPLIT_ROWS = "manifest.npy", "split.npy"  # what stages read of the two tables
NO_CLASS = -1  # of an image without a label
# of an image: its class, or NO_CLASS; its place in GIVEN; the first equal one; the number of its
# group, -1 for none; what a draw of test images goes by, which never changes for an image
MANIFEST_ROW = [
    ("label", "<i4"),
    ("given", "i1"),
    ("same_as", "<i8"),
    ("group", "<i4"),
    ("key", "<u8"),
]
GIVEN = ("train", "validation", "test")  # the part that the source puts an image into
ENCODER, ENCODER_SPEC = "encoder.safetensors", "encoder.json"
PRETEXT, HISTORY = "pretext.json", "history.csv"
EXAMPLES, CAPTIONS = "examples.npy", "captions.json"
FEATURES_INFO = "features.json"
RESULTS, PREDICTIONS = "results.csv", "predictions.npy"
POOL_STATISTICS = "pool.csv"  # of what a classifier was trained on
SELECTIONS = "selections.csv"
ADVISED, MODEL = Path("data/advised"), Path("data/model")
TYPICAL, RANDOM = "typical", "random"  # the strategies of `choose`, in its tables
REPORTS = Path("reports")
CURVE, COMPARISON, METRICS = "label_curve.csv", "task_comparison.csv", "metrics.json"
IN_WORDS = "summary.md"
LOCK = Path("dvc.lock")
NO_TASK = "none"  # in tables: the baseline belongs to no pretext task


def folder_of(stage: str, *item: str | int) -> Path:
    """Where a stage writes for an item of its matrix: a task, a budget, or both."""
    name = "features" if stage == "embed" else stage
    return Path("data", name, "-".join(map(str, item)))


def weights_of(folder: Path, method: str, draw: int) -> Path:
    """Where in its folder a method's stage writes what it trained for a draw."""
    return folder / f"{method}_{draw}.safetensors"


def of_repeat(folder: Path, repeat: int) -> Path:
    """Where what belongs to one of a task's encoders lies; the first one's is the folder itself."""
    return folder / f"repeat_{repeat}" if repeat else folder


def repeats(folder: Path) -> list[Path]:
    """Folders of all encoders of a task, in order."""
    return [of_repeat(folder, number) for number in range(1 + len([*folder.glob("repeat_*")]))]


def of_draw(of_repeats: Sequence[T], draw: int) -> T:
    """What a draw has of what there is of each encoder: of the only one, or of its own."""
    return of_repeats[draw if len(of_repeats) > 1 else 0]


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder to write to, which takes the place of `folder` when all went well.

    Where the block raises, `folder` stays as it was and nothing else is left behind.

    Raises:
        NoMeans: where the folder can't be written.
    """
    with _told(folder), half_written.folder(folder) as written:
        yield written


@contextmanager
def replacing_files(*files: Path) -> Iterator[list[Path]]:
    """New files to write to, which take the places of `files` when all went well.

    Raises:
        NoMeans: where they can't be written; it names the first.
    """
    with _told(files[0]), half_written.files(*files) as written:
        yield written


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or error
        raise NoMeans(f"{path}: can't be written: {why}; free or unlock it") from error


def write_json(path: Path, values: Any) -> None:
    """Write readable JSON whose bytes depend on the values alone."""
    path.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    """Read JSON that another stage wrote.

    Raises:
        UserError: where the stage has not run.
    """
    return json.loads(read_text(path))


def read_text(path: Path) -> str:
    """Read a file that another stage wrote.

    Raises:
        UserError: where the stage has not run.
    """
    with needed(path):
        return path.read_text(encoding="utf-8")


def read_array(path: Path) -> "NDArray[Any]":
    """Map an array that another stage wrote into memory.

    Raises:
        UserError: where the stage has not run.
    """
    import numpy as np

    with needed(path):
        return cast("NDArray[Any]", np.load(path, mmap_mode="r"))


def read_lines(path: Path) -> Iterator[list[str]]:
    """The cells of each line of a table that another stage wrote; the first names the columns.

    Raises:
        UserError: where the stage has not run.
    """
    with needed(path), path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table that another stage wrote, by column.

    Raises:
        UserError: where the stage has not run.
    """
    lines = read_lines(path)
    columns = next(lines, [])
    return (dict(zip(columns, cells, strict=True)) for cells in lines)


def copy(file: Path, folder: Path) -> None:
    """Copy a file that another stage wrote.

    Raises:
        UserError: where the stage has not run.
    """
    with needed(file):
        shutil.copyfile(file, folder / file.name)


def sha256(path: Path) -> str:
    """SHA-256 of a file that another stage wrote.

    Raises:
        UserError: where the stage has not run.
    """
    with needed(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def needed(path: Path) -> Iterator[None]:
    """Within it a file is read that an earlier stage should have written.

    Raises:
        UserError: where it is not there.
    """
    try:
        yield
    except FileNotFoundError:
        raise UserError(f"{path}: not there yet; run `dvc repro` or the stages before") from None


def write_table(path: Path, rows: Iterable[Any], columns: Sequence[str] | None = None) -> None:
    """Write dataclass instances or dicts as CSV; `columns` are needed where there may be no row.

    Floats have 6 significant digits; NaN, and what a row lacks, is an empty cell.
    """
    dicts = [dataclasses.asdict(row) if not isinstance(row, dict) else row for row in rows]
    columns = columns or list(dict.fromkeys(key for row in dicts for key in row))
    write_rows(path, columns, ([_cell(row.get(key)) for key in columns] for row in dicts))


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV, None as an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv_writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def csv_writer(file: IO[str]) -> "Writer":
    """One for names of any kind: a file's may hold a line feed or a carriage return."""
    return csv.writer(_LineFeeds(file), lineterminator="\r\n")


class _LineFeeds:
    """Ends lines by a line feed alone. csv quotes the characters that it ends lines by."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(f"{line[:-2]}\n")


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return value
