"""Images of the user's own folders or archives.

`unlabelled` holds images in any nesting. Below `labelled` and `test`, either a CSV file with the
columns path,label names the images, or their class is the name of the first folder below the root.
The root of an archive that wraps everything in one folder is that folder. Every file counts as an
image: what cannot be decoded is rejected with its reason, never dropped in silence.

A file belongs to the innermost of the three places that holds it (`test: data/test` inside
`labelled: data` is no class) and is yielded once: labelled, test, then the rest as unlabelled.
"""

import os
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from tqdm import tqdm

from semisup.labels.table import read_labels
from semisup.params import sections
from semisup.prepare.class_folders import class_folder, class_root
from semisup.prepare.decoders import Decoder, Job
from semisup.prepare.places import Entry, Place, locate
from semisup.prepare.records import Candidates, GivenSplit, Outcome, Record, Rejected
from semisup.workflow.errors import UserError

KEY = "data.folder"
RAW = "data/raw"  # whose files dvc.yaml names as what `prepare` depends on


@dataclass
class _Source:
    """One of the three places, and what became of its files so far."""

    place: Place
    split: GivenSplit
    has_labels: bool
    labels_file: str | None = None
    labels: dict[str, str] | None = None  # of that file: path below the place -> label
    inside: list[str] = field(default_factory=list)  # identities of other places below this one
    files: int = 0
    usable: int = 0
    first_problem: str = ""


def candidates(
    settings: sections.Folder,
    data: sections.Data,
    compute: sections.Compute,
    done: deque[Outcome] | None = None,
) -> Candidates:
    """Every image of the named places, in listing order, decoded as `compute` allows.

    The first ones, whose outcomes are `done`, are left out.

    Raises:
        UserError: at once where the settings contradict each other or a path or a CSV cannot be
            read; while iterating where an archive is damaged or a place has no usable image.
    """
    return _candidates(_sources(settings), settings, data, compute, done or deque())


def warn_of_unwatched(settings: sections.Folder) -> None:
    """Name the places in which DVC would not see changes."""
    watched = os.path.realpath(RAW)
    for name, given in settings:
        if given and not os.path.realpath(given).startswith(f"{watched}/"):
            print(
                f"warning: {KEY}.{name}: {given}: not inside {RAW}, so that DVC sees no changes "
                "there; after any, run `dvc repro --force --single-item prepare` first",
                file=sys.stderr,
            )


def _candidates(
    sources: list[_Source],
    settings: sections.Folder,
    data: sections.Data,
    compute: sections.Compute,
    done: deque[Outcome],
) -> Candidates:
    tables = {os.path.realpath(f) for f in (settings.labels, settings.test_labels) if f}
    taken: set[str] = set()  # identities of the files of `labelled` and `test`
    bar = tqdm(initial=len(done), desc="Reading images", unit=" images", disable=None)
    with closing(Decoder(data, compute)) as decoder, bar:
        for source in sources:
            jobs = _left(_jobs(source, tables, taken), source, done)
            for result in decoder.decoded(jobs):
                _count(source, result if isinstance(result, Rejected) else result[0])
                bar.update()
                yield result
            _check_usable(source)
        if done:  # of files that are gone
            raise _changed(sources[-1])


def _left(
    jobs: Iterator[Job | Rejected], source: _Source, done: deque[Outcome]
) -> Iterator[Job | Rejected]:
    """The jobs that are not done yet."""
    for job in jobs:
        if not done:
            yield job
            continue
        outcome = done.popleft()
        if outcome.source != (job if isinstance(job, Rejected) else job[0]).source:
            raise _changed(source)
        _count(source, outcome)


def _changed(source: _Source) -> UserError:
    return UserError(
        f"{source.place.key}: {source.place.given}: other files than when `prepare` was "
        "interrupted; run it again to start anew"
    )


def _count(source: _Source, outcome: Outcome) -> None:
    if isinstance(outcome, Rejected):
        source.first_problem = source.first_problem or f"{outcome.source}: {outcome.reason}"
    elif outcome.label is not None or not source.has_labels:
        source.usable += 1


def _check_usable(source: _Source) -> None:
    if source.usable:
        return
    kind = "labelled image" if source.has_labels else "image"
    problem = f" (the first: {source.first_problem})" if source.first_problem else ""
    raise UserError(
        f"{source.place.key}: {source.place.given}: no usable {kind} among its {source.files} "
        f"files{problem}; put images there, or change {source.place.key} in params.yaml"
    )


def _sources(settings: sections.Folder) -> list[_Source]:
    for labels, images in (("labels", "labelled"), ("test_labels", "test")):
        if getattr(settings, labels) and not getattr(settings, images):
            raise UserError(f"{KEY}.{labels}: set, but {KEY}.{images} is null; name its images")
    sources = []
    if settings.labelled:
        sources.append(_labelled("labelled", settings.labelled, settings.labels, "train"))
    if settings.test:
        sources.append(_labelled("test", settings.test, settings.test_labels, "test"))
    if settings.unlabelled:
        sources.append(_Source(locate(settings.unlabelled, f"{KEY}.unlabelled"), "train", False))
    if not sources:
        raise UserError(f"{KEY}: names no images; set {KEY}.unlabelled, {KEY}.labelled or both")
    _find_nested(sources)
    return sources


def _labelled(name: str, given: str, table: str | None, split: GivenSplit) -> _Source:
    key = f"{KEY}.labels" if name == "labelled" else f"{KEY}.{name}_labels"
    labels = read_labels(table, key) if table else None
    return _Source(locate(given, f"{KEY}.{name}"), split, True, table, labels)


def _find_nested(sources: list[_Source]) -> None:
    for source in sources:
        for other in sources:
            mine, theirs = source.place.identity, other.place.identity
            if theirs.startswith(f"{mine}/"):
                source.inside.append(f"{theirs}/")
            elif source is not other and mine == theirs and source.has_labels and other.has_labels:
                raise UserError(
                    f"{source.place.key} and {other.place.key} are both {source.place.given}; "
                    f"test images must be others: set {KEY}.test to null to have some split off"
                )


def _own_entries(source: _Source) -> Iterator[Entry | Rejected]:
    """Without those of other places inside this one."""
    inside = tuple(source.inside)
    for entry in source.place.entries():
        if isinstance(entry, Rejected) or not entry.identity.startswith(inside):
            yield entry


def _jobs(source: _Source, tables: set[str], taken: set[str]) -> Iterator[Job | Rejected]:
    place = source.place
    root = ""
    if source.has_labels and source.labels is None:
        listing = _own_entries(source)
        root = class_root(entry.path for entry in listing if isinstance(entry, Entry))
    absent = {place.source(path): None for path in source.labels or {}}
    for entry in _own_entries(source):
        name = entry.source if isinstance(entry, Rejected) else place.source(entry.path)
        absent.pop(name, None)
        if isinstance(entry, Rejected):
            source.files += 1
            yield entry
        elif entry.identity in tables:
            continue
        elif not source.has_labels and entry.identity in taken:
            source.usable += 1
        else:
            source.files += 1
            taken.add(entry.identity)
            yield _job(source, entry, name, root)
    for name in absent:
        yield Rejected(name, f"named in {source.labels_file}, but there is no such file")


def _job(source: _Source, entry: Entry, name: str, root: str) -> Job | Rejected:
    label: str | None = None
    if source.labels is not None:
        label = source.labels.get(entry.path) or None
        if label is None and source.split == "test":
            return Rejected(name, f"test image without a label in {source.labels_file}")
    elif source.has_labels:
        label = class_folder(entry.path, root)
        if label is None:
            return Rejected(name, "not in a class folder")
    return Record(name, label, source.split), entry
