"""What the named images would be read as: classes, roles, what fits nothing; nothing is decoded."""

from collections import Counter

from semisup.params.loading import Params
from semisup.prepare.doubts import doubt_labels
from semisup.prepare.limits import COLUMNS, MEANT, Tally, check_limits
from semisup.prepare.own_images.folder import warn_of_unwatched
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.own_images.plan_checks import check_classes, check_rows
from semisup.prepare.records import Rejected
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import NAMED, Notes, as_table, named

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
    tally, rejected, groups = _read(plan)
    doubt_labels(tally, notes)
    most = params.data.max_rejected_fraction
    try:
        check_rows(plan, most, None)
        check_classes(plan)
        check_limits(tally, most, rejected, None)
        _check_trained(tally, notes)
    except UserError as error:
        notes.warn(f"`dvc repro` would stop here: {error}")
    counts = ", ".join(f"{tally.kept[meant]} {meant}" for meant in MEANT)
    lines = [f"{sum(tally.kept.values())} files to decode: {counts}"]
    if groups:
        lines.append(f"{len(groups)} groups of {sum(groups.values())} images")
    lines += [
        f"{name}: {count} rows, of which {count - len(absent)} name a file"
        for name, (absent, count) in plan.rows.items()
    ]
    lines += ["", as_table(COLUMNS, tally.classes(), f"{LISTED}, once `prepare` has run"), ""]
    lines += _left_out(rejected)
    return "\n".join([*lines, *(f"warning: {line}" for line in notes.lines)])


def _read(plan: Plan) -> tuple[Tally, list[Rejected], Counter[str]]:
    tally, rejected = Tally(), []
    groups: Counter[str] = Counter()
    for _, jobs in plan.jobs():
        for job in jobs:
            if isinstance(job, Rejected):
                rejected.append(job)
                tally.lose(job)
                continue
            tally.keep(job[0])
            if job[0].group is not None:
                groups[job[0].group] += 1
    return tally, rejected, groups


def _check_trained(tally: Tally, notes: Notes) -> None:
    """As `split` refuses and warns, where the data bring a test set of their own.

    Raises:
        UserError: fewer than two classes have images to train on.
    """
    labels = [label for label, *_ in tally.classes() if tally.images_of(label)]
    trained = [label for label in labels if tally.kept_of[label, "labelled"]]
    held = named(repr(label) for label in labels if label not in trained)
    if not held:
        return
    if len(trained) < 2:
        raise UserError(
            f"data.folder: {len(trained)} class(es) have images to train on "
            f"({named(map(repr, trained)) or 'none'}); test or validation alone have {held}: if a "
            "folder has images of all classes, such as that of test, name it as "
            "data.folder.labelled, and a part of it is held back for test"
        )
    notes.warn(
        f"data.folder: no image to train on of {held}, which test or validation have: whatever is "
        "said of these is wrong"
    )


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
