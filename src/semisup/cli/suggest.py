"""Which images of the pool to label next, as a table to fill in and a page to look at."""

import html
import os
from collections.abc import Sequence
from itertools import count as count_from
from pathlib import Path
from urllib.parse import quote

import numpy as np

from semisup.choose.typical import Pick
from semisup.cli import ranking
from semisup.data.dataset import ImageData
from semisup.labels.lines import lines_of
from semisup.neighbours.stored import POINTS
from semisup.params.loading import Params
from semisup.predict.out_files import all_or_none
from semisup.report.page.pictures import exact
from semisup.report.sources import sources_of
from semisup.workflow import outputs
from semisup.workflow.errors import UserError
from semisup.workflow.notes import Notes, counted

COLUMNS = ("path", "cluster", "rank", "reason", "label")
THUMBNAIL = 160  # pixels, on the page
STYLE = f"""\
body {{ font: 14px sans-serif; margin: 1em; }}
figure {{ display: inline-block; vertical-align: top; width: {THUMBNAIL}px; margin: 0.5em; }}
img {{ width: {THUMBNAIL}px; height: {THUMBNAIL}px; }}
figcaption {{ overflow-wrap: anywhere; }}
"""


def suggest(params: Params, count: int, task: str | None = None, out: Path | None = None) -> str:
    """Write both files; returns a line that says what lies where.

    Raises:
        UserError: on options that can't be; where a stage has not run, or its table was edited.
    """
    out = out or _next_file()
    page = out.with_suffix(".html") if out.name else out
    _check(out, page)
    task, why = _task(params, task)
    data, ids, picks = _picks(params, count, task)
    paths = sources_of([int(ids[pick.number]) for pick in picks])
    rows = (
        [path, pick.cluster, rank, reason(pick), ""]
        for rank, (pick, path) in enumerate(zip(picks, paths, strict=True), 1)
    )
    images = [data.images[ids[pick.number]] for pick in picks]
    with all_or_none(out, page) as (table, sheet):
        outputs.write_rows(table, COLUMNS, rows)
        shown = contact_sheet(images, paths, [*map(reason, picks)], out.parent)
        sheet.write_text(shown, encoding="utf-8")
    found = counted(len(picks), "image")
    return f"{found} to label, by the features of {task} ({why}): {out}, shown in {page}"


def _named_before(ids: np.ndarray) -> np.ndarray:
    """(n,) whether a table in data/labels names the image, with a label or without.

    What nobody could label would else come first again, and two people get the same images.
    """
    cells: set[str] = set()
    for table in sorted(outputs.LABELS.glob("*.csv")):
        try:
            lines = lines_of(table.read_bytes(), str(table), Notes())
        except UserError:  # `split` will say what is wrong there
            continue
        cells.update(cell.replace("\\", "/") for _, line in lines for cell in line)
    return np.array([path in cells for path in sources_of(ids.tolist())], bool)


def _next_file() -> Path:
    """In the folder whose tables `split` reads, so that this one need only be filled in."""
    outputs.LABELS.mkdir(parents=True, exist_ok=True)
    files = (outputs.LABELS / f"suggested-{number}.csv" for number in count_from(1))
    # a page without its table is left where the table was removed, or is another commit's
    return next(file for file in files if not (file.exists() or file.with_suffix(".html").exists()))


def reason(pick: Pick) -> str:
    """Why an image was picked."""
    images = counted(pick.size, "similar image")
    if not pick.covered:
        return f"most typical of {images}, none labelled"
    return f"most typical of the rest of {images}, {pick.covered} labelled or named before"


def contact_sheet(
    images: Sequence[np.ndarray], paths: Sequence[str], reasons: Sequence[str], folder: Path
) -> str:
    """A page of `folder` that needs no other file; its pictures lead to the files they are of."""
    figures = [
        f"<figure>{_linked(image, path, folder)}"
        f"<figcaption><b>{rank}</b> {html.escape(path)}<br>{html.escape(why)}</figcaption></figure>"
        for rank, (image, path, why) in enumerate(zip(images, paths, reasons, strict=True), 1)
    ]
    head = (
        f'<!doctype html>\n<meta charset="utf-8">\n<title>Images to label</title>\n<style>{STYLE}'
    )
    return "\n".join([f"{head}</style>", *figures, ""])


def _linked(image: np.ndarray, path: str, folder: Path) -> str:
    shown = f'<img src="{exact(image)}" alt="">'
    if not Path(path).is_file():  # but a part of an archive
        return shown
    return f'<a href="{quote(os.path.relpath(path, folder))}">{shown}</a>'


def _check(out: Path, page: Path) -> None:
    if out.suffix.lower() != ".csv":  # `split` reads no other
        raise UserError(f"--out {out}: should end in .csv; name a .csv file")
    for path in (out, page):
        if path.exists():
            raise UserError(f"--out {out}: {path} is there already; move it away or name another")
    if not out.parent.is_dir():
        raise UserError(f"--out {out}: there is no folder {out.parent}; make it or name another")


def _task(params: Params, task: str | None) -> tuple[str, str]:
    """Whose features to use, and why."""
    if task is not None:
        params.require_task(task)
        return task, "as asked for"
    if not params.pretext_tasks:
        raise UserError("pretext_tasks of params.yaml: lists none, so that there are no features")
    if ranked := [t for t in ranking.read() if t in params.pretext_tasks]:
        return ranked[0], f"best on validation in {ranking.TABLE}"
    tasks = params.pretext_tasks
    there = (t for t in tasks if (outputs.folder_of("neighbours", t) / POINTS).exists())
    return next(there, tasks[0]), "the first of pretext_tasks that has them"


def _picks(params: Params, count: int, task: str) -> tuple[ImageData, np.ndarray, list[Pick]]:
    """The data, positions of all images that could be picked, and which were."""
    import torch

    from semisup.choose.typical import typical
    from semisup.cli import lockfile
    from semisup.compute import device
    from semisup.data.dataset import open_data
    from semisup.neighbours.stored import Graph, read_points

    lockfile.check_inputs(f"neighbours@{task}", {outputs.PREPARED})
    data = open_data()
    ids = Graph.read(outputs.folder_of("neighbours", task)).ids
    points = read_points(outputs.folder_of("neighbours", task))
    labelled = np.flatnonzero((data.labels[ids] >= 0) | _named_before(ids))
    there = len(ids) - len(labelled)
    if not there:
        raise UserError(
            "nothing to suggest: each image that has features has a label already, or a row in a "
            f"table in {outputs.LABELS}"
        )
    if count > there:
        raise UserError(
            f"--count {count}: more than the {there} images without a label that have features "
            f"(of the pool at most embed.pool_images, {params.embed.pool_images}) and no row in a "
            f"table in {outputs.LABELS}; lower it"
        )
    runtime = device.start(params.compute)
    rows = torch.from_numpy(np.array(points, np.float32)).to(runtime.device)
    seed = device.stream_seed(params.seed, *b"suggest", *task.encode())
    most = params.choose.most_clusters
    return data, ids, typical(rows, labelled, count, most, runtime, seed)
