"""Refusals of what a plan shows, before any image is decoded."""

from pathlib import Path

from semisup.prepare.files.places import Entry
from semisup.prepare.own_images.hints import hint, hint_at_columns, kinds_of
from semisup.prepare.own_images.named_places import KEY
from semisup.prepare.own_images.plan import Plan
from semisup.prepare.own_images.source import Source
from semisup.prepare.records import Rejected
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import named

LIST_OF_FAILED = outputs.PREPARED.with_name(outputs.REJECTED)  # stays where no output does


def check_classes(plan: Plan) -> None:
    """Refuse data that no classifier can be trained on, before anything is decoded.

    Raises:
        UserError: names and tables tell of fewer than two classes.
    """
    if len(plan.classes) > 1:
        return
    for source in plan.sources:
        if source.is_empty:
            raise UserError(
                f"{source.where}: no usable labelled image {_among(source)}; put images "
                f"there, or change {source.place.key} in params.yaml{hint_at_columns(source)}"
            )
    found = f" (only {min(plan.classes)!r})" if plan.classes else ""
    if plan.read_as_none:
        words = named(map(repr, sorted(plan.read_as_none)))
        found += f", besides folders read as no label ({words}, by data.folder.no_label)"
    places = [source.where for source in plan.sources if source.has_labels]
    where = f"in {named(places)}" if places else f"since {KEY}.labelled is null"
    give = f"give class folders below {KEY}.labelled, or a table of path,label"
    if plan.read:
        give = f"fill in the column label of {named(plan.read)}"
    elif not places:
        give = f"name class folders there; or images there, and their table in {KEY}.labels"
    raise UserError(
        f"{KEY}: {len(plan.classes)} class(es) with labels{found} {where}; a classifier needs "
        f"at least 2: {give}{_hint(plan)}"
    )


def _hint(plan: Plan) -> str:
    """At what lies there and is not named, or at a set level."""
    level = plan.settings.class_level
    if (found := hint(plan.sources)) or level == "auto":
        return found
    return f"; {KEY}.class_level is {level}: set it to auto, or to the depth of the classes"


def check_rows(plan: Plan, most: float, listed_in: Path | None = LIST_OF_FAILED) -> None:
    """Refuse a table of whose rows more than a share `most` name no file.

    Args:
        most: of all its rows.
        listed_in: where all of them are written; None: nowhere.

    Raises:
        UserError: it names the first ones.
    """
    for name, table in plan.read.items():
        absent, count = table.absent, len(table.rows)
        if len(absent) <= most * count:
            continue
        first = "; ".join(f"{row}: {why}" for row, why in [*absent.items()][:2])
        listed = ""
        if listed_in:
            listed_in.parent.mkdir(exist_ok=True)
            outputs.write_rows(listed_in, ("source", "reason"), absent.items())
            listed = f"; all are listed in {listed_in}"
        raise UserError(
            f"data.max_rejected_fraction: {len(absent)} of {count} rows of {name} name no "
            f"file, more than the allowed {most:g} (first: {first}{listed}); mend the paths, "
            "or raise the limit"
        )


def _among(source: Source) -> str:
    """What lies there instead of images: among its 3 files (2 .h5, 1 .txt)."""
    files = [*source.own_listing()]
    names = [entry.path for entry in files if isinstance(entry, Entry)]
    listed = kinds_of(names)
    bad = [f"{each.source}: {each.reason}" for each in files if isinstance(each, Rejected)]
    if bad:  # such as encrypted ones of an archive
        listed += f"{'; ' if names else ''}the first that can't be read: {bad[0]}"
    return f"among its {len(files)} files{f' ({listed})' if files else ''}"
