"""What an encoder sees: a map of images, their neighbours, labels that do not fit, its filters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semisup.data.dataset import ImageData, Ints, spaced
from semisup.neighbours.stored import Graph, read_points
from semisup.report.figures.examples import text_at
from semisup.report.figures.filters import first_convolution, tiled
from semisup.report.figures.style import short_names
from semisup.report.findings.suspects import Floats, Suspect, Suspects, suspects
from semisup.report.page.chart import Chart, Table, along, colored, hovered
from semisup.report.page.pictures import Picture, exact, of_example, of_image
from semisup.report.sources import sources_of
from semisup.workflow import outputs

ON_MAP, SHOWN_SUSPECTS = 240, 24
IN_TABLE = 50  # of the points of the map
ROWS, NEAREST = 6, 5  # of neighbours
ZOOM = 4  # times that filters are enlarged
PALETTE = (
    *("#d55e00", "#0b7fc2", "#009e73", "#cc79a7", "#c98f00", "#4fa8dc", "#8c564b", "#8f6bc0"),
    *("#7f9a1c", "#767676"),
)


@dataclass(frozen=True)
class Seen:
    """task: whose encoder; each row of neighbours begins with the image whose they are."""

    task: str
    map: Chart
    neighbours: list[list[Picture]]
    suspects: Suspects
    doubtful: list[Picture]


def seen(task: str, data: ImageData, budget: int) -> Seen | None:
    """By the features of a task; None where it has too few labelled images.

    Args:
        task: whose encoder.
        data: the images.
        budget: labels per class: training images that some draw takes with so many are labelled.

    Raises:
        UserError: where a stage has not run.
    """
    folder = outputs.folder_of("neighbours", task)
    graph, points = Graph.read(folder), read_points(folder)
    labelled = np.flatnonzero(np.isin(graph.ids, data.ranked_below(budget)))
    if len(labelled) < 3:
        return None
    of_images = np.array(points[labelled], np.float64)
    positions, classes = graph.ids[labelled], len(data.classes)
    found = suspects(of_images, data.labels[positions], positions, classes)
    rows = [_neighbours(graph, data, row) for row in spaced(labelled, ROWS)]
    shown = found.found[:SHOWN_SUSPECTS]
    files = sources_of([each.position for each in shown])
    doubtful = [_doubtful(*each, data) for each in zip(shown, files, strict=True)]
    return Seen(task, _map(of_images, positions, data), rows, found, doubtful)


def _map(points: Floats, positions: Ints, data: ImageData) -> Chart:
    chosen = spaced(np.arange(len(points)), ON_MAP)
    shown = points[chosen] - points[chosen].mean(axis=0)
    _, _, directions = np.linalg.svd(shown, full_matrices=False)
    places = np.zeros((len(shown), 2))  # of one direction, all lie on a line
    places[:, : len(directions[:2])] = shown @ directions[:2].T
    names = short_names(data.classes)
    rows = [
        {
            "x": round(float(x), 4),
            "y": round(float(y), 4),
            "class": names[data.labels[position]],
            "image": of_image(data, int(position)),
        }
        for (x, y), position in zip(places, positions[chosen], strict=True)
    ]
    few = len(names) <= len(PALETTE)  # of more, colours alone tell nothing
    colors = dict(zip(names, PALETTE, strict=False)) if few else {}
    legend = {"orient": "bottom", "columns": 5}
    spec = {
        "height": 380,
        "mark": {"type": "point", "filled": True, "size": 70, "opacity": 0.85},
        "encoding": {
            "x": along("x", None, axis=None),
            "y": along("y", None, axis=None),
            "color": colored("class", colors, legend) if few else {"value": PALETTE[0]},
            "tooltip": hovered(["class", "image"]),
        },
    }
    cells = [[str(row["class"]), f"{row['x']:.2f}", f"{row['y']:.2f}"] for row in rows[:IN_TABLE]]
    cells += [[f"and {len(rows) - IN_TABLE} more", "", ""]] if len(rows) > IN_TABLE else []
    alt = "A map of labelled images, on which alike ones lie near each other"
    alt += ", coloured by class." if few else "."
    return Chart("map", spec, rows, alt, Table(["class", "across", "up"], cells))


def _neighbours(graph: Graph, data: ImageData, row: int) -> list[Picture]:
    near = zip(graph.neighbours[row], graph.similarities[row], strict=True)
    texts = [(row, ""), *((number, f"{alike:.2f}") for number, alike in near)]
    return [_named(int(graph.ids[number]), data, text) for number, text in texts[: 1 + NEAREST]]


def _named(position: int, data: ImageData, text: str) -> Picture:
    label = data.labels[position]
    name = short_names(data.classes)[label] if label >= 0 else "no label"
    return Picture(of_image(data, position), name, text, f"An image of {name}")


def _doubtful(each: Suspect, file: str, data: ImageData) -> Picture:
    names = short_names(data.classes)
    label, suggested = names[each.label], names[each.suggested]
    alt = f"{label}, perhaps {suggested}"
    return Picture(of_image(data, each.position), label, f"{suggested}?", alt, file)


def filters(tasks: Sequence[str]) -> list[Picture]:
    """The first convolution of each task's encoder that has one."""
    found = []
    for task in tasks:
        bank = first_convolution(task)
        if len(bank):
            pixels = (255 * tiled(bank)).round().astype(np.uint8)
            pixels = pixels.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
            found.append(Picture(exact(pixels), task, "", f"{len(bank)} filters of {task}"))
    return found


def examples(task: str) -> tuple[list[str], list[list[Picture]]] | None:
    """Headings and rows of what its pretraining left; None where it left nothing."""
    folder = outputs.folder_of("pretrain", task)
    if not (folder / outputs.EXAMPLES).exists():
        return None
    pixels = np.load(folder / outputs.EXAMPLES)[:ROWS]
    texts = outputs.read_json(folder / outputs.CAPTIONS)
    rows = [
        [
            Picture(
                of_example(image), "", text_at(texts["captions"], r, c), f"An example of {task}"
            )
            for c, image in enumerate(row)
        ]
        for r, row in enumerate(pixels)
    ]
    return list(texts["columns"]), rows
