"""What the named images would be read as: classes, roles, what fits nothing; nothing is decoded."""

from collections import Counter
from collections.abc import Sequence

from semisup.labels.endings import is_image
from semisup.params.loading import Params
from semisup.prepare.decoding.formats import has_heif
from semisup.prepare.doubts import doubt_labels
from semisup.prepare.limits import COLUMNS, MEANT, Tally, check_limits
from semisup.prepare.own_images.hints import kinds_of
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.own_images.plan_checks import check_classes, check_rows
from semisup.prepare.own_images.watched import warn_of_unwatched
from semisup.prepare.records import Rejected
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import NAMED, Notes, as_table, counted, named

LISTED = outputs.PREPARED / outputs.CLASSES


def look(params: Params) -> str:
    """A page of text, warnings last.

    Raises:
        UserError: the source is another one; a place or table can't be read, or in two ways.
    """
    if params.data.source != "folder":
        raise UserError(
            f"data.source: {params.data.source}: only images of your own are looked at; set it to "
            "folder"
        )
    notes = Notes()
    warn_of_unwatched(params.data.folder, notes)
    plan = Plan(params.data.folder, notes)
    tally, rejected, groups, odd, problem = _read(plan)
    doubt_labels(tally, notes)
    _doubt_budgets(tally, params.label_budgets, notes)
    most = params.data.max_rejected_fraction
    try:
        check_rows(plan, most, None)
        check_classes(plan)
        if problem:
            raise problem
        check_limits(tally, most, rejected, None)
    except UserError as error:
        notes.warn(f"`dvc repro` would stop here: {error}")
    counts = ", ".join(f"{tally.kept[meant]} {meant}" for meant in MEANT)
    lines = [f"{counted(sum(tally.kept.values()), 'file')} to decode: {counts}"]
    lines += _said_of(odd)
    if groups:
        lines.append(f"{counted(len(groups), 'group')} of {counted(sum(groups.values()), 'image')}")
    lines += [
        f"{name}: {counted(len(read.rows), 'row')}, of which "
        f"{len(read.rows) - len(read.absent)} name a file"
        for name, read in plan.read.items()
    ]
    lines += ["", as_table(COLUMNS, tally.classes(), f"{LISTED}, once `prepare` has run"), ""]
    lines += _left_out(rejected)
    return "\n".join([*lines, *(f"warning: {line}" for line in notes.lines)])


def _doubt_budgets(tally: Tally, budgets: Sequence[int], notes: Notes) -> None:
    """Of numbers of labels that no class has, before any are held back for validation and test."""
    most = max(
        (count for (_, meant), count in tally.kept_of.items() if meant == "labelled"), default=0
    )
    beyond = [budget for budget in budgets if budget > most]
    if beyond and most:
        notes.warn(
            f"label_budgets: {named(map(str, beyond))}: no class has so many labels ({most} at the "
            "most): each would train on the same images; keep the first of them"
        )


def _read(
    plan: Plan,
) -> tuple[Tally, list[Rejected], Counter[str], list[str], UserError | None]:
    """Counts; files that are left out; images of each group; files that end as no images.

    Last, what is wrong with the first place of whose files none is of use.
    """
    tally, rejected, odd = Tally(), [], []
    problem: UserError | None = None
    groups: Counter[str] = Counter()
    for source, jobs in plan.jobs():
        for job in jobs:
            source.counts.add(job if isinstance(job, Rejected) else job[0], source.has_labels)
            if isinstance(job, Rejected):
                rejected.append(job)
                tally.lose(job)
                continue
            tally.keep(job[0])
            name = job[0].source
            if not is_image(name) or name.lower().endswith(".dcm") or _is_unread_heic(name):
                odd.append(name)
            if job[0].group is not None:
                groups[job[0].group] += 1
        try:
            source.check_usable()
        except UserError as error:
            problem = problem or error
    return tally, rejected, groups, odd, problem


def _said_of(odd: list[str]) -> list[str]:
    """What becomes of names that are not those of images that are read."""
    if not odd:
        return []
    heic = "; install pillow-heif for HEIC" if any(map(_is_unread_heic, odd)) else ""
    return [
        f"{counted(len(odd), 'name')} of these without the ending of an image that is read "
        f"({kinds_of(odd)}): `prepare` leaves out what is no image, or can't be read{heic}"
    ]


def _is_unread_heic(name: str) -> bool:
    return name.lower().endswith((".heic", ".heif")) and not has_heif()


def _left_out(rejected: list[Rejected]) -> list[str]:
    """The first files of each kind, with their reason."""
    lines = []
    for meant in (*MEANT, "row", "aside"):
        mine = [item for item in rejected if item.meant == meant]
        if mine:
            what = {"row": "rows of tables", "aside": "files beside the images"}
            lines.append(f"left out of {what.get(meant, f'{meant} files')}: {len(mine)}")
            lines += [f"  {item.source}: {item.reason}" for item in mine[:NAMED]]
    return [*lines, ""] if lines else []
