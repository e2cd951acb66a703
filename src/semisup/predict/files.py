"""Classes of the images in files, as a table."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from semisup.compute.device import Runtime
from semisup.params.sections import Compute
from semisup.predict.loaded import ImageClassifier, batch_size
from semisup.predict.out_files import all_or_none
from semisup.predict.places import jobs
from semisup.prepare.decoding.decoders import Decoder
from semisup.prepare.decoding.pixels import grey
from semisup.prepare.own_images.beside_names import image_of, is_surely_mask, stem_of
from semisup.prepare.records import Candidates, Pixels, Rejected
from semisup.workflow.errors import UserError
from semisup.workflow.notes import counted
from semisup.workflow.outputs import csv_writer

UNSURE, UNREADABLE = "unsure", "unreadable"
LISTED = 10  # files that can't be read, and classes, in the summary
MOST_FILES = 10_000  # of a batch at most, where few of them can be read

Answers = list[list[tuple[str, float]]]  # the likeliest classes of each image


@dataclass
class Counts:
    """What became of the files, by class; unreadable: lines that name the first of them."""

    classes: Counter[str] = field(default_factory=Counter)
    unsure: int = 0
    failed: int = 0
    unreadable: list[str] = field(default_factory=list)
    called_masks: list[str] = field(default_factory=list)  # whether or not images are beside them
    stems: set[int] = field(default_factory=set)  # hashes of paths without ending

    def masks(self) -> list[str]:
        """Files with a class that are called as masks of images beside them."""
        return [path for path in self.called_masks if hash(image_of(path)) in self.stems]

    @property
    def answered(self) -> int:
        """Images that have a class."""
        return self.classes.total()


@dataclass
class _Batch:
    """Files in their order: (path, reason why it has no pixels), and the pixels of the others."""

    files: list[tuple[str, str | None]]
    pixels: Pixels


def predict(
    model: ImageClassifier,
    paths: Sequence[str],
    out: Path,
    top: int,
    compute: Compute,
    runtime: Runtime,
) -> Counts:
    """Write a row for each file: path, class, probability, note, and the classes that come next.

    A file that can't be read has no class, and the reason as its note.

    Args:
        model: on the device of `runtime`.
        paths: of images, folders, archives.
        out: CSV to write; an earlier one is replaced.
        top: classes to name for each image.
        compute: processes and memory for decoding.
        runtime: the device and its precision.

    Raises:
        UserError: where a path is not there, an archive is damaged, or there is no file at all.
    """
    about, counts = model.about, Counts()
    top = min(top, len(about.classes))
    _check(out, paths)
    found = jobs(paths, out)
    with (
        all_or_none(out) as (table,),
        table.open("w", encoding="utf-8", newline="") as file,
        closing(Decoder(about.image_size, about.fit, about.max_megapixels, compute)) as decoder,
        tqdm(desc="Predicting", unit=" images", disable=None) as bar,
    ):
        writer = csv_writer(file)
        writer.writerow(columns(top))
        answered = partial(_answers, model=model, top=top, runtime=runtime)
        batches = _batches(decoder.decoded(found, about.ranges), model)
        for batch, answers in _ahead(batches, answered, runtime):
            writer.writerows(_rows(batch, answers, model, top, counts))
            bar.update(len(batch.files))
        if not counts.answered + counts.failed:
            raise UserError(f"PATHS: {', '.join(paths)}: no file in there; name others")
    return counts


def columns(top: int) -> list[str]:
    """Of the table."""
    following = (f"{name}_{n}" for n in range(2, top + 1) for name in ("class", "probability"))
    return ["path", "class", "probability", "note", *following]


def summary(counts: Counts, model: ImageClassifier, out: Path) -> str:
    """A few lines for the console."""
    limit, unsure = model.about.threshold, ""
    if limit is not None:  # None: there was no validation image to find one by
        why = "no threshold kept the promise" if limit == 1 else f"at most {limit:.3f}"
        unsure = f", {counts.unsure} of them unsure ({why})"
    often = counts.classes.most_common(LISTED)
    more = len(counts.classes) - len(often)
    parts = [*(f"{name} {count}" for name, count in often), *([f"{more} more"] if more > 0 else [])]
    images, broken = counted(counts.answered, "image"), counted(counts.failed, "file")
    lines = [f"{out}: {images}{unsure}; {broken} that can't be read"]
    if parts:
        lines.append(f"classes: {', '.join(parts)}")
    if masks := counts.masks():
        lines.append(
            f"{len(masks)} of these are by their names masks of the images beside them, such as "
            f"{masks[0]}: their answers mean nothing"
        )
    return "\n".join(lines)


def _check(out: Path, paths: Sequence[str]) -> None:
    """Refuse to write over what no earlier call has written: images, labels, the classifier."""
    if out.is_dir():
        raise UserError(f"--out {out}: a folder; name a .csv file")
    if str(out) == "-" or (out.exists() and not out.is_file()):
        raise UserError(f"--out {out}: a device or the like; name a .csv file")
    if not out.exists():
        return
    if any(Path(path).exists() and out.samefile(path) for path in paths):
        raise UserError(f"--out {out}: one of PATHS; name a .csv file")
    first = ",".join(columns(1)).encode()
    with out.open("rb") as file:
        if file.read(len(first)) not in (b"", first):
            raise UserError(
                f"--out {out}: is there, and no table of predictions; move it away or name another "
                ".csv file"
            )


def _batches(candidates: Candidates, model: ImageClassifier) -> Iterator[_Batch]:
    """As many images as the network sees at once."""
    size, channels = model.about.image_size, model.about.channels
    shape = (batch_size(model), size, size, channels)
    pixels = np.empty(shape, np.uint8)
    files: list[tuple[str, str | None]] = []
    count = 0
    for candidate in candidates:
        if isinstance(candidate, Rejected):
            files.append((candidate.source, candidate.reason))
        else:
            record, decoded = candidate
            pixels[count] = grey(decoded.pixels) if channels == 1 else decoded.pixels
            count += 1
            files.append((record.source, None))
        if count == len(pixels) or len(files) == MOST_FILES:
            yield _Batch(files, pixels[:count])
            pixels, files, count = np.empty(shape, np.uint8), [], 0
    yield _Batch(files, pixels[:count])


def _ahead(
    batches: Iterator[_Batch], answered: Callable[[Pixels], Answers], runtime: Runtime
) -> Iterator[tuple[_Batch, Answers]]:
    """Each batch and its answers, in order.

    On a CPU several are computed at once, each by one thread: threads that share one batch wait for
    each other busily, while processes that decode want the cores.
    """
    threads = torch.get_num_threads() if runtime.device.type == "cpu" else 1
    running: deque[tuple[_Batch, Future[Answers]]] = deque()
    with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        for batch in batches:
            running.append((batch, pool.submit(answered, batch.pixels)))
            if len(running) > threads:
                first, found = running.popleft()
                yield first, found.result()
        for batch, found in running:
            yield batch, found.result()


def _rows(
    batch: _Batch, answers: Answers, model: ImageClassifier, top: int, counts: Counts
) -> Iterator[list[str]]:
    found = iter(answers)
    for path, reason in batch.files:
        if reason is not None:
            counts.failed += 1
            if len(counts.unreadable) < LISTED:
                counts.unreadable.append(f"{path}: {reason}")
            yield [path, "", "", f"{UNREADABLE}: {reason}", *[""] * (2 * top - 2)]
            continue
        (first, probability), *following = next(found)
        unsure = model.is_sure(probability) is False
        counts.classes[first] += 1
        counts.unsure += unsure
        counts.stems.add(hash(stem_of(path)))
        if is_surely_mask(path):
            counts.called_masks.append(path)
        others = (text for name, share in following for text in (name, f"{share:.6g}"))
        yield [path, first, f"{probability:.6g}", UNSURE if unsure else "", *others]


def _answers(pixels: Pixels, model: ImageClassifier, top: int, runtime: Runtime) -> Answers:
    """The likeliest classes of each image."""
    if not len(pixels):
        return []
    with torch.no_grad(), runtime.autocast():
        found = model(torch.from_numpy(pixels).to(runtime.device)).float().topk(top)
    classes = model.about.classes
    pairs = zip(found.indices.tolist(), found.values.tolist(), strict=True)
    return [[*zip((classes[n] for n in at), share, strict=True)] for at, share in pairs]
