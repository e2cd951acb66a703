"""Images of the user's own folders or archives.

`unlabelled` holds images in any nesting. Below `labelled`, `validation` and `test`, either a table
names the images, or their class is the name of a folder; `layout` finds out which. Every file
counts as an image: what cannot be decoded is rejected with its reason, never dropped in silence.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from tqdm import tqdm

from semisup.params import data_sections
from semisup.prepare.decoding.decoders import Decoder, Job
from semisup.prepare.decoding.depth import find_ranges, may_be_deep
from semisup.prepare.decoding.pixels import Ranges
from semisup.prepare.files.places import Entry
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.own_images.source import FileCounts, Source
from semisup.prepare.records import Candidates, Outcome, Record, Rejected
from semisup.workflow.errors import UserError

LOOKED_AT = 1000  # files of a tar without labels


def candidates(
    plan: Plan, data: data_sections.Data, decoder: Decoder, done: deque[Outcome]
) -> Candidates:
    """Every image of the named places, in listing order.

    The first ones, whose outcomes are `done`, are left out.

    Raises:
        UserError: while iterating where an archive is damaged or a place has no usable image.
    """
    ranges = _ranges(plan, data)
    with tqdm(initial=len(done), desc="Reading images", unit=" images", disable=None) as bar:
        for source, jobs in plan.jobs():
            for result in decoder.decoded(_left(jobs, source, done), ranges):
                outcome = result if isinstance(result, Rejected) else result[0]
                source.counts.add(outcome, source.has_labels)
                bar.update()
                yield result
            source.check_usable()
        if done:  # of files that are gone
            raise _changed(plan.sources[-1])


def _ranges(plan: Plan, data: data_sections.Data) -> Ranges:
    """What is black and white in images of more than 8 bits; noted for summary.json."""
    ranges: Ranges
    if data.range == "auto":
        deep = [source for source in plan.sources if _may_be_deep(source)]
        places = ((images, source.place.is_zip) for source, images in _images(plan, deep))
        ranges = find_ranges(places, data.max_megapixels, plan.notes)
    else:
        ranges = {"": (data.range[0], data.range[1])}
    plan.notes.known["ranges"] = {kind: [*ends] for kind, ends in ranges.items()}
    return ranges


def _images(plan: Plan, sources: Sequence[Source]) -> Iterator[tuple[Source, Iterator[Entry]]]:
    """The files that are read as images, as far as somebody asks: masks and the like are not."""
    reader = plan.reader()
    for source in sources:
        yield source, (job[1] for job in reader.jobs(source) if not isinstance(job, Rejected))
        source.counts = FileCounts()  # whoever reads them counts anew


def _may_be_deep(source: Source) -> bool:
    """Whether any file, or any of the first ones of a tar, may have more than 8 bits."""
    if source.may_be_deep is None:
        first = islice(source.own_listing(), LOOKED_AT if source.place.is_tar else None)
        return any(isinstance(entry, Entry) and may_be_deep(entry.path) for entry in first)
    return source.may_be_deep


def _left(
    jobs: Iterator[Job | Rejected], source: Source, done: deque[Outcome]
) -> Iterator[Job | Rejected]:
    """The jobs that are not done yet."""
    for job in jobs:
        if not done:
            yield job
            continue
        outcome = done.popleft()
        if not _is_of(outcome, job if isinstance(job, Rejected) else job[0]):
            raise _changed(source)
        source.counts.add(outcome, source.has_labels)


def _is_of(outcome: Outcome, job: Outcome) -> bool:
    """Whether it is what became of this file, with the same label."""
    if isinstance(outcome, Rejected) and isinstance(job, Record):
        return outcome == job.rejected(outcome.reason)
    return outcome == job


def _changed(source: Source) -> UserError:
    return UserError(
        f"{source.where}: other files or labels than when `prepare` was interrupted; run it again "
        "to start anew"
    )
