"""Everything that data/model consists of."""

from pathlib import Path

import numpy as np

from semisup.compute.device import Runtime
from semisup.data.dataset import ImageData, spaced
from semisup.export import card, encoder, onnx
from semisup.model.parts import gathered
from semisup.model.trained import calibrated, logits_of, measured
from semisup.params.loading import Params
from semisup.workflow import outputs

READABLE = 0o644  # by all who get the folder
COMPARED = 256  # images at most, of model.onnx with torch


def export(params: Params, data: ImageData, runtime: Runtime, folder: Path) -> str:
    """Write the advised classifier to a folder; returns a line on what it is.

    Raises:
        UserError: where `report` has not run, or model.onnx can't be had.
    """
    parts = gathered(outputs.ADVISED)
    whole, held = calibrated(parts, data, params, runtime)
    test = spaced(data.test, params.export.images)
    logits = logits_of(whole, data, test, runtime)
    shown = {"validation": held, "test": measured(whole.about, logits, data.labels[test])}
    whole.cpu().write(folder)
    encoder.write(whole, folder)
    line = f"{outputs.MODEL}: {_name(parts.result)}, {100 * shown['test'].top1:.1f} % right on test"
    if params.export.onnx:
        images = np.array(data.images[spaced(data.test, COMPARED)])
        differs = onnx.write(whole, images, folder)
        line += f"; {onnx.FILE} differs by at most {differs:.1g} on {len(images)} of its images"
    card.write(whole, shown, data, params.export.onnx, folder)
    for path in folder.iterdir():  # safetensors makes files that nobody else can read
        path.chmod(READABLE)
    return line


def _name(result: dict[str, str | int | float]) -> str:
    task = "" if result["task"] == outputs.NO_TASK else f" of {result['task']}"
    return f"{result['method']}{task}, {result['budget']} labels per class"
